"""The GRU cell: reference, readings, cases and trials.

    z, r = σ, σ of W x + b + U h + b'
    h̃ = tanh(W x + b + U (r ⊙ h) + b')
    h_t = z ⊙ h + (1 − z) ⊙ h̃

Sources: SEED 3.2; Cho et al. 2014, where the reset gate acts before the product. `torch.nn.GRUCell`
acts after it, r ⊙ (U h + b'): the two agree only where r is 1, or where U is diagonal and b' is 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from hypothesis import strategies as st
from torch import Tensor, sigmoid, tanh

from grader.checks.asserts import close, require_shape
from grader.checks.cells import (
    LARGEST,
    OPEN,
    SHUT,
    Block,
    CellCase,
    Subject,
    believe,
    block,
    require_finite,
    require_stateless,
)
from grader.checks.misconceptions import Diagnosis, Misconception, diagnose
from grader.checks.strategies import ALL_SCALES, ALL_STATES, PLAIN_SCALES, Numbers, numbers, sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hypothesis.strategies import DrawFn

    from grader.student.student import Student

NAME = "celdaGRU"
GATES = "rzh"
"""Reset, update, candidate: the order in which torch stacks them."""

LAYERS = {"r": ("x_r_fc", "h_r_fc"), "z": ("x_z_fc", "h_z_fc"), "h": ("x_h_fc", "hr_h_fc")}
"""The student's layers (of x and of h) by gate."""

BIASES = ("xr", "xz", "xh", "hr", "hz", "hh")
"""The layers that have a bias: of x and of h, by gate."""

_MOST_STEPS = 6
_FRESH = 3  # cases that a reading must explain


@dataclass(frozen=True)
class Terms:
    """The candidate's pre-activation in parts: x = W x + b (B, H); the rest by name."""

    x: Tensor
    block: Block
    h: Tensor
    r: Tensor
    equations: Equations

    def product(self, state: Tensor) -> Tensor:
        """Return U s + b', with the terms that the reading has."""
        return _recurrent("h", self.block, state, self.equations)


@dataclass(frozen=True)
class Equations:
    """The equations of a GRU cell as somebody reads them; by default, rightly.

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
    """Return the state (B, H) that a cell that reads the equations so gives after all inputs."""
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
    """Return what a layer of x or of h contributes to a gate, (B, H), as the reading has it."""
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


def make(source: Numbers, steps: int, batch: int, input_size: int, hidden_size: int) -> Case:
    """Return the case that these numbers and sizes stand for."""
    stream = source.stream()
    inputs = stream.weights(steps, batch, input_size)
    states = {"h": stream.states(batch, hidden_size)}
    return Case(inputs, states, {gate: block(stream, input_size, hidden_size) for gate in GATES})


@st.composite
def cases(draw: DrawFn, isolate: str = "", *, large: bool = False) -> Case:
    """Draw one step; `isolate` names the check whose equation alone it should bring out.

    With `large`, its numbers may be so large that a careless exp overflows.
    """
    batch, input_size, hidden_size = (draw(sizes(LARGEST)) for _ in range(3))
    source = draw(numbers(ALL_SCALES, ALL_STATES) if large else numbers())
    return _ISOLATIONS[isolate](make(source, 1, batch, input_size, hidden_size))


@st.composite
def like_torch(draw: DrawFn, *, sequence: bool) -> Case:
    """Draw a case on which torch's GRU and Cho's agree: r is 1, or U is diagonal and b' is 0."""
    steps = draw(sizes(_MOST_STEPS)) if sequence else 1
    batch, input_size, hidden_size = (draw(sizes(LARGEST)) for _ in range(3))
    source = draw(numbers(PLAIN_SCALES) if sequence else numbers(ALL_SCALES, ALL_STATES))
    case = make(source, steps, batch, input_size, hidden_size)
    return draw(st.sampled_from((_reset_open, _diagonal)))(case)


def _reset_open(case: Case) -> Case:
    return case.fix(r=OPEN)


def _diagonal(case: Case) -> Case:
    """Keep only the diagonal of the candidate's U, and no b'."""
    last = case.blocks["h"]
    plain = replace(last, h=torch.diag(last.h.diagonal()), bh=torch.zeros_like(last.bh))
    return replace(case, blocks={**case.blocks, "h": plain})


