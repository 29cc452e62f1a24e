"""Which rule of a training loop is broken, as read off what the loop did: see `replay`.

Each rule has a check of its own, by whose name it goes. A rule holds only where the replay shows
that it was kept: what a loop did not do at all is broken, or else is not to be seen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from grader.recurrent import batches
from grader.recurrent.loops import RATE
from grader.recurrent.replay import Call, Epoch, NotBelieved, Pass, Step, near
from grader.recurrent.training_words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from grader.checks.misconceptions import Misconception
    from grader.recurrent.loops import Case

_ALIKE = 1e-3  # of a vector: what clipping adds to a norm, and rounding


def broken(case: Case, epoch: Epoch) -> dict[str, Misconception]:
    """Return the rules that were broken, by their checks, and how.

    Raises NotBelieved for numbers that come from nothing that a loop is known to do.
    """
    if not epoch.used:
        return {}
    for one in epoch.used:
        if one.foreign is not None and one.weights is not None:
            _require_penalty(one.foreign, one.weights)
    found = {rule: look(case, epoch) for rule, look in _RULES.items()}
    return {
        rule: said(name, **values) for rule, one in found.items() if one for name, values in [one]
    }


def said(name: str, **values: object) -> Misconception:
    """Return what is said of a finding, with what varies filled in."""
    word = WORDS[f"training.{name}"]
    return replace(word, es=word.es.format(**values), en=word.en.format(**values))


_Found = tuple[str, dict[str, object]]


def _every_batch(case: Case, epoch: Epoch) -> _Found | None:
    name = batches.wrong_choice(case, epoch.used)
    return (name, {"times": len(epoch.used) // len(case.batches())}) if name else None


def _train_mode(_case: Case, epoch: Epoch) -> _Found | None:
    modes = [one.training for one in epoch.used]
    if all(modes):
        return None
    return ("eval_mode_inside" if any(modes) else "no_train_mode"), {}


def _call(one: Pass) -> Call | None:
    """Return the call of the loss function that a backward came through."""
    return next((call for call in one.calls if call.scales and call.gradients), None)


def _shapes(case: Case, epoch: Epoch) -> _Found | None:
    for one, labels in zip(epoch.used, batches.labels(case, epoch.used), strict=True):
        call = _call(one)
        name = batches.wrong_pairs(one, call, labels) if call else _own_pairs(one, labels)
        if name:
            return name, {}
    return None


def _own_pairs(one: Pass, labels: Tensor | None) -> str:
    """Return what is wrong with a loss of the student's own, by the gradient of the output.

    Raises NotBelieved where that is of no loss that is known.
    """
    g, y = one.gradients[0].flatten(), one.y[:, 0]
    if labels is None or len(labels) != len(y):
        raise NotBelieved("a loss of other labels")
    if any(_scale(g, _gradient(own, y, labels)) for own in OWN_LOSSES):
        return ""
    if any(_scale(g, _gradient(own, y, labels, apart=False)) for own in OWN_LOSSES):
        return "shapes_broadcast"
    raise NotBelieved("another loss")


def _loss_function(case: Case, epoch: Epoch) -> _Found | None:
    return None if all(map(_call, epoch.used)) else (_own_loss(case, epoch), {})


def _own_loss(case: Case, epoch: Epoch) -> str:
    """Return the name of a loss that is not the function given."""
    squares = torch.nn.functional.mse_loss
    known = [
        labels is not None
        and any(
            near(one.gradients[0].flatten(), _gradient(squares, one.y[:, 0], labels, apart=apart))
            for apart in (True, False)
        )
        for one, labels in zip(epoch.used, batches.labels(case, epoch.used), strict=True)
    ]
    return "own_loss" if all(known) else "own_loss_of_another_kind"


OWN_LOSSES: tuple[Callable[[Tensor, Tensor], Tensor], ...] = (
    torch.nn.functional.mse_loss,
    torch.nn.functional.l1_loss,
    torch.nn.functional.smooth_l1_loss,
    torch.nn.functional.huber_loss,
    lambda y, labels: (y - labels).abs().pow(1.5).mean(),
    lambda y, labels: (y - labels).pow(4).mean(),
    lambda y, labels: (y - labels).cosh().log().mean(),
)


def _gradient(
    loss: Callable[[Tensor, Tensor], Tensor], y: Tensor, labels: Tensor, *, apart: bool = True
) -> Tensor:
    """Return the gradient by y (B,) of a loss of each pair, or else of all pairs."""
    leaf = y.clone().requires_grad_()
    pairs = (leaf, labels) if apart else torch.broadcast_tensors(leaf[:, None], labels[None, :])  # type: ignore[no-untyped-call]
    loss(*pairs).backward()  # type: ignore[no-untyped-call]
    assert leaf.grad is not None  # noqa: S101 - it was just computed
    return leaf.grad


def _loss(case: Case, epoch: Epoch) -> _Found | None:
    scales = []
    for one in epoch.used:
        call = _call(one)
        if call is None:
            return None  # which `loss_function` is for
        if len(one.gradients) > 1:
            return "backward_again", {"times": len(one.gradients)}
        if one.foreign is not None:
            return "loss_of_parameters", {}
        scales.append(call.scales[0])
        if _added(one, call):
            return "loss_of_more", {}
    return _rescaled(scales, [len(one.y) for one in epoch.used], len(case.batches()))


def _require_penalty(gradient: Tensor, weights: Tensor) -> None:
    """Assert that a gradient is that of the weights' squares or sizes. Raises NotBelieved."""
    only = torch.cat([weights[:-1], torch.zeros(1)])
    kinds = [kind for of in (weights, only) for kind in (of, of.sign(), of / of.norm())]
    if not any(_scale(gradient, kind) for kind in kinds):
        raise NotBelieved("other gradients")


