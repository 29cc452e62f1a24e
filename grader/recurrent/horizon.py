"""Gradients over hundreds of steps: they survive where they should, and stay finite.

With the memory's gate open the gradient of h_T by x_t survives, with it shut it vanishes: as it
does in the reference, whose profile is kept beside the student's for the plot. Source: SEED 2.4.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

from grader.checks import figures
from grader.checks.asserts import Mismatch, assert_close
from grader.checks.strategies import Numbers
from grader.core.i18n import tr
from grader.recurrent import gradients, models, probes

if TYPE_CHECKING:
    from torch import Tensor

    from grader.checks.cells import CellCase, Subject
    from grader.student.student import Student

_LONG, _SURVIVAL = 500, 200
_BIAS = {"open": 4.0, "shut": -4.0}
_VANISHED = 1e-20
"""Of a gradient: what is smaller is drawn at the lower edge."""
_KEPT = 64  # cases, and gradients, for the students to come


def judge(student: Student, cell: gradients.Cell) -> None:
    """Judge gradients over hundreds of steps; keep the profile of ‖∂h_T/∂x_t‖ for the plot.

    As long as the equations, and the flow through them, are known, they must be those; else they
    must at least be finite. Raises StudentFault and Mismatch.
    """
    subject, known = cell.topic.diagnosed(student)
    flow = gradients.diagnosed(student, cell)
    certain = known.explained and flow.explained
    for name in _names(student, cell):
        case = _case(cell, name, subject, known.equations)
        swapped = getattr(known.equations, "returns_order", "hc") == "ch"
        _, gradient = _profile(student, subject, case, swapped=swapped)
        right = _expected(cell, name, subject, known.equations, flow.equations)
        gradient = torch.zeros_like(right) if gradient is None else gradient
        if name == "open":
            ours = _expected(cell, name, subject, known.right, gradients.Flow())
            figures.keep(student, _picture(_norms(gradient), _norms(ours)))
        if bool(right.isfinite().all()):
            _require_finite(gradient, case, certain=certain)
            if certain and name != "extreme":
                assert_close(gradient, right, quantity="∂Σh_T/∂x", case=case)
        student.start_over()


def _profile(student: Student, subject: Subject, case: CellCase, *, swapped: bool) -> list[Any]:
    """Return h_T (B, H) and ∂Σh_T/∂x (T, B, I), None where autograd found no way back."""
    shape = tuple(case.inputs.shape)

    def form(answer: Any) -> bool:
        if not isinstance(answer, list) or len(answer) != len(("h", "gradient")):
            return False
        gradient = answer[1]
        return gradient is None or (
            isinstance(gradient, torch.Tensor)
            and gradient.is_floating_point()
            and tuple(gradient.shape) == shape
        )

    x = case.inputs.to(subject.dtype)
    answer: list[Any] = subject.ask(student, case, probes.profile, form, x=x, swapped=swapped)
    return answer


def _require_finite(gradient: Tensor, case: CellCase, *, certain: bool) -> None:
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


def _names(student: Student, cell: gradients.Cell) -> list[str]:
    """Return the long sequences: the memory's gate kept open, kept shut, and inputs of ±1e3.

    A cell that is already known not to stand large numbers is not asked for them again.
    """
    large = "torch_lstm_cell" if cell.kind is models.LSTM else "torch_gru_cell"
    return [*_BIAS] if student.lost(f"{cell.name}/{large}") else [*_BIAS, "extreme"]


@functools.lru_cache(_KEPT)
def _case(cell: gradients.Cell, name: str, subject: Subject, equations: Any) -> Any:
    """Return a long sequence as this student's cell takes it."""
    source = Numbers(0, scale=0.5, states=0.5)
    if name in _BIAS:
        gate = "f" if cell.kind is models.LSTM else "z"
        case = cell.topic.make(source, _SURVIVAL, 1, 1, 3).fix(**{gate: _BIAS[name]})
    else:
        far = cell.topic.make(source, _LONG, 1, 1, 3)
        blocks = {gate: block.map(_small) for gate, block in far.blocks.items()}
        case = replace(far, inputs=far.inputs.sign() * 1e3, blocks=blocks)
    return gradients.sent(cell, case, subject, equations)


def _small(weights: Tensor) -> Tensor:
    """Return weights with which exp of what becomes of ±1e3 is finite: σ may be written so."""
    return weights.clamp(-0.6, 0.6)


@functools.lru_cache(_KEPT)
def _expected(
    cell: gradients.Cell, name: str, subject: Subject, equations: Any, flow: gradients.Flow
) -> Tensor:
    """Return ∂Σh_T/∂x (T, 1, 1) of a long sequence; most students read the equations alike."""
    case = _case(cell, name, subject, equations)
    inputs = gradients.leaf(case.inputs)
    total = cell.gives(replace(case, inputs=inputs), equations, flow)[0].sum()
    if not total.requires_grad:
        return torch.zeros_like(inputs)
    found = torch.autograd.grad(total, inputs, allow_unused=True, materialize_grads=True)
    return found[0]


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
