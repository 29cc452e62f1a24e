"""Which rule of a test loop is broken, as read off what the loop did: see `replay`.

The numbers that it returns are looked for apart from one another: the loss among what the losses of
the batches come to, the accuracy among what the outputs do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from grader.recurrent import batches
from grader.recurrent.loops import ABSOLUTE
from grader.recurrent.testing_words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

    from grader.checks.misconceptions import Misconception
    from grader.recurrent.loops import Case
    from grader.recurrent.replay import Epoch, Pass

Names = dict[str, set[str]]
"""By rule, the names of what explains it; `unlike` alone where nothing that is known does."""


def broken(case: Case, epoch: Epoch, returned: tuple[float, float]) -> Names:
    """Return the rules that were broken, by their checks, and what may be said of each."""
    if not epoch.passes:
        return {}
    seen = _Seen.of(case, epoch.passes)
    given = _orders(seen, returned)
    found = {
        "eval_mode": _eval_mode(epoch),
        "loss_function": _loss_function(seen, given[0]),
        "shapes": _shapes(seen),
        "returns_order": {"returns_accuracy_first"} if given != returned else set(),
        "loss": {choice} if (choice := seen.choice) else _loss(seen, given[0]),
        "accuracy": _accuracy(seen, given[1]),
    }
    return {rule: names for rule, names in found.items() if names}


def said(names: set[str], rule: str) -> Misconception | None:
    """Return what is said of a broken rule: what alone explains it, or that nothing known does."""
    known = names - {f"{rule}_unlike"}
    unlike = {"loss": "loss_unlike_batches", "accuracy": "accuracy_unlike_outputs"}.get(rule, "")
    return WORDS.get(f"testing.{known.pop() if len(known) == 1 else unlike}")


@dataclass(frozen=True)
class _Seen:
    """What the passes show: labels, losses (None without a call), sizes; the set's own sizes."""

    passes: list[Pass]
    labels: list[Tensor]
    sizes: list[int]
    batch_size: int
    total: int
    choice: str

    @classmethod
    def of(cls, case: Case, passes: list[Pass]) -> _Seen:
        passes = _once_each(passes)
        known = batches.labels(case, passes)
        labels = [
            one.calls[-1].b.flatten() if own is None and one.calls else own
            for one, own in zip(passes, known, strict=True)
        ]
        used = [
            (one, own)
            for one, own in zip(passes, labels, strict=True)
            if own is not None and len(own) == len(one.y)
        ]
        choice = batches.wrong_choice(case, passes)
        return cls(
            [one for one, _ in used],
            [own for _, own in used],
            [len(own) for _, own in used],
            case.batch_size,
            len(case.labels),
            "batches_used_again" if choice == "several_epochs" else choice,
        )

    def losses(self) -> Iterator[list[float]]:
        """Yield the losses of the batches: by the function given, or else by each other one."""
        if all(one.calls for one in self.passes):
            yield [one.calls[-1].loss for one in self.passes]
            return
        for own in _OWN_LOSSES:
            yield [
                float(own(one.y[:, 0], labels))
                for one, labels in zip(self.passes, self.labels, strict=True)
            ]


def _once_each(passes: list[Pass]) -> list[Pass]:
    """Return the passes without those that a batch had beside the one of which a loss was taken."""
    beside = zip(passes, [None, *passes], [*passes[1:], None], strict=False)
    return [
        one
        for one, *others in beside
        if one.calls
        or not any(other and other.calls and torch.equal(one.x, other.x) for other in others)
    ]


_OWN_LOSSES: tuple[Callable[[Tensor, Tensor], Tensor], ...] = (
    torch.nn.functional.mse_loss,
    torch.nn.functional.l1_loss,
    torch.nn.functional.smooth_l1_loss,
    lambda y, labels: (y - labels).square().sum(),
    lambda y, labels: (y - labels).abs().sum(),
    lambda y, labels: (y - labels).square().mean().sqrt(),
    lambda y, labels: (y[:, None] - labels).square().mean(),
)


def _orders(seen: _Seen, returned: tuple[float, float]) -> tuple[float, float]:
    """Return (loss, accuracy) as they were meant: in the order that explains most."""

    def explained(pair: tuple[float, float]) -> int:
        loss, accuracy = _loss(seen, pair[0]), _accuracy(seen, pair[1])
        return (loss != {"loss_unlike"}) + (accuracy != {"accuracy_unlike"})

    other = returned[::-1]
    return other if explained(other) > explained(returned) else returned


def _eval_mode(epoch: Epoch) -> set[str]:
    modes = {one.training for one in epoch.passes}
    return {"train_mode_inside" if False in modes else "no_eval_mode"} if True in modes else set()


