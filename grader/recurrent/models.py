"""The models: a cell run over a sequence, and a linear layer on its last state.

    h_0 (and c_0) = 0,   state_t = cell(x_t, state_{t-1}) for t = 1 … T,   y = W h_T + b

Shapes: x (B, T, I), y (B, O). A model is judged over the student's own cell and own `fc`, whatever
they compute: their mistakes have checks of their own. Source: SEED 4.2.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch
from hypothesis import strategies as st

from grader.checks import answers, generated
from grader.checks.asserts import Mismatch, close, require_shape
from grader.checks.asserts import kind as kind_of
from grader.checks.misconceptions import Diagnosis, diagnose
from grader.checks.parameters import construct, state_of
from grader.checks.strategies import Numbers, sizes
from grader.core.errors import StudentFault
from grader.core.i18n import tr
from grader.recurrent import model_probes, model_traces, probes, stand_ins
from grader.recurrent.model_equations import BANK, RIGHT
from grader.student.student import RemoteObject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hypothesis.strategies import DrawFn
    from torch import Tensor

    from grader.checks.declared import Declared
    from grader.checks.definition import Definition
    from grader.checks.form import Known
    from grader.checks.misconceptions import Misconception
    from grader.recurrent.model_equations import Equations
    from grader.student.student import Student

_LARGEST = 4
_LONG = 41
_FRESH = 2  # cases that a diagnosis must explain
_SEED = 0  # of the student's generators, where its numbers are to be the same again
_SLACK = 64.0  # the student's steps and ours are the same code: only the order of sums may differ


@dataclass(frozen=True)
class Kind:
    """What sets the two models apart: the class, the attribute of its cell, the cell's states.

    `declared` is the definition of the cell that it is built on; see `over`.
    """

    name: str
    cell: str
    states: int
    cell_class: str
    declared: Declared | None = field(default=None, compare=False, repr=False)

    def over(self, cell: type[Definition]) -> Kind:
        """Return the kind of model that is judged over the student's own cell, declared so."""
        return replace(self, declared=cell.declared)

    def known(self, student: Student) -> Known:
        """Return how the student's cell does it."""
        assert self.declared  # noqa: S101 - said by whoever judges models
        return generated.of_student(self.declared, student).known()


LSTM = Kind("modeloLSTM", "lstm", 2, "celdaLSTM")
GRU = Kind("modeloGRU", "gru", 1, "celdaGRU")


@dataclass(frozen=True)
class Case:
    """Inputs x (B, T, I) for a model of these sizes; its weights are drawn from the seed."""

    x: Tensor
    hidden_size: int
    output_size: int
    seed: int
    name: str = ""
    weights: Mapping[str, Tensor] | None = None
    dtype: torch.dtype = torch.float64

    @property
    def steps(self) -> int:
        """T."""
        return self.x.shape[1]

    @property
    def magnitude(self) -> float:
        """How far rounding errors may go beyond one unit; see `_SLACK`."""
        return _SLACK

    def show(self) -> Mapping[str, Tensor]:
        """Return the input and the model's weights."""
        return {"x": self.x, **(self.weights or {})}


@st.composite
def cases(draw: DrawFn, *, steps: int = 1) -> Case:
    """Draw a case of at least so many steps."""
    batch, input_size, hidden_size, output_size = (draw(sizes(_LARGEST)) for _ in range(4))
    length = draw(st.integers(steps, steps + _LARGEST))
    return make(draw(st.integers(0, 2**16)), (batch, length, input_size), hidden_size, output_size)


def make(seed: int, shape: tuple[int, int, int], hidden_size: int, output_size: int) -> Case:
    """Return the case of these sizes: x of shape (B, T, I)."""
    x = Numbers(seed, scale=1.0, states=0.0).stream().weights(*shape)
    return Case(x, hidden_size, output_size, seed)


def longer(case: Case) -> Case:
    """Return a case of the same sizes with more steps than any constant of the notebook."""
    batch, _, inputs = case.x.shape
    return make(case.seed, (batch, _LONG, inputs), case.hidden_size, case.output_size)


@dataclass(frozen=True)
class Trial:
    """What the student's model gave for a case, what it should have given, and why it might not."""

    case: Case
    y: Tensor
    expected: Tensor
    misconception: Misconception | None