def _added(one: Pass, call: Call) -> bool:
    """Whether more than the loss came back to the output. Raises NotBelieved for what is unknown.

    What is unknown: another function of the output, or a term that is of no loss that is known.
    """
    right = call.scales[0] * call.right_gradient()
    extra = call.gradients[0] - right
    if not near(call.gradients[0], right):
        labels = call.b.expand_as(call.a).flatten()
        known = [_gradient(own, call.a.flatten(), labels) for own in OWN_LOSSES]
        if not any(_scale(extra.flatten(), kind) for kind in (*known, torch.ones(extra.numel()))):
            raise NotBelieved("another term")
        return True
    for change in batches.changes(call.a, one.y):
        leaf = one.y.clone().requires_grad_()
        change(leaf).backward(call.gradients[0])  # type: ignore[no-untyped-call]
        if leaf.grad is not None and near(one.gradients[0], leaf.grad):
            return False
    raise NotBelieved("another gradient")


def _rescaled(scales: list[float], sizes: list[int], count: int) -> _Found | None:
    """Return what the losses of batches of these sizes were multiplied by."""
    right = torch.tensor(scales)
    wide = torch.tensor(sizes, dtype=right.dtype)
    tried = {
        "loss_divided_by_batch": 1 / wide,
        "loss_times_batch": wide,
        "loss_divided_by_batches": torch.full_like(right, 1 / count),
        "loss_negative": torch.full_like(right, -1),
    }
    if _alike(right, torch.ones_like(right)):
        return None
    for name, scale in tried.items():
        if _alike(right, scale):
            return name, {}
    if _alike(right, right[:1].expand_as(right)):
        return "loss_rescaled", {"factor": f"{scales[0]:.3g}"}
    return "loss_changed", {}


def _scale(got: Tensor, right: Tensor) -> float | None:
    """Return the factor that makes one gradient of another; None if none does."""
    if got.shape != right.shape:
        return None
    square = float((right * right).sum())
    if square == 0:
        return 1.0 if near(got, right) else None
    factor = float((got * right).sum()) / square
    return factor if factor and _alike(got, factor * right) else None


def _alike(one: Tensor, other: Tensor) -> bool:
    return bool((one - other).norm() <= _ALIKE * other.norm())


def _zero_grad(_case: Case, epoch: Epoch) -> _Found | None:
    if any(_cleared(deed) for deed in _steps_after_backward(epoch)):
        return "zero_grad_after_backward", {}
    used = epoch.used
    dirty = [
        one.found is not None and bool(one.found.any()) and (one.stale or not epoch.steps)
        for one in used
    ]
    if not any(dirty):
        return None
    always = all(dirty[1:]) if len(dirty) > 1 else True
    return ("no_zero_grad" if always else "zero_grad_sometimes"), {}


