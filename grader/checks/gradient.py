"""The gradient of what a student wrote, beside the slope of its own forward.

Along one direction for each input and each parameter, by central differences: whatever the forward
computes, right or wrong, its gradient must be that of it. A `detach`, `.data` or `no_grad` shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from grader.checks import answers, calls, finite_differences
from grader.checks.asserts import Mismatch
from grader.checks.case import full, isolated
from grader.checks.trial import grouped, sent
from grader.checks.values import Bool
from grader.core.i18n import tr
from grader.student.student import RemoteObject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.checks.case import Case
    from grader.checks.form import Known
    from grader.checks.misconceptions import Misconception
    from grader.checks.trial import Trials
    from grader.student.student import Student


@dataclass(frozen=True)
class Slope:
    """A student's gradient (B, …) of an input or a parameter, and the slope of its own forward
    along a direction.
    """  # noqa: D205 - one sentence

    gradient: Any
    direction: torch.Tensor
    forward: float

    def is_right(self, dtype: torch.dtype) -> bool:
        """Whether the gradient has the slope of the forward."""
        found = finite_differences.along(self.gradient, self.direction)
        return abs(found - self.forward) <= finite_differences.bound(self.forward, dtype)

    def is_cut(self, dtype: torch.dtype) -> bool:
        """Whether there is no gradient where the forward depends on it."""
        none = not isinstance(self.gradient, torch.Tensor) or not bool(self.gradient.any())
        return none and abs(self.forward) > finite_differences.bound(self.forward, dtype)


def require(
    trials: Trials,
    seed: int,
    named_by: Callable[[frozenset[str]], Misconception | None] = lambda _: None,
) -> None:
    """Assert that the gradients of inputs and parameters are its forward's, masks being full.

    `named_by` says what mistake cuts off the gradients of just these. Raises StudentFault and
    Mismatch.
    """
    dtype, found = trials.known().dtype, slopes(trials, seed)
    cut = frozenset(name for name, one in found.items() if one.is_cut(dtype))
    mistake = named_by(cut) if cut else None
    for name, one in found.items():
        quantity = f"∂/∂{name}"
        finite_differences.require(
            one.gradient, one.direction, one.forward, quantity, dtype, mistake
        )
    learnt = [one for name, one in found.items() if name in trials.of.shapes(trials.of.fresh_sizes)]
    told = learnt or list(found.values())
    if not trials.known().explained and not any(one.forward for one in told):
        gradients = [one.gradient for one in told]
        raise Mismatch(
            tr("what it returns does not depend on its parameters: there is nothing to learn")
            if learnt
            else tr("what it returns does not depend on what it receives"),
            quantity=tr("the gradients"),
            expected=tr("not all 0"),
            got="0",
            holds=lambda code: [
                f"assert any(bool(g.any()) for g in ({', '.join(map(code, gradients))},))"
            ],
        )


def slopes(trials: Trials, seed: int) -> dict[str, Slope]:
    """Return what the student's gradients are and should be, by input and parameter."""
    known = _straight(trials)
    masks = [name for name, kind in trials.of.inputs.items() if isinstance(kind, Bool)]
    case = isolated(full(*masks)(trials.fresh(seed % 2**16)), trials.of.steady)
    case = case.rounded(known.dtype)
    generator = torch.Generator().manual_seed(seed % 2**32)
    weights = {
        name: torch.randn(value.shape, generator=generator, dtype=torch.float64)
        for name, value in trials.ask(case, known).items()
        if isinstance(value, torch.Tensor) and value.is_floating_point()
    }
    leaves: dict[str, torch.Tensor] = {
        name: value for name, value in case.inputs.items() if _is_numbers(value)
    }
    trials.student.start_over()
    got = _gradients(trials, case, known, weights, leaves)
    directions = {
        name: torch.randn(
            (leaves if name in leaves else case.weights)[name].shape,
            generator=generator,
            dtype=torch.float64,
        )
        for name in got
    }
    shifts = finite_differences.shifts(known.dtype)
    moved = [_moved(case, name, by * one) for name, one in directions.items() for by in shifts]
    with trials.student.unrecorded():
        answers = trials.ask_all(moved, known)
    totals = iter(
        sum(float((answer[key].double() * weights[key]).sum()) for key in weights)
        for answer in answers
    )
    return {
        name: Slope(gradient, directions[name], (next(totals) - next(totals)) / (2 * shifts[0]))
        for name, gradient in got.items()
    }


def _straight(trials: Trials) -> Known:
    """Return what is known, with weights sent as they are: of these are the gradients."""
    known = trials.known()
    straight = {name: tuple(sorted(places)) for name, places in known.form.arranged.items()}
    return replace(known, form=replace(known.form, arranged=straight))


def _gradients(
    trials: Trials,
    case: Case,
    known: Known,
    weights: Mapping[str, torch.Tensor],
    leaves: Mapping[str, torch.Tensor],
) -> dict[str, Any]:
    """Return the student's gradients of inputs and parameters by name."""
    student, of = trials.student, trials.of
    trials.prepare(known.dtype)
    entries = sent(case, known.dtype)
    for place, name in enumerate(of.inputs):
        if name in leaves:
            entries[place] = entries[place].clone().requires_grad_()
    inputs = [entries[place] for place, name in enumerate(of.inputs) if name in leaves]
    if of.init is None:
        answer = getattr(student, of.name)(*grouped(of, entries))
        modules = []
    else:
        student.require(of.name)
        asked = trials.question(case, known.dtype, known.form)
        made = student.run(
            calls.made,
            answers.of(RemoteObject),
            **{key: asked[key] for key in ("name", "sizes", "pesos")},
        )
        entries = grouped(of, entries)
        answer = made(*entries) if of.method == "forward" else getattr(made, of.method)(*entries)
        modules = [made]
    outputs = trials.outputs(answer, case, known)
    found = student.gradients(
        [outputs[name] for name in weights],
        [value.to(outputs[name].dtype) for name, value in weights.items()],
        [*inputs, *modules],
    )
    gradients = {}
    for place, (name, leaf) in enumerate(leaves.items()):
        gradients[name] = _there(student, found[place], leaf, f"gradientes[{place}]")
    for name, value in case.weights.items():
        code = f"gradientes[{len(leaves)}].get({name!r})"
        gradients[name] = _there(student, found[-1].get(name), value, code)
    return gradients


def _there(student: Student, gradient: Any, of: torch.Tensor, code: str) -> Any:
    """Return a gradient, zeros for None; the notebook cell finds either by its code."""
    if gradient is None:
        gradient = torch.zeros_like(of)
        student.transcript.spell(gradient, code)
    return gradient


def _moved(case: Case, name: str, shift: torch.Tensor) -> Case:
    if name in case.inputs:
        return replace(case, inputs={**case.inputs, name: case.inputs[name] + shift})
    return replace(case, weights={**case.weights, name: case.weights[name] + shift})


def _is_numbers(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.is_floating_point()