def trial(student: Student, kind: Kind, case: Case, judging: str) -> Trial:
    """Run the student's model on a case, to judge one thing about how it runs its cell.

    Where no known mistakes explain how, it is read off what its cell and `fc` were given; a check
    is then passed that is not about what was broken. Raises StudentFault and Mismatch.
    """
    dtype, known = diagnosed(student, kind)
    model, case = build(student, kind, case, dtype)
    if not known.explained:
        student.seed(_SEED)
    y = model(case.x.to(dtype))
    if judging == "initial_state" and (kept := keeping(student, kind)):
        return Trial(case, model(case.x.to(dtype)), y, kept)
    with student.unrecorded():
        found = {} if known.explained else traced(student, kind, case, y)
        if found and judging not in found:
            return Trial(case, y, y, None)
        expected = run_cell(model, kind, case, known.but(judging))
    return Trial(case, y, expected, known.about(judging) or found.get(judging))


def traced(student: Student, kind: Kind, given: Case, y: Any) -> dict[str, Misconception]:
    """Return the rules that a model breaks which gives y of a case; none where that is not told."""
    if not isinstance(y, torch.Tensor) or not given.weights:
        return {}
    try:
        run, _ = _noted(student, kind, given)
        if run.y.shape != y.shape or not close(run.y, y, given):
            return {}
        fresh, _ = build(student, kind, given, given.dtype)
        _require_true(fresh, kind, run, given)
        return model_traces.broken(given.x.to(given.dtype), run, _near(given))
    except (LookupError, RuntimeError, TypeError, ValueError, StudentFault, Mismatch):
        return {}


_is_noted = answers.of(list[tuple[Any, list[list[Any]], list[list[Any]]]], 2)
"""Of each call what it gave, and what cell and `fc` were given and gave."""


def _noted(student: Student, kind: Kind, case: Case) -> list[model_traces.Run]:
    """Return two calls of a new model with a case. Raises StudentFault, Mismatch and ValueError."""
    model, _ = build(student, kind, case, case.dtype)
    x = case.x.to(case.dtype)
    student.seed(_SEED)
    noted = student.run(model_probes.run_noted, _is_noted, modelo=model, celda=kind.cell, x=x)
    return model_traces.read(noted, kind.states)


def _require_true(model: RemoteObject, kind: Kind, run: model_traces.Run, case: Case) -> None:
    """Assert that cell and fc, asked again, give what is noted. Raises ValueError."""
    cell, fc = layer(model, kind.cell), layer(model, "fc")
    for one in run.steps:
        state = one.given[0] if kind.states == 1 else tuple(one.given)
        gave = cell(one.x, state)
        gave = [gave] if kind.states == 1 else list(_pair(gave))
        for again, noted in zip(gave, one.gave, strict=True):
            require_shape(again, tuple(noted.shape), "h_t")
            if not close(again, noted, case):
                raise ValueError("another step")
    for given, gave in run.last:
        again = fc(given)
        require_shape(again, tuple(gave.shape), "y")
        if not close(again, gave, case):
            raise ValueError("another output of fc")


def _near(case: Case) -> model_traces.Near:
    return lambda one, other: close(one, other, case)


def repeats(student: Student, kind: Kind) -> bool:
    """Whether a model gives the same for the same input a second time."""

    def find() -> bool:
        dtype, _ = diagnosed(student, kind)
        model, case = build(student, kind, _twice(), dtype)
        ys = [model(case.x.to(dtype)) for _ in range(2)]
        return all(isinstance(y, torch.Tensor) for y in ys) and torch.equal(*ys)

    found: bool = student.recall(f"{kind.name}.repeats", find)
    return found


def _twice() -> Case:
    return make(0, (2, 3, 2), 3, 2)


def keeping(student: Student, kind: Kind) -> Misconception | None:
    """Return what is said of a model that begins a call with the state of the one before."""

    def find() -> Misconception | None:
        if repeats(student, kind):
            return None
        dtype, _ = diagnosed(student, kind)
        _, case = build(student, kind, _twice(), dtype)
        try:
            first, second = _noted(student, kind, case)
        except (LookupError, TypeError, ValueError):
            return None
        (before, after) = ([bool(s.any()) for s in run.steps[0].given] for run in (first, second))
        return model_traces.said("state_kept") if any(after) and not any(before) else None

    found: Misconception | None = student.recall(f"{kind.name}.keeping", find)
    return found