def _steps_after_backward(epoch: Epoch) -> list[Step]:
    """Return the first step after each backward, before the model is called again."""
    pairs = zip([None, *epoch.deeds], epoch.deeds, strict=False)
    return [
        now
        for last, now in pairs
        if isinstance(now, Step) and isinstance(last, Pass) and not now.late
    ]


def _cleared(step: Step) -> bool:
    return bool(step.left.any()) and not bool(step.found.any())


def _step(_case: Case, epoch: Epoch) -> _Found | None:
    return _order(epoch) or _gradients(epoch) or _size(epoch) or _moved(epoch)


def _order(epoch: Epoch) -> _Found | None:  # noqa: PLR0911 - one line a finding
    """Return what is wrong with when steps are taken: one is due after each batch's backward."""
    runs, since = [], 0
    for deed in epoch.deeds:
        if isinstance(deed, Step):
            since += 1
        else:
            runs.append(since)
            since = 0
    leading, after = runs[0], [*runs[1:], since]
    if not epoch.steps:
        return ("steps_by_hand" if epoch.moved and not epoch.moved_first else "nothing_learned"), {}
    if not all(step.own for step in epoch.steps):
        kind = next(step.kind for step in epoch.steps if not step.own)
        return "another_optimizer", {"kind": kind}
    if leading and not after[-1]:
        return "step_before_backward", {}
    if leading == 0 and len(after) > 1 and not any(after[:-1]):
        whole = any(one.found is not None and bool(one.found.any()) for one in epoch.used)
        alone = near(epoch.steps[0].left, epoch.steps[0].found) and not _summed(epoch) and not whole
        return ("step_after_the_loop" if alone else "one_step_for_all"), {}
    if leading == 0 and len(set(after)) == 1 and after[0] > 1:
        return "step_repeated", {"times": after[0]}
    if leading or any(times != 1 for times in after):
        return "steps_missing" if 0 in after else "steps_too_many", {}
    return None


def _summed(epoch: Epoch) -> bool:
    """Whether one backward went through several batches."""
    last = epoch.used[-1]
    g = last.gradients[-1] * (1.5 if last.training else 1.0)
    alone = torch.cat([(g * last.x.flatten(1)).sum(0), g.sum(0)])
    return not near(epoch.steps[-1].left, alone)


def _gradients(epoch: Epoch) -> _Found | None:
    """Return what was done to the gradients between backward and step."""
    changed = [
        step
        for step in _steps_after_backward(epoch)
        if not _cleared(step) and not near(step.found, step.left)
    ]
    if not changed:
        return None
    first = changed[0]
    factor = _scale(first.found, first.left)
    norms = {f"{float(step.found.norm()):.2g}" for step in changed}
    most = float(first.found.abs().max())
    if factor is not None and 0 < factor < 1 and _below(epoch, float(first.found.norm())):
        return "clipped", {"how": f"‖g‖ ≤ {norms.pop()}" if len(norms) == 1 else "‖g‖ ≤ …"}
    if near(first.found, first.left.clamp(-most, most)):
        return "clipped", {"how": f"|g| ≤ {most:.2g}"}
    if factor is not None:
        return "gradients_rescaled", {"factor": f"{factor:.3g}"}
    return "gradients_changed", {}


def _below(epoch: Epoch, most: float) -> bool:
    """Whether all steps are as clipping to this norm makes them."""
    return all(
        _alike(step.found, step.left * min(1.0, most / max(float(step.left.norm()), 1e-12)))
        for step in _steps_after_backward(epoch)
    )


def _size(epoch: Epoch) -> _Found | None:
    """Return what was wrong with what a step came to."""
    for step in epoch.steps:
        way = step.after - step.before
        if not near(step.after, step.before - RATE * step.found):
            factor = _scale(way, -RATE * step.found)
            if factor is None:
                return "step_changed", {}
            return "another_rate", {"factor": f"{factor:.3g}"}
    return None


def _moved(epoch: Epoch) -> _Found | None:
    if not epoch.moved:
        return None
    return ("parameters_replaced" if epoch.moved_first else "parameters_moved"), {}


_RULES: dict[str, Callable[[Case, Epoch], _Found | None]] = {
    "zero_grad": _zero_grad,
    "step": _step,
    "train_mode": _train_mode,
    "loss_function": _loss_function,
    "loss": _loss,
    "shapes": _shapes,
    "every_batch": _every_batch,
}
