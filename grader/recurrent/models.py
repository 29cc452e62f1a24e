"""The models: a cell run over a sequence, and a linear layer on its last state.

    h_0 (and c_0) = 0,   state_t = cell(x_t, state_{t-1}) for t = 1 … T,   y = W h_T + b

Shapes: x (B, T, I), y (B, O). A model is judged over the student's own cell and own `fc`, whatever
they compute: their mistakes have checks of their own. Source: SEED 4.2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from hypothesis import strategies as st

from grader.checks.asserts import Mismatch, close, require_shape
from grader.checks.asserts import kind as kind_of
from grader.checks.cells import Subject, construct, diagnose_subject
from grader.checks.misconceptions import Diagnosis, Misconception, diagnose
from grader.checks.parameters import state_of
from grader.checks.strategies import Numbers, sizes
from grader.core.errors import StudentFault
from grader.core.i18n import tr
from grader.recurrent import lstm, probes, stand_ins
from grader.recurrent.lstm_equations import exchanged
from grader.student.student import RemoteObject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hypothesis.strategies import DrawFn
    from torch import Tensor

    from grader.student.student import Student

_LARGEST = 4
_FRESH = 2  # cases that a diagnosis must explain
_SLACK = 64.0  # the student's steps and ours are the same code: only the order of sums may differ


@dataclass(frozen=True)
class Kind:
    """What sets the two models apart: the class, the attribute of its cell, the cell's states."""

    name: str
    cell: str
    states: int
    cell_class: str


LSTM = Kind("modeloLSTM", "lstm", 2, "celdaLSTM")
GRU = Kind("modeloGRU", "gru", 1, "celdaGRU")


@dataclass(frozen=True)
class Equations:
    """How somebody runs a cell over a sequence; by default, rightly.

    Each field bears the name of the check that judges it, but for `swapped`: whether it takes the
    second of the cell's two states for h, as it must over a cell that returns (c, h). `every_step`
    is from and up to which one, `step_order` their direction, `batch_first` whether the first axis
    of x is the batch, `output` what `fc` is given, from all the states h (T, B, H) and, of an LSTM,
    c.
    """

    every_step: tuple[int | None, int | None] = (None, None)
    step_order: int = 1
    batch_first: bool = True
    initial_state: float = 0.0
    output: Callable[[Tensor, Tensor], Tensor] = lambda h, _c: h[-1]
    swapped: bool = False


RIGHT = Equations()

BANK: tuple[Misconception, ...] = (
    Misconception(
        "model.last_step_skipped",
        {"every_step": (None, -1)},
        "El último paso de la secuencia no se usa: mira los límites de tu bucle.",
        "The last step of the sequence is not used: look at the bounds of your loop.",
    ),
    Misconception(
        "model.first_step_skipped",
        {"every_step": (1, None)},
        "El primer paso de la secuencia no se usa: mira los límites de tu bucle.",
        "The first step of the sequence is not used: look at the bounds of your loop.",
    ),
    Misconception(
        "model.only_last_step",
        {"every_step": (-1, None)},
        "Solo cuenta el último paso: el estado se crea de nuevo dentro del bucle, o los pasos "
        "anteriores no se usan.",
        "Only the last step counts: the state is created again inside the loop, or the "
        "earlier steps are not used.",
    ),
    Misconception(
        "model.read_backwards",
        {"step_order": -1},
        "La secuencia se recorre del final al principio.",
        "The sequence is read backwards, from its end to its beginning.",
    ),
    Misconception(
        "model.batch_and_time_exchanged",
        {"batch_first": False},
        "Recorres el eje del lote como si fuera el tiempo: x es (lote, tiempo, entrada).",
        "You go through the batch's axis as if it were time: x is (batch, time, input).",
    ),
    Misconception(
        "model.initial_state_of_ones",
        {"initial_state": 1.0},
        "El estado inicial no es cero.",
        "The initial state is not zero.",
    ),
    Misconception(
        "model.mean_over_time",
        {"output": lambda h, _c: h.mean(0)},
        "A fc le das la media de los estados de todos los pasos, no el último h_T.",
        "You give fc the mean of the states of all steps, not the last h_T.",
        term="h_T",
    ),
    Misconception(
        "model.output_from_cell_state",
        {"output": lambda _h, c: c[-1]},
        "A fc le das el estado de la celda c_T, no el estado oculto h_T.",
        "You give fc the cell state c_T, not the hidden state h_T.",
        term="h_T",
    ),
)


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


@dataclass(frozen=True)
class Trial:
    """What the student's model gave for a case, what it should have given, and why it might not."""

    case: Case
    y: Tensor
    expected: Tensor
    misconception: Misconception | None


def trial(student: Student, kind: Kind, case: Case, judging: str) -> Trial:
    """Run the student's model on a case, to judge one thing about how it runs its cell.

    Raises StudentFault and Mismatch.
    """
    dtype, known = diagnosed(student, kind)
    model, case = build(student, kind, case, dtype)
    y = model(case.x.to(dtype))
    with student.unrecorded():
        expected = run_cell(model, kind, case, known.but(judging))
    return Trial(case, y, expected, known.about(judging))


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
    elif kind is LSTM and lstm.diagnosed(student)[1].equations.preactivation is exchanged:
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
    return not student.lost(f"{cell}/parameters", f"{cell}/interface")


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

    def form(answer: Any) -> bool:
        return isinstance(answer, list) and len(answer) == len(x)

    steps: list[Any] = cell.student.run(
        probes.unroll, form, celda=cell, x=x, estado=state, swapped=swapped
    )
    return steps


def diagnosed(student: Student, kind: Kind) -> tuple[torch.dtype, Diagnosis[Equations]]:
    """Return the precision in which the model runs, and how it runs its cell."""

    def look(subject: Subject) -> Diagnosis[Equations]:
        seen = [_look(student, kind, seed, subject.dtype) for seed in range(_FRESH)]
        swapped = kind is LSTM and lstm.diagnosed(student)[1].equations.returns_order == "ch"
        rights = (RIGHT, replace(RIGHT, swapped=True)) if swapped else (RIGHT,)
        found = [
            diagnose(right, BANK, lambda equations: _explains(kind, equations, seen))
            for right in rights
        ]
        return min(found, key=lambda known: (not known.explained, len(known.misconceptions)))

    subject, known = diagnose_subject(student, kind.name, RIGHT, look)
    return subject.dtype, known


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


_SHAPES = (((3, 4, 2), 5, 2), ((1, 4, 2), 3, 1), ((3, 1, 1), 2, 1), ((1, 1, 1), 1, 1))