def build(
    student: Student, kind: Kind, case: Case, dtype: torch.dtype
) -> tuple[RemoteObject, Case]:
    """Return the student's model with weights from the case's seed, and the case with them.

    A cell that does not run is replaced; one that takes x for h runs only where I = H, and so its
    model is judged there.
    """
    student.precision(dtype)
    if not usable(student, kind):
        student.replace({kind.cell_class: stand_ins.PROBES[kind.cell_class]})
    elif kind.known(student).square:
        case = replace(case, hidden_size=case.x.shape[2])
    model = construct(student, kind.name, case.x.shape[2], case.hidden_size, case.output_size)
    stream = Numbers(case.seed + 1, scale=0.7, states=0.0).stream()
    ours = (f"{kind.cell}.", "fc.")  # whatever else a model keeps is its own
    state = {
        name: stream.weights(*value.shape).to(dtype)
        for name, value in state_of(model).items()
        if name.startswith(ours) and name.endswith(("weight", "bias"))
    }
    model.load(state)
    x = case.x.to(dtype).to(torch.float64)
    return model, replace(case, x=x, name=kind.name, weights=state, dtype=dtype)


def usable(student: Student, kind: Kind) -> bool:
    """Whether the student's own cell can stand under the model."""
    cell = kind.cell_class
    return not student.lost(f"{cell}/parameters", f"{cell}/interface", f"{cell}/ones")


def layer(model: RemoteObject, name: str) -> RemoteObject:
    """Return one of the model's layers. Raises Mismatch if there is none by that name."""
    found = model.attribute(name)
    if not isinstance(found, RemoteObject):
        raise Mismatch(
            tr("self.{name} should be a layer but is {got}", name=name, got=kind_of(found)),
            quantity=tr("model.{name}", name=name),
            expected="torch.nn.Module",
            got=kind_of(found),
            holds=lambda code: [f"assert isinstance({code(model)}.{name}, torch.nn.Module)"],
        )
    return found


def run_cell(model: RemoteObject, kind: Kind, case: Case, equations: Equations) -> Tensor:
    """Return what the model's own cell and own `fc` give, run by these equations: (B, O)."""
    cell, fc = layer(model, kind.cell), layer(model, "fc")
    x = case.x.to(case.dtype)
    steps = x.transpose(0, 1) if equations.batch_first else x
    first = torch.full(
        (steps.shape[1], case.hidden_size), equations.initial_state, dtype=case.dtype
    )
    taken = steps[slice(*equations.every_step)]
    taken = taken.flip(0) if equations.step_order < 0 else taken
    state = first if kind.states == 1 else (first, first)
    h, c = [], []
    for given in unroll(cell, taken, state, swapped=equations.swapped):
        hidden, memory = (given, given) if kind.states == 1 else _pair(given)
        if equations.swapped:
            hidden, memory = memory, hidden
        for state_, name in ((hidden, "h_t"), (memory, "c_t")):
            require_shape(state_, tuple(first.shape), name)
        h.append(hidden)
        c.append(memory)
    if not h:
        h, c = [first], [first]
    y = fc(equations.output(torch.stack(h), torch.stack(c)))
    require_shape(y, (steps.shape[1], case.output_size), "fc(h)")
    answer: Tensor = y
    return answer


def unroll(cell: RemoteObject, x: Tensor, state: Any, *, swapped: bool = False) -> list[Any]:
    """Run a student's cell over inputs (T, B, I) from a state; return what it gave at each step."""
    form = answers.of(list, len(x))
    steps: list[Any] = cell.student.run(
        probes.unroll, form, celda=cell, x=x, estado=state, swapped=swapped
    )
    return steps