# As in `lstm`: what the equation in question does not need is silenced. With z shut h_t is the
# candidate; with a candidate of 0, h_t is z ⊙ h.
_ISOLATIONS: Mapping[str, Callable[[Case], Case]] = {
    "": lambda case: case,
    "update_gate": lambda case: case.fix(h=0.0),
    "reset_gate": lambda case: _diagonal(case.fix(z=SHUT)).without("x", "bx", gates="h"),
    "candidate": lambda case: case.fix(z=SHUT).without("h", gates="h"),
    "reset_before_product": lambda case: case.fix(z=SHUT),
    "state_update": lambda case: case.fix(h=OPEN).without("x", "h", gates="z"),
    "input_terms": lambda case: case.without("bx", "bh"),
    "recurrent_terms": lambda case: case.without("x", "bx", "bh"),
    "biases": lambda case: case.without("x").without("h", gates="rz"),
}


@dataclass(frozen=True)
class Trial:
    """What the student's cell gave for a case, what it should have given, and why it might not."""

    case: Case
    h: Tensor
    expected: Tensor
    equations: Equations
    misconception: Misconception | None


def trial(student: Student, case: Case, judging: str = "") -> Trial:
    """Run the student's cell on a case, to judge one equation (or none: the cell as a whole).

    All other equations are taken as the student is known to read them: their mistakes have checks
    of their own. Raises StudentFault, and Mismatch where forward does not return a state.
    """
    cell, known = believed(student)
    equations = known.but(judging) if judging else known.equations
    case = replace(case.rounded(cell.dtype), layers=equations.layers)
    h = run(student, cell, case)
    return Trial(case, h, step(case, equations), equations, known.about(judging))


def believed(student: Student) -> tuple[Subject, Diagnosis[Equations]]:
    """Return how the student's cell can be run and how it reads the equations."""
    from grader.recurrent.gru_misconceptions import BANK

    def look(cell: Subject) -> Diagnosis[Equations]:
        cases_ = [fresh(seed).rounded(cell.dtype) for seed in range(_FRESH)]
        seen = [(case, run(student, cell, case)) for case in cases_]
        return diagnose(RIGHT, BANK, lambda equations: _explains(equations, seen))

    return believe(student, NAME, RIGHT, look)


def fresh(seed: int) -> Case:
    """Return a step in which no term vanishes and no gate saturates, I = H."""
    return make(Numbers(seed, scale=0.7, states=0.9), 1, batch=4, input_size=3, hidden_size=3)


def run(student: Student, cell: Subject, case: Case) -> Tensor:
    """Return the state (B, H) after the student's cell was given all of a case's inputs.

    Raises StudentFault, and Mismatch for anything that is not a (B, H) tensor.
    """
    for h in cell.run(student, case):
        require_shape(h, tuple(case.h.shape), "h_t")
    last: Tensor = h
    return last


def _explains(equations: Equations, seen: list[tuple[Case, Tensor]]) -> bool:
    """Whether a reading gives the student's numbers, its layers being taken as it takes them."""
    for case, given in seen:
        pairs = zip(GATES, equations.layers, strict=True)
        taken = {gate: case.blocks[layer] for gate, layer in pairs}
        if not close(given, step(replace(case, blocks=taken), equations), case):
            return False
    return True


def like_torch_or_reading(trial: Trial) -> Tensor:
    """Return what torch gives for a trial's case, or, of a cell with mistakes that have checks of
    their own, what that cell should give.
    """  # noqa: D205 - one sentence
    return torch_step(trial.case) if trial.equations == RIGHT else trial.expected


def require_interface(student: Student) -> None:
    """Assert that it returns a finite (B, H) state for sizes from 1, from what it is given.

    Raises StudentFault and Mismatch.
    """
    cell, _ = believed(student)
    source = Numbers(1, scale=0.5, states=0.5)
    for sizes_ in ((1, 1, 1), (1, 4, 2), (3, 2, 5), (2, 1, 3)):
        require_finite(run(student, cell, make(source, 1, *sizes_)), "h_t")
    first, second = fresh(1), replace(fresh(2), blocks=fresh(1).blocks)
    made = cell.make(student, first)
    for case in (first, second):
        again = made(case.x.to(cell.dtype), case.h.to(cell.dtype))
    require_stateless(again, run(student, cell, second), "h_t")
