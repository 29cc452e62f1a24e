"""Backward through one step of a cell (SEED 2.4).

A cell's gradients are judged under the equations as this student is known to read them: a wrong
equation has a check of its own. Where those are not known they are compared with central
differences of the student's own forward.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import torch

from grader.checks import finite_differences
from grader.checks.asserts import Mismatch, assert_close, close, require_shape
from grader.checks.cells import Block, CellCase, Subject
from grader.checks.misconceptions import Diagnosis, Misconception, diagnose
from grader.core.i18n import tr
from grader.recurrent import gru, lstm, models
from grader.recurrent.lstm_equations import exchanged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from grader.student.student import Student

_FRESH = 2


@dataclass(frozen=True)
class Flow:
    """Through which of its arguments, and whether at all, a cell lets gradients back."""

    x: bool = True
    h: bool = True
    c: bool = True
    weights: bool = True


def _cut(name: str, es: str, en: str, *where: str, term: str = "") -> Misconception:
    return Misconception(f"gradient.{name}", dict.fromkeys(where, False), es, en, term)


BANK = (
    _cut(
        "cut_everywhere",
        "Por tu celda no vuelve ningún gradiente: ¿se calcula bajo torch.no_grad(), o con .data o "
        "detach() en el resultado? Sin él no hay nada que aprender.",
        "No gradient comes back through your cell: is it computed under torch.no_grad(), or with "
        ".data or detach() on what it returns? Without it there is nothing to learn.",
        "x",
        "h",
        "c",
        "weights",
    ),
    _cut(
        "cut_at_both_states",
        "El gradiente no vuelve por h_{t-1} ni por c_{t-1}: ¿hay un detach() o un .data en "
        "los estados? Así la red no aprende nada de los pasos anteriores.",
        "No gradient comes back through h_{t-1} or c_{t-1}: is there a detach() or .data on "
        "the states? The network then learns nothing from earlier steps.",
        "h",
        "c",
        term="h_{t-1}, c_{t-1}",
    ),
    _cut(
        "cut_at_hidden_state",
        "El gradiente no vuelve por h_{t-1}: ¿hay un detach() o un .data en el estado oculto?",
        "No gradient comes back through h_{t-1}: is there a detach() or .data on the hidden state?",
        "h",
        term="h_{t-1}",
    ),
    _cut(
        "cut_at_cell_state",
        "El gradiente no vuelve por c_{t-1}, que es el camino por el que sobrevive: ¿hay un "
        "detach() o un .data en el estado de la celda?",
        "No gradient comes back through c_{t-1}, the path on which it survives: is there a "
        "detach() or .data on the cell state?",
        "c",
        term="c_{t-1}",
    ),
    _cut(
        "cut_at_input",
        "El gradiente no vuelve por x_t: ¿hay un detach() o un .data en la entrada?",
        "No gradient comes back through x_t: is there a detach() or .data on the input?",
        "x",
        term="x_t",
    ),
)


@dataclass(frozen=True)
class Cell:
    """One of the two cells: its name, its states, and what its equations are."""

    topic: Any
    states: tuple[str, ...]
    kind: models.Kind

    @property
    def name(self) -> str:
        """The class's name."""
        return str(self.topic.NAME)

    def gives(self, case: CellCase, equations: Any, flow: Flow) -> tuple[Tensor, ...]:
        """Return the states after a case's steps, with a history where the flow has one."""
        if case.steps > 1 and flow != Flow():
            return self._over(case, equations, flow)
        step = self.topic.step(_cut_case(case, flow), equations)
        return (step.h, step.c) if self.kind is models.LSTM else (step,)

    def _over(self, case: CellCase, equations: Any, flow: Flow) -> tuple[Tensor, ...]:
        given = tuple(case.states.values())
        for x in case.inputs:
            states = dict(zip(self.states, given, strict=True))
            given = self.gives(replace(case, inputs=x[None], states=states), equations, flow)
        return given


LSTM, GRU = Cell(lstm, ("h", "c"), models.LSTM), Cell(gru, ("h",), models.GRU)