def _loss_function(seen: _Seen, _loss: float) -> set[str]:
    if all(one.calls for one in seen.passes):
        return set()
    squares = next(seen.losses())
    found = _sums(squares, seen)
    return {"own_loss" if _near(_loss, found[""]) else "own_loss_of_another_kind"}


def _shapes(seen: _Seen) -> set[str]:
    for one, labels in zip(seen.passes, seen.labels, strict=True):
        if one.calls and (name := batches.wrong_pairs(one, one.calls[-1], labels)):
            return {name}
    return set()


def _loss(seen: _Seen, got: float) -> set[str]:
    """Return the names of what a loss may be; nothing if it is the mean over the samples."""
    names: set[str] = set()
    for losses in seen.losses():
        found = _sums(losses, seen)
        if _near(got, found[""]):
            return set()
        names |= {name for name, value in found.items() if _near(got, value)}
    return names or {"loss_unlike"}


def _sums(losses: list[float], seen: _Seen) -> dict[str, float]:
    """Return what the losses of batches come to, by the name of how they are put together."""
    sizes, count = seen.sizes, len(losses)
    total = sum(sizes)
    by_samples = sum(loss * size for loss, size in zip(losses, sizes, strict=True))
    running = losses[0]
    for loss in losses[1:]:
        running = (running + loss) / 2
    return {
        "": by_samples / total,
        "loss_mean_of_means": sum(losses) / count,
        "loss_divided_twice": sum(losses) / seen.total,
        "loss_summed": sum(losses),
        "loss_of_last_batch": losses[-1],
        "loss_of_first_batch": losses[0],
        "loss_not_divided": by_samples,
        "loss_by_batches": by_samples / count,
        "loss_overwritten": losses[-1] * sizes[-1] / seen.total,
        "loss_running_mean": running,
        "loss_root": math.sqrt(by_samples / total),
        "loss_of_full_batches": sum(losses) * seen.batch_size / seen.total,
    }


def _accuracy(seen: _Seen, got: float) -> set[str]:
    """Return the names of what an accuracy may be; nothing if it is the fraction that is right."""
    right = [(one.y[:, 0], labels) for one, labels in zip(seen.passes, seen.labels, strict=True)]
    counts = _counts([float((y.round() == labels).sum()) for y, labels in right], seen)
    if _near(got, counts[""]):
        return set()
    names = {name for name, value in counts.items() if _near(got, value)} | {
        name
        for name, is_right in _RIGHT.items()
        if _near(got, sum(float(is_right(*one).sum()) for one in right) / sum(seen.sizes))
    }
    names = {name.rstrip("0123456789") for name in names}
    return names or {"accuracy_unlike"}


def _counts(rights: list[float], seen: _Seen) -> dict[str, float]:
    """Return what the right answers of batches come to, by how they are put together."""
    sizes, count = seen.sizes, len(rights)
    shares = [right / size for right, size in zip(rights, sizes, strict=True)]
    whole = sum(rights) / sum(sizes)
    return {
        "": whole,
        "accuracy_mean_of_means": sum(shares) / count,
        "accuracy_in_percent": 100 * whole,
        "accuracy_by_batches": sum(rights) / count,
        "accuracy_of_last_batch": shares[-1],
        "accuracy_of_first_batch": shares[0],
        "accuracy_counted": sum(rights),
        "accuracy_summed": sum(shares),
        "accuracy_overwritten": rights[-1] / seen.total,
        "accuracy_of_wrong": 1 - whole,
        "accuracy_of_full_batches": sum(rights) / (count * seen.batch_size),
    }


_MARGINS, _HALF = (0.1, 0.25), 0.5
_RIGHT: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "accuracy_truncated": lambda y, labels: y.trunc() == labels,
    "accuracy_truncated2": lambda y, labels: y.floor() == labels,
    "accuracy_rounded_up": lambda y, labels: y.ceil() == labels,
    "accuracy_not_rounded": lambda y, labels: y == labels,
    "accuracy_of_a_margin": lambda y, labels: (y - labels).abs() < 1,
    "accuracy_of_a_margin2": lambda y, labels: (y - labels).abs() < _MARGINS[0],
    "accuracy_of_a_margin3": lambda y, labels: (y - labels).abs() < _MARGINS[1],
    "accuracy_all_pairs": lambda y, labels: y.round()[:, None] == labels,
    "accuracy_of_classes": lambda y, labels: torch.zeros_like(y) == labels,
    "accuracy_of_classes2": lambda y, labels: (y > _HALF).float() == labels,
    "accuracy_of_classes3": lambda y, labels: (y > 0).float() == labels,
}


def _near(got: float, right: float) -> bool:
    return abs(got - right) <= ABSOLUTE * max(1.0, abs(right))
