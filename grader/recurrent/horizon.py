"""Gradients over hundreds of steps: they survive where they should, and stay finite.

With the memory's gate open the gradient of h_T by x_t survives, with it shut it vanishes: as it
does in the reference, whose profile is kept beside the student's for the plot. Source: SEED 2.4.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from grader.checks import answers, figures, generated, steps
from grader.checks.asserts import Mismatch, assert_close
from grader.checks.case import make
from grader.checks.form import APART, Known
from grader.checks.misconceptions import Diagnosis
from grader.checks.strategies import Numbers
from grader.core.i18n import tr
from grader.recurrent import gradients, probes

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from grader.checks.case import Case, Isolation
    from grader.checks.declared import Declared
    from grader.checks.definition import Definition
    from grader.checks.trial import Trials
    from grader.student.student import Student

_LONG, _SURVIVAL = 500, 200
_BIAS = {"open": 4.0, "shut": -4.0}
_VANISHED = 1e-20
"""Of a gradient: what is smaller is drawn at the lower edge."""
_KEPT = 64  # cases, and gradients, for the students to come


@dataclass(frozen=True)
class Cell:
    """A cell, and how a bias opens or shuts the gate that keeps its memory."""

    definition: type[Definition]
    memory: Callable[[float], Isolation]

    @property
    def of(self) -> Declared:
        """What it declares."""
        return self.definition.declared


def judge(student: Student, cell: Cell) -> None:
    """Judge gradients over hundreds of steps; keep the profile of ‖∂h_T/∂x_t‖ for the plot.

    As long as the equations, and the flow through them, are known, they must be those; else they
    must at least be finite. Raises StudentFault and Mismatch.
    """
    trials = generated.of_student(cell.of, student)
    known, cut = trials.known(), gradients.cut_off(trials)
    certain = known.explained and cut is not None
    for name in _names(trials, known):
        case = _case(cell, name, known.dtype, square=known.square)
        _, gradient = _profile(trials, case, known)
        right = _expected(cell, name, known, cut or frozenset(), trials)
        gradient = torch.zeros_like(right) if gradient is None else gradient
        if name == "open":
            figures.keep(student, _picture(_norms(gradient), _norms(_reference(cell, trials))))
        if bool(right.isfinite().all()):
            _require_finite(gradient, case, certain=certain)
            if certain and name != "extreme":
                assert_close(gradient, right, quantity="∂Σh_T/∂x", case=case)
        student.start_over()


def _profile(trials: Trials, case: Case, known: Known) -> list[Any]:
    """Return h_T (B, H) and ∂Σh_T/∂x (T, B, I), None where autograd found no way back."""
    asked = steps.question(trials, case, known)
    shape = tuple(asked["pasos"].shape)
    is_answer = answers.of(tuple[torch.Tensor, torch.Tensor | None])

    def form(answer: Any) -> bool:
        if not is_answer(answer):
            return False
        gradient = answer[1]
        return gradient is None or (gradient.is_floating_point() and tuple(gradient.shape) == shape)

    trials.prepare(known.dtype)
    answer: list[Any] = trials.student.run(probes.profile, form, **asked)
    return answer


def _require_finite(gradient: Tensor, case: Case, *, certain: bool) -> None:
    if bool(gradient.isfinite().all()) and (certain or bool(gradient.any())):
        return
    raise Mismatch(
        tr("after {steps} steps the gradient is zero or not finite", steps=case.steps),
        quantity="∂Σh_T/∂x",
        expected=tr("finite numbers, not all 0"),
        got="0" if bool(gradient.isfinite().all()) else tr("inf or nan"),
        holds=lambda code: [
            f"gradiente = {code(gradient)}",
            "assert gradiente.isfinite().all() and gradiente.any()",
        ],
    )


def _names(trials: Trials, known: Known) -> list[str]:
    """Return the long sequences: the memory's gate kept open, kept shut, and inputs of ±1e3.

    A cell that is right but for large numbers is not asked for them again.
    """
    of = trials.of
    whole = of.identity("whole")
    large = known.explained and not known.misconceptions() and trials.student.lost(whole)
    return [*_BIAS] if large else [*_BIAS, "extreme"]


@functools.lru_cache(_KEPT)
def _case(cell: Cell, name: str, dtype: torch.dtype, *, square: bool) -> Case:
    """Return a long sequence; a cell that runs only where sizes are alike has them alike."""
    of = cell.of
    sizes = {"B": 1, "I": 3 if square else 1, "H": 3}
    one = make(of.inputs, of.shapes, sizes, Numbers(0, 0.5, 0.5))
    generator = torch.Generator().manual_seed(0)
    if name in _BIAS:
        case = cell.memory(_BIAS[name])(one)
        return steps.sequence(of, case, _SURVIVAL, generator, 0.5).rounded(dtype)
    case = steps.sequence(of, one, _LONG, generator, 0.5)
    first = next(iter(of.inputs))
    far = {**case.inputs, first: case.inputs[first].sign() * 1e3}
    weights = {name: _small(value) for name, value in case.weights.items()}
    return replace(case, inputs=far, weights=weights).rounded(dtype)


def _small(weights: Tensor) -> Tensor:
    """Return weights with which exp of what becomes of ±1e3 is finite: σ may be written so."""
    return weights.clamp(-0.6, 0.6)


_expecteds: dict[Any, Tensor] = {}  # most students read the equations alike


def _expected(cell: Cell, name: str, known: Known, cut: frozenset[str], trials: Trials) -> Tensor:
    """Return ∂Σh_T/∂x (T, 1, 1) of a long sequence as this student has the equations."""
    equations = tuple(known.diagnoses[output].equations for output in cell.of.outputs)
    key = (cell, name, known.dtype, known.square, equations, cut)
    if key not in _expecteds:
        if len(_expecteds) >= _KEPT:
            _expecteds.clear()
        case = _case(cell, name, known.dtype, square=known.square)
        first, output = next(iter(cell.of.inputs)), next(iter(cell.of.outputs))
        inputs = case.inputs[first].detach().clone().requires_grad_()
        given = replace(case, inputs={**case.inputs, first: inputs})
        total = steps.last(trials, given, known, cut)[output].sum()
        _expecteds[key] = (
            torch.autograd.grad(total, inputs, allow_unused=True, materialize_grads=True)[0]
            if total.requires_grad
            else torch.zeros_like(inputs)
        )
    return _expecteds[key]


def _reference(cell: Cell, trials: Trials) -> Tensor:
    """Return what the right equations give, with the memory's gate open."""
    right = Diagnosis(trials.of.right, trials.of.right)
    known = Known(torch.float64, APART, dict.fromkeys(trials.of.outputs, right), explained=True)
    return _expected(cell, "open", known, frozenset(), trials)


def _norms(gradient: Tensor) -> list[float]:
    norms: list[float] = gradient.double().flatten(1).norm(dim=1).tolist()
    return norms


def _picture(theirs: list[float], reference: list[float]) -> figures.Figure:
    """Return the picture of ‖∂h_T/∂x_t‖ at each step."""
    note = tr(
        "With the memory gate kept open. Below 10⁻²⁰ a curve lies on the lower edge; where "
        "the gradient is 0 it is not drawn."
    )
    title = tr("The gradient through time, ‖∂h_T/∂x_t‖ at each step")
    explanation = tr(
        "At the first step it is {first} in yours and {reference} in the reference.",
        first=f"{theirs[0]:.3g}",
        reference=f"{reference[0]:.3g}",
    )
    return figures.curve(
        theirs,
        reference,
        x=tr("step t"),
        first=1,
        scale="logarithmic",
        lowest=_VANISHED,
        explanation=explanation,
        group=figures.Group(title, note),
    )