def _cut_case(case: CellCase, flow: Flow) -> CellCase:
    states = {
        name: state if getattr(flow, name) else state.detach()
        for name, state in case.states.items()
    }
    blocks = case.blocks
    if not flow.weights:
        blocks = {gate: block.map(torch.Tensor.detach) for gate, block in case.blocks.items()}
    inputs = case.inputs if flow.x else case.inputs.detach()
    return replace(case, inputs=inputs, states=states, blocks=blocks)


def leaf(tensor: Tensor) -> Tensor:
    """Return a copy that gathers its gradient."""
    return tensor.detach().clone().requires_grad_()


def judge_cell(student: Student, cell: Cell, case: Any) -> None:
    """Compare the gradients of a step with those of the equations that the student follows.

    Raises StudentFault and Mismatch.
    """
    subject, known = cell.topic.diagnosed(student)
    if not known.explained:
        _judge_by_differences(student, cell, subject)
        return
    case = sent(cell, case, subject, known.equations)
    flow = diagnosed(student, cell)
    expected = _expected(cell, case, known.equations, Flow())
    got = _backward(student, subject, case, known.equations)
    for name, right in expected.items():
        value = got[name] if isinstance(got[name], torch.Tensor) else torch.zeros_like(right)
        if value is not got[name]:
            student.transcript.spell(value, _or_zeros(name, case, right))
        misconception = flow.misconceptions[0] if flow.misconceptions else None
        assert_close(value, right, quantity=f"∂L/∂{name}", case=case, misconception=misconception)


def _or_zeros(name: str, case: CellCase, right: Tensor) -> str:
    """Return the code of a gradient that autograd did not find: None, to be read as zeros."""
    inputs = ["x_t", *case.states]
    place = f"[{inputs.index(name)}]" if name in inputs else f"[-1].get({name!r})"
    zeros = f"torch.zeros({tuple(right.shape)})"
    return f"({zeros} if gradientes{place} is None else gradientes{place})"


def sent(cell: Cell, case: Any, subject: Subject, equations: Any) -> Any:
    """Return the case in the precision and the layout in which this student's cell takes it."""
    if cell.kind is models.LSTM:
        case = case.square() if equations.preactivation is exchanged else case
        return replace(case.rounded(subject.dtype), order=equations.stacking_order)
    return replace(case.rounded(subject.dtype), layers=equations.layers)


def _directions(case: CellCase, count: int) -> list[Tensor]:
    """Return the weights of the sum L of a cell's outputs: alternating and not small."""
    size = case.h.numel()
    signs = 1.0 - 2.0 * (torch.arange(size * count, dtype=torch.float64) % 2)
    ramp = signs * (1 + torch.arange(size * count, dtype=torch.float64) / 4)
    return [ramp[start : start + size].reshape(case.h.shape) for start in range(0, len(ramp), size)]


def _expected(cell: Cell, case: Any, equations: Any, flow: Flow) -> dict[str, Tensor]:
    """Return ∂L/∂ of inputs, states and weights, by the names that the student knows."""
    leaves = replace(
        case,
        inputs=leaf(case.inputs),
        states={name: leaf(state) for name, state in case.states.items()},
        blocks={gate: block.map(leaf) for gate, block in case.blocks.items()},
    )
    given = cell.gives(leaves, equations, flow)
    weights = _directions(case, len(given))
    total = torch.stack([(w * g).sum() for w, g in zip(weights, given, strict=True)]).sum()
    tensors = [leaves.inputs, *leaves.states.values()]
    tensors += [getattr(b, field.name) for b in leaves.blocks.values() for field in fields(Block)]
    if total.requires_grad:
        found = torch.autograd.grad(total, tensors, allow_unused=True, materialize_grads=True)
    else:
        found = tuple(torch.zeros_like(tensor) for tensor in tensors)
    gradients = iter(found)
    named = {"x_t": next(gradients)[0], **{name: next(gradients) for name in case.states}}
    blocks = {gate: Block(*(next(gradients) for _ in fields(Block))) for gate in case.blocks}
    return named | dict(replace(case, blocks=blocks).weights)


