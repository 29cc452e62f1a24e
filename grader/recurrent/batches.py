"""Which batches a loop gave its model, and which pairs of numbers it gave its loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grader.recurrent.replay import NotBelieved, near

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from grader.recurrent.loops import Case
    from grader.recurrent.replay import Call, Pass


def indices(case: Case, passes: Sequence[Pass]) -> list[int | None]:
    """Return which batch each pass had: the next one, where several are alike."""
    found: list[int | None] = []
    batches = case.batches()
    expected = 0
    for one in passes:
        order = [*range(expected, len(batches)), *range(expected)]
        alike = (k for k in order if torch.equal(batches[k][0], one.x))
        found.append(next(alike, None))
        expected = (found[-1] + 1) % len(batches) if found[-1] is not None else expected
    return found


def labels(case: Case, passes: Sequence[Pass]) -> list[Tensor | None]:
    """Return the labels of each pass's batch; None where it is no batch of the set."""
    batches = case.batches()
    return [None if k is None else batches[k][1] for k in indices(case, passes)]


def wrong_choice(case: Case, passes: Sequence[Pass]) -> str:
    """Return the name of what is wrong with the choice of batches; nothing if it is every one.

    Raises NotBelieved for inputs that do not come from the batches.
    """
    used, count = indices(case, passes), len(case.batches())
    if used == [*range(count)]:
        return ""
    if None in used:
        others = [one.x for one, k in zip(passes, used, strict=True) if k is None]
        if all(any(_is_part(x, batch) for batch, _ in case.batches()) for x in others):
            return "part_of_a_batch"
        if all(any(_is_image(x, batch) for batch, _ in case.batches()) for x in others):
            return "other_inputs"
        raise NotBelieved("trained on other data")
    return _choice([one for one in used if one is not None], [*range(count)])


def _choice(used: list[int], everything: list[int]) -> str:
    for name, wrong in (
        ("only_first_batch", everything[:1]),
        ("only_last_batch", everything[-1:]),
        ("first_batch_skipped", everything[1:]),
        ("last_batch_skipped", everything[:-1]),
    ):
        if used == wrong:
            return name
    if used == everything * (len(used) // len(everything)):
        return "several_epochs"
    if len(used) > 1 and len(set(used)) == 1:
        return "same_batch"
    if sorted(used) == everything:
        return "batches_in_another_order"
    return "batches_used_again" if set(used) == set(everything) else "some_batches_skipped"


def _is_part(x: Tensor, batch: Tensor) -> bool:
    """Whether these are some of a batch's samples."""
    rows = {tuple(row.flatten().tolist()) for row in batch}
    return 0 < len(x) < len(batch) and all(tuple(row.flatten().tolist()) in rows for row in x)


def _is_image(x: Tensor, batch: Tensor) -> bool:
    """Whether these are a batch's samples in another order, turned round, scaled or shifted."""
    if x.shape != batch.shape:
        return False
    rows = [sorted(map(tuple, one.flatten(1).tolist())) for one in (x, batch, batch.flip(1))]
    middle, spread = (x - x.mean(), batch - batch.mean())
    square = float((spread * spread).sum())
    factor = float((middle * spread).sum()) / square if square else 0.0
    return rows[0] in rows[1:] or (bool(factor) and near(middle, factor * spread))


def changes(a: Tensor, y: Tensor) -> Iterator[Callable[[Tensor], Tensor]]:
    """Yield what may have been done to an output y (B, 1) that a loss was given as a."""
    for change in _CHANGES:
        if change(y).numel() == a.numel() and near(a, change(y).reshape(a.shape)):
            yield lambda value, change=change: change(value).reshape(a.shape)  # type: ignore[misc]
    spread = y - y.mean()
    square = float((spread * spread).sum())
    if a.numel() == y.numel():
        flat = a.reshape(y.shape)
        middle = float(((flat - flat.mean()) * spread).sum())
        factor = middle / square if square else float(flat.mean() / y.mean())
        shift = float((flat - factor * y).mean())
        if factor and near(flat, factor * y + shift):
            yield lambda value: (factor * value + shift).reshape(a.shape)


_CHANGES: tuple[Callable[[Tensor], Tensor], ...] = (
    lambda value: value,
    torch.relu,
    torch.sigmoid,
    torch.tanh,
    torch.abs,
    torch.exp,
    torch.square,
    torch.nn.functional.softplus,
    torch.nn.functional.leaky_relu,
    torch.mean,
    torch.sum,
    lambda value: value.softmax(0),
    lambda value: value[:1],
    lambda value: value.clamp(0, 1),
    lambda value: value.flip(0),
)


def _of_labels(b: Tensor, labels: Tensor) -> bool:
    """Whether numbers come from the labels: scaled, shifted, one for all, their mean or sum."""
    if b.numel() == labels.numel():
        middle, spread = b - b.mean(), labels - labels.mean()
        square = float((spread * spread).sum())
        factor = float((middle * spread).sum()) / square if square else 0.0
        if near(middle, factor * spread):
            return True
    return any(near(b, value.expand_as(b)) for value in (labels.mean(), labels.sum(), *labels))


def wrong_pairs(one: Pass, call: Call, labels: Tensor | None) -> str:
    """Return the name of what is wrong with what the loss function was given, if anything is.

    Raises NotBelieved for numbers that come neither from the output nor from the labels.
    """
    a, b = call.a.flatten(), call.b.flatten()
    if labels is not None and near(a, labels) and near(b, one.y.flatten()):
        a, b = b, a
    if call.a.shape != call.b.shape and (call.a - call.b).numel() != max(len(a), len(b)):
        return "shapes_broadcast"
    if not near(a, one.y.flatten()):
        if not any(True for _ in changes(call.a, one.y)) and not near(a, one.y.round().flatten()):
            raise NotBelieved("another output")
        return "output_changed"
    if labels is not None and not near(b, labels):
        shuffled = near(b.sort().values, labels.sort().values)
        if not shuffled and not _of_labels(b, labels):
            raise NotBelieved("other labels")
        return "labels_in_another_order" if shuffled else "labels_changed"
    return ""