def diagnosed(student: Student, kind: Kind) -> tuple[torch.dtype, Diagnosis[Equations]]:
    """Return the precision in which the model runs, at most its cell's, and how it runs that."""

    def look(dtype: torch.dtype) -> Diagnosis[Equations]:
        seen = [_look(student, kind, seed, dtype) for seed in range(_FRESH)]
        swapped = kind.states > 1 and kind.known(student).form.returned == (1, 0)
        rights = (RIGHT, replace(RIGHT, swapped=True)) if swapped else (RIGHT,)
        found = [
            diagnose(right, BANK, lambda equations: _explains(kind, equations, seen))
            for right in rights
        ]
        return min(found, key=lambda known: (not known.explained, len(known.misconceptions)))

    dtype, known = student.recall(f"{kind.name}.misconception", lambda: _in_precisions(look))
    return min(dtype, _of_cell(student, kind), key=_precision), known


def _in_precisions(
    look: Callable[[torch.dtype], Diagnosis[Equations]],
) -> tuple[torch.dtype, Diagnosis[Equations]]:
    """Return the precision in which a model is to be judged, and the equations that it follows.

    Code that is float32 somewhere may run in float64 and be inexact there: the precision that
    explains its numbers is the one to judge it in. Where the diagnoses differ, the one in float32
    counts, in which students train.
    """
    found = []
    for dtype in (torch.float64, torch.float32):
        with contextlib.suppress(StudentFault, Mismatch):
            found.append((dtype, look(dtype)))
    if not found:
        return torch.float64, Diagnosis(RIGHT, RIGHT, explained=False)
    (_, wide), (_, narrow) = found[0], found[-1]
    alike = (wide.equations, wide.explained) == (narrow.equations, narrow.explained)
    return found[0 if alike else -1]


def _of_cell(student: Student, kind: Kind) -> torch.dtype:
    """Return the precision of the student's own cell, on which its model's depends."""
    if not usable(student, kind):
        return torch.float64
    return kind.known(student).dtype


def _precision(dtype: torch.dtype) -> int:
    return torch.finfo(dtype).bits


def _look(
    student: Student, kind: Kind, seed: int, dtype: torch.dtype
) -> tuple[RemoteObject, Case, Tensor]:
    """Return a model, a case with B = T and what the model gives for it."""
    model, case = build(student, kind, make(seed, (4, 4, 2), 3, 2), dtype)
    y = model(case.x.to(dtype))
    require_shape(y, (4, 2), tr("the output"))
    return model, case, y


def _explains(
    kind: Kind, equations: Equations, seen: list[tuple[RemoteObject, Case, Tensor]]
) -> bool:
    try:
        return all(
            close(y, run_cell(model, kind, case, equations), case) for model, case, y in seen
        )
    except (StudentFault, Mismatch):
        return False


def _pair(state: Any) -> tuple[Any, Any]:
    if not isinstance(state, (tuple, list)) or len(state) != len("hc"):
        raise Mismatch(tr("the cell does not return two states"))
    return state[0], state[1]


def require_shapes(student: Student, kind: Kind) -> None:
    """Assert that the model has its cell and `fc` and gives (B, O), for sizes from 1.

    Raises StudentFault and Mismatch.
    """
    dtype, known = diagnosed(student, kind)
    for seed, (shape, hidden_size, output_size) in enumerate(_SHAPES):
        model, case = build(student, kind, make(seed, shape, hidden_size, output_size), dtype)
        for name in (kind.cell, "fc"):
            layer(model, name)
        y = model(case.x.to(dtype))
        rows = shape[0] if known.equations.batch_first else shape[1]
        require_shape(y, (rows, output_size), tr("the output"))
        _require_kept(model, case)


def _require_kept(model: RemoteObject, case: Case) -> None:
    """Assert that a call left the weights that a model was given as they were. Raises Mismatch."""
    state, weights = model.state_dict(), case.weights or {}
    for name, value in weights.items():
        if name not in state or not torch.equal(state[name].double(), value.double()):
            raise Mismatch(
                tr(
                    "a call changes its own {name}: layers are made once, in __init__, and forward "
                    "uses them",
                    name=name,
                ),
                quantity=name,
                expected=value,
                got=state.get(name),
                holds=lambda code, name=name, value=value: [  # type: ignore[misc]
                    f"assert torch.equal({code(model)}.state_dict()[{name!r}], {code(value)})"
                ],
            )


_SHAPES = (((3, 4, 2), 5, 2), ((1, 4, 2), 3, 1), ((3, 1, 1), 2, 1), ((1, 1, 1), 1, 1))
