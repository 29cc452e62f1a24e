"""What the two cells share: a step's case, its weights gate by gate, and a trial of it.

Shapes: inputs x (B, I), states (B, H); each gate's W_x (H, I), W_h (H, H), b_x and b_h (H,).
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self, TypeVar

import torch
from torch import Tensor

from grader.checks import probes
from grader.checks.asserts import Mismatch, kind, require_shape
from grader.checks.misconceptions import Diagnosis
from grader.core.errors import StudentFault
from grader.core.i18n import tr
from grader.student.student import RemoteObject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.checks.strategies import Stream
    from grader.student.probes import Probe
    from grader.student.student import Student

OPEN, SHUT = 40.0, -40.0
"""Biases at which σ is 1, or under any rounding error, and tanh ±1; exp(80) is still float32."""

LARGEST = 3
"""The largest batch, input and hidden size of a case: what is wrong shows at small sizes."""


@dataclass(frozen=True)
class Block:
    """One gate's weights: x (H, I), h (H, H), biases bx and bh (H,)."""

    x: Tensor
    h: Tensor
    bx: Tensor
    bh: Tensor

    def map(self, change: Callable[[Tensor], Tensor]) -> Block:
        """Return the block with every tensor changed."""
        return Block(change(self.x), change(self.h), change(self.bx), change(self.bh))


def block(stream: Stream, input_size: int, hidden_size: int) -> Block:
    """Return the next gate's weights of a stream of numbers."""
    return Block(
        stream.weights(hidden_size, input_size),
        stream.weights(hidden_size, hidden_size),
        stream.weights(hidden_size),
        stream.weights(hidden_size),
    )


@dataclass(frozen=True)
class CellCase:
    """Inputs (T, B, I), initial states by name (B, H) and gates by letter, in float64.

    Most cases are one step, T = 1.
    """

    inputs: Tensor
    states: Mapping[str, Tensor]
    blocks: Mapping[str, Block]
    dtype: torch.dtype = field(default=torch.float64, kw_only=True)
    """The precision in which the student's cell computes."""

    @property
    def x(self) -> Tensor:
        """The first step's input (B, I)."""
        return self.inputs[0]

    @property
    def h(self) -> Tensor:
        """The initial hidden state (B, H)."""
        return self.states["h"]

    @property
    def steps(self) -> int:
        """T."""
        return self.inputs.shape[0]

    @property
    def input_size(self) -> int:
        """I."""
        return self.inputs.shape[2]

    @property
    def hidden_size(self) -> int:
        """H."""
        return self.h.shape[1]

    @property
    def weights(self) -> dict[str, Tensor]:
        """The state dict that the assignment's names give these gates."""
        raise NotImplementedError

    @property
    def magnitude(self) -> float:
        """The largest sum of absolute terms in a pre-activation; later states are at most 1."""
        h = self.h.abs() if self.steps == 1 else self.h.abs().clamp(min=1)
        sums = [
            self.inputs.abs() @ gate.x.abs().T + h @ gate.h.abs().T + gate.bx.abs() + gate.bh.abs()
            for gate in self.blocks.values()
        ]
        return float(torch.stack(sums).max())

    def rounded(self, dtype: torch.dtype) -> Self:
        """Return the case with all its numbers rounded to a dtype, in float64 still."""

        def cast(tensor: Tensor) -> Tensor:
            return tensor.to(dtype).to(torch.float64)

        return replace(
            self,
            dtype=dtype,
            inputs=cast(self.inputs),
            states={name: cast(state) for name, state in self.states.items()},
            blocks={gate: block.map(cast) for gate, block in self.blocks.items()},
        )

    def square(self) -> Self:
        """Return the case with I = H: columns of x and W_x are cut, or zeros are added."""

        def fit(tensor: Tensor) -> Tensor:
            return torch.nn.functional.pad(tensor, (0, self.hidden_size - self.input_size))

        blocks = {letter: replace(gate, x=fit(gate.x)) for letter, gate in self.blocks.items()}
        return replace(self, inputs=fit(self.inputs), blocks=blocks)

    def fix(self, **biases: float) -> Self:
        """Return the case with whole gates fixed by their bias: OPEN, SHUT or 0."""
        blocks = dict(self.blocks)
        for gate, bias in biases.items():
            zero = blocks[gate].map(torch.zeros_like)
            blocks[gate] = replace(zero, bx=torch.full_like(zero.bx, bias))
        return replace(self, blocks=blocks)

    def without(self, *terms: str, gates: str = "") -> Self:
        """Return the case with some of the fields of its blocks (of all gates) at zero."""
        blocks = {
            letter: replace(gate, **{term: torch.zeros_like(getattr(gate, term)) for term in terms})
            if letter in (gates or letter)
            else gate
            for letter, gate in self.blocks.items()
        }
        return replace(self, blocks=blocks)

    def without_state(self, *names: str) -> Self:
        """Return the case with some initial states at zero."""
        states = {
            name: torch.zeros_like(state) if name in names else state
            for name, state in self.states.items()
        }
        return replace(self, states=states)

    def show(self) -> dict[str, Tensor]:
        """Return the tensors by the names that the student knows."""
        inputs = {"x_t": self.x} if self.steps == 1 else {"x": self.inputs}
        return {**inputs, **self.states, **self.weights}


