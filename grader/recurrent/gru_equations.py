"""The equations of a GRU cell: by default the right ones, or those that a student follows.

    z, r = σ, σ of W x + b + U h + b'
    h̃ = tanh(W x + b + U (r ⊙ h) + b')
    h_t = z ⊙ h + (1 − z) ⊙ h̃

Sources: SEED 3.2; Cho et al. 2014, where the reset gate acts before the product. `torch.nn.GRUCell`
acts after it, r ⊙ (U h + b'): the two match only where r is 1, or where U is diagonal and b' is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, sigmoid, tanh

from grader.checks.cells import Block, CellCase

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "celdaGRU"
GATES = "rzh"
"""Reset, update, candidate: the order in which torch stacks them."""

LAYERS = {"r": ("x_r_fc", "h_r_fc"), "z": ("x_z_fc", "h_z_fc"), "h": ("x_h_fc", "hr_h_fc")}
"""The student's layers (of x and of h) by gate."""

BIASES = ("xr", "xz", "xh", "hr", "hz", "hh")
"""The layers that have a bias: of x and of h, by gate."""


@dataclass(frozen=True)
class Terms:
    """The candidate's pre-activation in parts: x = W x + b (B, H); the rest by name."""

    x: Tensor
    block: Block
    h: Tensor
    r: Tensor
    equations: Equations

    def product(self, state: Tensor) -> Tensor:
        """Return U s + b', with the terms that these equations have."""
        return _recurrent("h", self.block, state, self.equations)


@dataclass(frozen=True)
class Equations:
    """The equations that somebody follows for a GRU cell; by default, the right ones.

    Each field bears the name of the check that judges it. `layers` says which gate's layers are
    used for r, z and h̃; `input_terms` and `recurrent_terms` in which gates x and h count (a
    capital: only the layer's bias does); `biases` which layers of x (xr, xz, xh) and of h have one.
    """

    layers: str = GATES
    input_terms: str = GATES
    recurrent_terms: str = GATES
    biases: tuple[str, ...] = BIASES
    update_gate: Callable[[Tensor], Tensor] = sigmoid
    reset_gate: Callable[[Tensor], Tensor] = sigmoid
    candidate: Callable[[Tensor], Tensor] = tanh
    reset_before_product: Callable[[Terms], Tensor] = lambda t: t.x + t.product(t.r * t.h)
    state_update: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda z, h, candidate: (
        z * h + (1 - z) * candidate
    )


RIGHT = Equations()


@dataclass(frozen=True)
class Case(CellCase):
    """Steps of one cell; `layers` says under which gate's names each gate's weights are sent."""

    layers: str = GATES

    @property
    def weights(self) -> dict[str, Tensor]:
        """The state dict of a `celdaGRU` with these gates."""
        state: dict[str, Tensor] = {}
        for gate, sent in zip(self.layers, GATES, strict=True):
            (x_fc, h_fc), weights = LAYERS[gate], self.blocks[sent]
            state |= {f"{x_fc}.weight": weights.x, f"{x_fc}.bias": weights.bx}
            state |= {f"{h_fc}.weight": weights.h, f"{h_fc}.bias": weights.bh}
        return state


def step(case: Case, equations: Equations = RIGHT) -> Tensor:
    """Return the state (B, H) that a cell with these equations gives after all inputs."""
    h = case.h
    for x in case.inputs:
        r, z = (
            activation(
                _input(gate, case.blocks[gate], x, equations)
                + _recurrent(gate, case.blocks[gate], h, equations)
            )
            for gate, activation in (("r", equations.reset_gate), ("z", equations.update_gate))
        )
        last = case.blocks["h"]
        terms = Terms(_input("h", last, x, equations), last, h, r, equations)
        h = equations.state_update(z, h, equations.candidate(equations.reset_before_product(terms)))
    return h


def _input(gate: str, weights: Block, x: Tensor, equations: Equations) -> Tensor:
    return _layer("x", gate, equations.input_terms, x @ weights.x.T, weights.bx, equations)


def _recurrent(gate: str, weights: Block, h: Tensor, equations: Equations) -> Tensor:
    return _layer("h", gate, equations.recurrent_terms, h @ weights.h.T, weights.bh, equations)


def _layer(
    of: str, gate: str, terms: str, product: Tensor, bias: Tensor, equations: Equations
) -> Tensor:
    """Return what a layer of x or of h contributes to a gate, (B, H), in these equations."""
    total = product if gate in terms else torch.zeros_like(product)
    return total + bias if of + gate in equations.biases and gate in terms.lower() else total


def torch_step(case: Case) -> Tensor:
    """Return what `torch.nn.GRU` gives with the same weights, or `torch.nn.GRUCell` for a step."""
    rows = [case.blocks[gate] for gate in GATES]
    weights = {
        "weight_ih": torch.cat([gate.x for gate in rows]),
        "weight_hh": torch.cat([gate.h for gate in rows]),
        "bias_ih": torch.cat([gate.bx for gate in rows]),
        "bias_hh": torch.cat([gate.bh for gate in rows]),
    }
    with torch.no_grad():
        if case.steps == 1:
            cell = torch.nn.GRUCell(case.input_size, case.hidden_size, dtype=torch.float64)
            cell.load_state_dict(weights)
            alone: Tensor = cell(case.x, case.h)
            return alone
        layer = torch.nn.GRU(case.input_size, case.hidden_size, dtype=torch.float64)
        layer.load_state_dict({f"{name}_l0": value for name, value in weights.items()})
        last: Tensor = layer(case.inputs, case.h[None])[1][0]
        return last
