"""The LSTM cell: cases, trials, and which equations a student follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from hypothesis import strategies as st
from torch import Tensor

from grader.checks.asserts import Mismatch, close, kind, require_shape
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
from grader.core.i18n import tr
from grader.recurrent.lstm_equations import (
    GATES,
    NAME,
    RIGHT,
    Equations,
    Step,
    exchanged,
    step,
    torch_step,
)
from grader.recurrent.lstm_equations import Case as Case  # noqa: PLC0414 - for whoever draws them
from grader.recurrent.lstm_misconceptions import BANK

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
    states = {name: stream.states(batch, hidden_size) for name in ("h", "c")}
    blocks = {gate: block(stream, input_size, hidden_size) for gate in GATES}
    return Case(inputs, states, blocks)


@st.composite
def cases(draw: DrawFn, isolate: str = "", *, large: bool = False) -> Case:
    """Draw one step; `isolate` names the check whose equation alone it should bring out.

    With `large`, its numbers may be so large that a careless exp overflows.
    """
    batch, input_size, hidden_size = (draw(sizes(LARGEST)) for _ in range(3))
    source = draw(numbers(ALL_SCALES, ALL_STATES) if large else numbers())
    return _ISOLATIONS[isolate](make(source, 1, batch, input_size, hidden_size))


@st.composite
def sequences(draw: DrawFn) -> Case:
    """Draw a few steps of one cell, with numbers at which rounding errors do not grow."""
    steps = draw(sizes(_MOST_STEPS))
    batch, input_size, hidden_size = (draw(sizes(LARGEST)) for _ in range(3))
    return make(draw(numbers(PLAIN_SCALES)), steps, batch, input_size, hidden_size)


# Each isolation silences what the equation in question does not need, through gates that are
# fixed open or shut and states that are zero, so that an unknown mistake elsewhere does not show.
_ISOLATIONS: Mapping[str, Callable[[Case], Case]] = {
    "": lambda case: case,
    "forget_gate": lambda case: case.fix(i=SHUT, c=0.0, o=OPEN),
    "input_gate": lambda case: case.fix(c=OPEN, f=SHUT, o=OPEN).without_state("c"),
    "candidate": lambda case: case.fix(i=OPEN, f=SHUT, o=OPEN).without_state("c"),
    "output_gate": lambda case: case.fix(i=SHUT, f=OPEN, c=0.0),
    "cell_update": lambda case: case.fix(o=OPEN),
    "hidden_state": lambda case: case.fix(i=SHUT, f=OPEN, c=0.0, o=0.0),  # o is 1/2
    "preactivation": lambda case: case.fix(f=SHUT, o=OPEN).without("h", "bh").without_state("c"),
    "recurrent": lambda case: case.fix(f=SHUT, o=OPEN).without("x", "bh").without_state("c"),
    "biases": lambda case: case.fix(f=SHUT, o=OPEN).without("x", "h").without_state("c"),
}


@dataclass(frozen=True)
class Trial:
    """What the student's cell gave for a case, what it should have given, and why it might not."""

    case: Case
    h: Tensor
    c: Tensor
    expected: Step
    equations: Equations
    misconception: Misconception | None

    @property
    def h_from_own_c(self) -> Tensor:
        """The h_t that belongs to the student's own c_t, which is judged elsewhere.

        Where that is nothing but zeros, to the right one: else who returns zeros would be right.
        """
        c = self.c.to(torch.float64) if self.c.any() else self.expected.c
        return self.equations.hidden_state(self.expected.gates["o"], c)


def trial(student: Student, case: Case, judging: str = "") -> Trial:
    """Run the student's cell on a case, to judge one equation (or none: the cell as a whole).

    All other equations are the student's own, as diagnosed: their mistakes have checks of their
    own. Raises StudentFault, and Mismatch where forward does not return two states.
    """
    cell, known = diagnosed(student)
    equations = known.but(judging) if judging else known.equations
    case = replace(_fitting(case, known).rounded(cell.dtype), order=equations.stacking_order)
    h, c = run(student, cell, case, equations.returns_order)
    return Trial(case, h, c, step(case, equations), equations, known.about(judging))


def _fitting(case: Case, known: Diagnosis[Equations]) -> Case:
    """Return the case as a cell can run it that needs I = H."""
    return case.square() if known.equations.preactivation is exchanged else case


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


def run(
    student: Student, cell: Subject, case: Case, returns_order: str = "hc"
) -> tuple[Tensor, Tensor]:
    """Return h and c (B, H) after the student's cell was given all of a case's inputs.

    Raises StudentFault, and Mismatch for anything that is not a pair of (B, H) tensors.
    """
    swapped = returns_order == "ch"
    for given in cell.run(student, case, swapped=swapped):
        first, second = states(given, tuple(case.h.shape))
    return (second, first) if swapped else (first, second)


def states(given: Any, shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """Assert that this is a pair of states of this shape; return it. Raises Mismatch."""
    if not isinstance(given, (tuple, list)) or len(given) != len("hc"):
        raise Mismatch(
            tr("forward should return (h_t, c_t) but returns {got}", got=kind(given)),
            quantity="forward(x_t, (h, c))",
            expected="(h_t, c_t)",
            got=kind(given),
            holds=lambda code: [
                f"assert isinstance({code(given)}, (tuple, list)) and len({code(given)}) == 2"
            ],
        )
    for state, name in zip(given, ("h_t", "c_t"), strict=True):
        require_shape(state, shape, name)
    first, second = given
    return first, second


def _explains(equations: Equations, seen: list[tuple[Case, tuple[Tensor, Tensor]]]) -> bool:
    """Whether these equations give the student's numbers.

    The rows are as they were sent; a cell with another stacking order takes blocks for others.
    """
    for case, given in seen:
        pairs = zip(equations.stacking_order, GATES, strict=True)
        taken = {as_: case.blocks[is_] for as_, is_ in pairs}
        right = step(replace(case, blocks=taken), equations)
        h, c = given if equations.returns_order == "hc" else given[::-1]
        if not (close(h, right.h, case) and close(c, right.c, case)):
            return False
    return True


def like_torch(trial: Trial) -> Step:
    """Return what torch gives for a trial's case, or, of a cell with mistakes that have checks of
    their own, what that cell should give.
    """  # noqa: D205 - one sentence
    return torch_step(trial.case) if trial.equations == RIGHT else trial.expected


def require_interface(student: Student) -> None:
    """Assert that it returns two finite (B, H) states for sizes from 1, from what it is given.

    Raises StudentFault and Mismatch.
    """
    cell, known = diagnosed(student)
    source = Numbers(1, scale=0.5, states=0.5)
    for sizes_ in ((1, 1, 1), (1, 4, 2), (3, 2, 5), (2, 1, 3)):
        h_and_c = run(student, cell, _fitting(make(source, 1, *sizes_), known))
        for name, state in zip(("h_t", "c_t"), h_and_c, strict=True):
            require_finite(state, name)
    first, second = fresh(1), replace(fresh(2), blocks=fresh(1).blocks)
    made = cell.make(student, first)
    for case in (first, second):
        again = made(case.x.to(cell.dtype), tuple(s.to(cell.dtype) for s in case.states.values()))
    again, alone = states(again, tuple(second.h.shape)), run(student, cell, second)
    for name, one, other in zip(("h_t", "c_t"), again, alone, strict=True):
        require_stateless(one, other, name)
