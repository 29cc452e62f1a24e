"""The equations of an LSTM cell: by default the right ones, or those that a student follows.

    i, f, c̃, o = σ, σ, tanh, σ of W_x x + b_x + W_h h + b_h
    c_t = f ⊙ c + i ⊙ c̃
    h_t = o ⊙ tanh(c_t)

Sources: SEED 2.2; Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000 (forget gate).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, sigmoid, tanh

from grader.checks.cells import Block, CellCase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME = "celdaLSTM"
GATES = "ifco"
"""Input, forget, candidate, output: the order of the rows of `x_fc` and `h_fc`."""


def linear(gate: Block, x: Tensor, h: Tensor, equations: Equations) -> Tensor:
    """Return W_x x + b_x + W_h h + b_h, (B, H), with the terms that these equations have."""
    total = x @ gate.x.T
    if "product" in equations.recurrent:
        total = total + h @ gate.h.T
    for name in equations.biases:
        if name == "bx" or "bias" in equations.recurrent:
            total = total + getattr(gate, name)
    return total


def exchanged(gate: Block, x: Tensor, h: Tensor, equations: Equations) -> Tensor:
    """Return the pre-activation of somebody who gives h to x_fc and x to h_fc; needs I = H."""
    return linear(Block(gate.h, gate.x, gate.bh, gate.bx), x, h, equations)


@dataclass(frozen=True)
class Equations:
    """The equations that somebody follows for an LSTM cell; by default, the right ones.

    Each field bears the name of the check that judges it. `recurrent` is what h_fc contributes.
    """

    stacking_order: str = GATES
    preactivation: Callable[[Block, Tensor, Tensor, Equations], Tensor] = linear
    recurrent: tuple[str, ...] = ("product", "bias")
    biases: tuple[str, ...] = ("bx", "bh")
    input_gate: Callable[[Tensor], Tensor] = sigmoid
    forget_gate: Callable[[Tensor], Tensor] = sigmoid
    candidate: Callable[[Tensor], Tensor] = tanh
    output_gate: Callable[[Tensor], Tensor] = sigmoid
    cell_update: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor] = lambda f, c, i, candidate: (
        f * c + i * candidate
    )
    hidden_state: Callable[[Tensor, Tensor], Tensor] = lambda o, c: o * tanh(c)
    returns_order: str = "hc"


RIGHT = Equations()


@dataclass(frozen=True)
class Case(CellCase):
    """Steps of one cell whose gates are stacked in `order`."""

    order: str = GATES

    @property
    def c(self) -> Tensor:
        """The initial cell state (B, H)."""
        return self.states["c"]

    @property
    def weights(self) -> dict[str, Tensor]:
        """The state dict of a `celdaLSTM` with these gates."""
        rows = [self.blocks[gate] for gate in self.order]
        return {
            "x_fc.weight": torch.cat([gate.x for gate in rows]),
            "x_fc.bias": torch.cat([gate.bx for gate in rows]),
            "h_fc.weight": torch.cat([gate.h for gate in rows]),
            "h_fc.bias": torch.cat([gate.bh for gate in rows]),
        }


@dataclass(frozen=True)
class Step:
    """The states (B, H) after a step, and the gates' values (B, H)."""

    h: Tensor
    c: Tensor
    gates: Mapping[str, Tensor]


def step(case: Case, equations: Equations = RIGHT) -> Step:
    """Return what a cell with these equations gives after all of a case's inputs."""
    h, c, gates = case.h, case.c, dict[str, Tensor]()
    for x in case.inputs:
        total = {
            letter: equations.preactivation(gate, x, h, equations)
            for letter, gate in case.blocks.items()
        }
        i = equations.input_gate(total["i"])
        f = equations.forget_gate(total["f"])
        candidate = equations.candidate(total["c"])
        o = equations.output_gate(total["o"])
        c = equations.cell_update(f, c, i, candidate)
        h = equations.hidden_state(o, c)
        gates = {"i": i, "f": f, "c": candidate, "o": o}
    return Step(h, c, gates)


def torch_step(case: Case) -> Step:
    """Return what `torch.nn.LSTM` gives with the same weights (its rows: i, f, g, o), or
    `torch.nn.LSTMCell` for a single step.
    """  # noqa: D205 - one sentence
    weights = replace(case, order=GATES).weights
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    values = (
        weights[f"{layer}.{kind}"] for kind in ("weight", "bias") for layer in ("x_fc", "h_fc")
    )
    sizes_ = (case.input_size, case.hidden_size)
    with torch.no_grad():
        if case.steps == 1:
            cell = torch.nn.LSTMCell(*sizes_, dtype=torch.float64)
            cell.load_state_dict(dict(zip(names, values, strict=True)))
            h, c = cell(case.x, (case.h, case.c))
        else:
            layer = torch.nn.LSTM(*sizes_, dtype=torch.float64)
            layer.load_state_dict({f"{n}_l0": v for n, v in zip(names, values, strict=True)})
            _, (h, c) = layer(case.inputs, (case.h[None], case.c[None]))
            h, c = h[0], c[0]
    return Step(h, c, {})