@dataclass(frozen=True)
class Subject:
    """How a student's cell is run: in float64 if its code allows that, else in float32."""

    name: str
    dtype: torch.dtype = field(default=torch.float64)

    def make(self, student: Student, case: CellCase) -> RemoteObject:
        """Return the student's cell with the case's weights. Raises StudentFault, Mismatch."""
        student.precision(self.dtype)
        cell = construct(student, self.name, case.input_size, case.hidden_size)
        return cell.load(self._weights(case))

    def run(self, student: Student, case: CellCase, *, swapped: bool = False) -> list[Any]:
        """Return what the student's cell gave at each step of a case, in one question.

        `swapped` is for a cell that returns its two states the other way round. Raises
        StudentFault, Mismatch.
        """

        def form(answer: Any) -> bool:
            return isinstance(answer, list) and len(answer) == case.steps

        given: list[Any]
        if case.steps == 1:
            given = self.ask(student, case, probes.step, form, x_t=case.x.to(self.dtype))
        else:
            x = case.inputs.to(self.dtype)
            given = self.ask(student, case, probes.steps, form, x=x, swapped=swapped)
        return given

    def ask(
        self,
        student: Student,
        case: CellCase,
        probe: Probe,
        form: Callable[[Any], bool],
        **arguments: Any,
    ) -> Any:
        """Run a probe that makes the student's cell: its class's `name`, the `sizes`, the weights
        `pesos`, the first `estado`, and what else it takes. Raises StudentFault, Mismatch.
        """  # noqa: D205 - one sentence
        student.precision(self.dtype)
        student.require(self.name)
        states = tuple(state.to(self.dtype) for state in case.states.values())
        sizes = [case.input_size, case.hidden_size]
        try:
            return student.run(
                probe,
                form,
                name=self.name,
                sizes=sizes,
                pesos=self._weights(case),
                estado=states if len(states) > 1 else states[0],
                **arguments,
            )
        except StudentFault as fault:
            if fault.place is None:  # no line of the student's failed: was there a module at all?
                _require_module(student, self.name, sizes)
            raise

    def _weights(self, case: CellCase) -> dict[str, Tensor]:
        return {key: tensor.to(self.dtype) for key, tensor in case.weights.items()}


def construct(student: Student, name: str, *sizes: int) -> RemoteObject:
    """Return an object of the student's class. Raises StudentFault, and Mismatch if none."""
    made = getattr(student, name)(*sizes)
    if not isinstance(made, RemoteObject):
        raise _no_module(name, sizes, made)
    made.sizes = sizes
    return made


def require_finite(state: Tensor, quantity: str) -> None:
    """Assert that a state holds neither inf nor nan. Raises Mismatch."""
    if bool(state.isfinite().all()):
        return
    raise Mismatch(
        tr("{quantity} contains inf or nan, although all inputs are small", quantity=quantity),
        quantity=quantity,
        expected=tr("finite numbers"),
        got=state,
        holds=lambda code: [f"assert {code(state)}.isfinite().all()"],
    )


def require_stateless(again: Any, alone: Tensor, quantity: str) -> None:
    """Assert that a cell gives the same when it was called before. Raises Mismatch."""
    require_shape(again, tuple(alone.shape), quantity)
    if torch.equal(again, alone):
        return
    raise Mismatch(
        tr(
            "the cell remembers earlier calls: with the same x_t and the same state it gives "
            "a different result if it was called with others before; it must depend only on "
            "the x_t and the state that it receives"
        ),
        quantity=quantity,
        expected=alone,
        got=again,
        holds=lambda code: [f"assert torch.equal({code(again)}, {code(alone)})"],
    )


def _require_module(student: Student, name: str, sizes: list[int]) -> None:
    """Assert that a class makes a module. Raises StudentFault and Mismatch."""

    def form(answer: Any) -> bool:
        return isinstance(answer, list) and len(answer) in (0, 1)

    with student.unrecorded():
        instead = student.run(probes.made_instead, form, name=name, sizes=sizes)
    for made in instead:
        raise _no_module(name, tuple(sizes), made)


def _no_module(name: str, sizes: tuple[int, ...], made: Any) -> Mismatch:
    return Mismatch(
        tr("{call} should create a module but gives {got}", call=f"{name}{sizes}", got=kind(made)),
        quantity=f"{name}{sizes}",
        expected="torch.nn.Module",
        got=kind(made),
        holds=lambda _: [f"assert isinstance({name}{sizes}, torch.nn.Module)"],
    )


Equations = TypeVar("Equations")


def diagnose_subject(
    student: Student, name: str, right: Equations, look: Callable[[Subject], Diagnosis[Equations]]
) -> tuple[Subject, Diagnosis[Equations]]:
    """Return how the student's cell or model can be run, and the equations that it follows.

    `look` diagnoses it in one precision. Code that is float32 somewhere may run in float64 and be
    inexact there: the precision that explains its numbers is the one to judge it in. Where the
    diagnoses differ, the one in float32 counts, in which students train.
    """

    def find() -> tuple[Subject, Diagnosis[Equations]]:
        found = []
        for dtype in (torch.float64, torch.float32):
            cell = Subject(name, dtype)
            with contextlib.suppress(StudentFault, Mismatch):
                found.append((cell, look(cell)))
        if not found:
            return Subject(name), Diagnosis(right, right, explained=False)
        (_, wide), (_, narrow) = found[0], found[-1]
        alike = (wide.equations, wide.explained) == (narrow.equations, narrow.explained)
        return found[0 if alike else -1]

    return student.recall(f"{name}.misconception", find)
