"""The GRU cell: cases, trials, and which equations a student follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from hypothesis import strategies as st
from torch import Tensor

from grader.checks.asserts import close, require_shape
from grader.checks.cells import (
    LARGEST,
    OPEN,
    SHUT,
    Subject,
    block,
    diagnose_subject,
    require_finite,
    require_stateless,
)
from grader.checks.misconceptions import Diagnosis, Misconception, diagnose
from grader.checks.strategies import ALL_SCALES, ALL_STATES, PLAIN_SCALES, Numbers, numbers, sizes
from grader.recurrent.gru_equations import GATES, NAME, RIGHT, Equations, step, torch_step
from grader.recurrent.gru_equations import Case as Case  # noqa: PLC0414 - for whoever draws them
from grader.recurrent.gru_misconceptions import BANK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hypothesis.strategies import DrawFn

    from grader.student.student import Student

_MOST_STEPS = 6
_FRESH = 3  # cases that a diagnosis must explain


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
    """Draw a case on which torch's GRU and Cho's match: r is 1, or U is diagonal and b' is 0."""
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

    All other equations are the student's own, as diagnosed: their mistakes have checks of their
    own. Raises StudentFault, and Mismatch where forward does not return a state.
    """
    cell, known = diagnosed(student)
    equations = known.but(judging) if judging else known.equations
    case = replace(case.rounded(cell.dtype), layers=equations.layers)
    h = run(student, cell, case)
    return Trial(case, h, step(case, equations), equations, known.about(judging))


def diagnosed(student: Student) -> tuple[Subject, Diagnosis[Equations]]:
    """Return how the student's cell can be run, and the equations that it follows."""

    def look(cell: Subject) -> Diagnosis[Equations]:
        cases_ = [fresh(seed).rounded(cell.dtype) for seed in range(_FRESH)]
        seen = [(case, run(student, cell, case)) for case in cases_]
        return diagnose(RIGHT, BANK, lambda equations: _explains(equations, seen))

    return diagnose_subject(student, NAME, RIGHT, look)


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
    """Whether these equations give the student's numbers, with the layers that they use."""
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
    cell, _ = diagnosed(student)
    source = Numbers(1, scale=0.5, states=0.5)
    for sizes_ in ((1, 1, 1), (1, 4, 2), (3, 2, 5), (2, 1, 3)):
        require_finite(run(student, cell, make(source, 1, *sizes_)), "h_t")
    first, second = fresh(1), replace(fresh(2), blocks=fresh(1).blocks)
    made = cell.make(student, first)
    for case in (first, second):
        again = made(case.x.to(cell.dtype), case.h.to(cell.dtype))
    require_stateless(again, run(student, cell, second), "h_t")