def _backward(student: Student, subject: Subject, case: Any, equations: Any) -> dict[str, Any]:
    """Return the student's gradients of L, by the same names; None where there is none."""
    made = subject.make(student, case)
    x = leaf(case.x.to(subject.dtype))
    states = {name: leaf(state.to(subject.dtype)) for name, state in case.states.items()}
    values = tuple(states.values())
    given = made(x, values if len(values) > 1 else values[0])
    outputs = _outputs(given, case)
    if getattr(equations, "returns_order", "hc") == "ch":
        outputs.reverse()
    weights = [w.to(subject.dtype) for w in _directions(case, len(outputs))]
    found = student.gradients(outputs, weights, of=[x, *values, made])
    named = {"x_t": found[0], **dict(zip(states, found[1:], strict=False))}
    return defaultdict(lambda: None, {**found[-1], **named})  # None for a bias that was left out


def _outputs(given: Any, case: CellCase) -> list[Tensor]:
    """Assert that a cell gave its states; return them. Raises Mismatch."""
    shape = tuple(case.h.shape)
    if len(case.states) > 1:
        return list(lstm.states(given, shape))
    require_shape(given, shape, "h_t")
    return [given]


def diagnosed(student: Student, cell: Cell) -> Diagnosis[Flow]:
    """Return how gradients come back through the student's cell."""

    def find() -> Diagnosis[Flow]:
        subject, known = cell.topic.diagnosed(student)
        if not known.explained:
            return Diagnosis(Flow(), Flow(), explained=False)
        seen = []
        for seed in range(_FRESH):
            case = sent(cell, cell.topic.fresh(seed), subject, known.equations)
            seen.append((case, _backward(student, subject, case, known.equations)))
        bank = [item for item in BANK if cell.kind is models.LSTM or not _about_c(item)]
        return diagnose(
            Flow(),
            bank,
            lambda flow: all(
                _same(got, _expected(cell, c, known.equations, flow), c) for c, got in seen
            ),
        )

    found: Diagnosis[Flow] = student.recall(f"{cell.name}.flow", find)
    return found


def _about_c(item: Misconception) -> bool:
    """Whether it is about a state that the GRU does not have, and not about all there is."""
    return item.touches("c") and not item.touches("weights")


def _same(got: Mapping[str, Any], expected: Mapping[str, Tensor], case: Any) -> bool:
    for name, right in expected.items():
        value = got[name] if isinstance(got[name], torch.Tensor) else torch.zeros_like(right)
        if value.shape != right.shape or not close(value, right, case):
            return False
    return True


def _judge_by_differences(student: Student, cell: Cell, subject: Subject) -> None:
    """Compare gradients with central differences of the student's own forward."""
    case = cell.topic.fresh(0).rounded(subject.dtype)
    got = _backward(student, subject, case, None)
    weights = _directions(case, len(cell.states))

    def total(of: Any) -> float:
        outputs = _outputs(subject.run(student, of)[-1], case)
        pairs = zip(weights, outputs, strict=True)
        return float(torch.stack([(w * output.double()).sum() for w, output in pairs]).sum())

    def shifted(name: str, by: float) -> float:
        if name == "x_t":
            return total(replace(case, inputs=case.inputs + by))
        return total(replace(case, states={**case.states, name: case.states[name] + by}))

    slopes = []
    for name in ("x_t", *case.states):
        with student.unrecorded():
            slope = finite_differences.slope(functools.partial(shifted, name), subject.dtype)
        ones = torch.ones_like(case.inputs[0] if name == "x_t" else case.states[name])
        finite_differences.require(got[name], ones, slope, f"∂L/∂{name}", subject.dtype)
        slopes.append(slope)
    if not any(slopes):
        raise Mismatch(
            tr("what the cell returns does not depend on what it receives"),
            quantity=tr("∂L/∂x_t and ∂L/∂h"),
            expected=tr("not all 0"),
            got="0",
            holds=lambda code: [f"assert {code(got['x_t'])}.abs().sum() > 0"],
        )
    _require_parameters(got, case)


def _require_parameters(got: Mapping[str, Any], case: CellCase) -> None:
    """Assert that a gradient reaches some parameter of a cell. Raises Mismatch."""
    weights = [got[name] for name in set(got) - {"x_t", *case.states}]
    if any(isinstance(weight, torch.Tensor) and bool(weight.any()) for weight in weights):
        return
    said = tr("no gradient reaches the parameters of the cell: there is nothing to learn")
    raise finite_differences.untaught(said, "gradientes[-1]")
