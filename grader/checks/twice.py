"""Asking the student's code twice and comparing what it gives; see `grader.checks.sequences`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import torch

from grader.checks.asserts import Mismatch, dimensions, kind, tolerance
from grader.core.errors import StudentFault
from grader.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence, Sized

    from grader.core.i18n import Bilingual
    from grader.student.reproduction import Code
    from grader.student.student import Student

Call: TypeAlias = Callable[..., Any]
Tensors: TypeAlias = tuple[Any, ...]
Judge: TypeAlias = Callable[[Any, Any], Mismatch | None]
"""What is wrong with a second answer, beside the first."""


def require(
    call: Call,
    base: Tensors,
    candidates: Iterable[tuple[Tensors, Judge]],
    student: Student | None,
    smaller: Callable[[Tensors], Iterable[tuple[Tensors, Judge]]] = lambda _: (),
) -> None:
    """Ask for the base and for each candidate; of the first that is judged wrong, ask again.

    `smaller` are candidates to show in its place. Raises what the judge finds.
    """
    last = base

    def ask(given: Tensors) -> Any:
        nonlocal last
        last = given
        return call(*given)

    try:
        with student.unrecorded() if student else contextlib.nullcontext():
            right = ask(base)
            found = next((one for one in candidates if one[1](right, ask(one[0]))), None)
            if found is None:
                return
            plainer = (one for one in smaller(found[0]) if one[1](right, ask(one[0])))
            shown, judge = next(plainer, found)
    except (StudentFault, Mismatch):
        call(*last)  # so that the cell has it
        raise
    raise judge(call(*base), call(*shown)) or Mismatch(
        tr(
            "it gives different results for the same input: does it use random numbers, or "
            "keep something from one call to the next?"
        )
    )


def mismatch(
    text: Bilingual,
    quantity: Bilingual | str,
    pair: tuple[torch.Tensor, torch.Tensor],
    x: torch.Tensor,
    spelled: Callable[[Code], Sequence[str]] | None = None,
) -> Mismatch:
    """Return the failure of two tensors, the first of which is right.

    `spelled` are the two in the cell, where they are no answers as they stand.
    """
    right, got = pair

    def holds(code: Code) -> list[str]:
        one, other = spelled(code) if spelled else (code(right), code(got))
        return [f"torch.testing.assert_close({other}, {one})"]

    return Mismatch(
        text,
        quantity=quantity,
        inputs={"x": x},
        expected=right,
        got=got,
        holds=holds,
    )


def pairs(
    right: Any, got: Any, quantity: Bilingual | str
) -> Iterable[tuple[Bilingual | str, torch.Tensor, torch.Tensor]]:
    """Yield the tensors of two answers by what they are called. Raises Mismatch."""
    if isinstance(right, (list, tuple)) and isinstance(got, (list, tuple)):
        _require_as_many(right, got, quantity)
        for place, (one, other) in enumerate(zip(right, got, strict=True)):
            name = tr("{quantity} (result {place})", quantity=quantity, place=place)
            yield from pairs(one, other, name)
    elif isinstance(right, dict) and isinstance(got, dict):
        _require_as_many(right, got, quantity)
        for key in (key for key in right if key in got):
            name = tr("{quantity} (result {place})", quantity=quantity, place=repr(key))
            yield from pairs(right[key], got[key], name)
    else:
        yield quantity, tensor_of(right, quantity), tensor_of(got, quantity)


def tensor_of(value: Any, quantity: Bilingual | str) -> torch.Tensor:
    """Return a tensor, or a number as one. Raises Mismatch for anything else."""
    if isinstance(value, (bool, int, float)):
        return torch.tensor(value, dtype=torch.float64)
    if isinstance(value, torch.Tensor):
        return value
    raise Mismatch(
        tr("{quantity} should be a tensor but is {got}", quantity=quantity, got=kind(value)),
        quantity=quantity,
        got=kind(value),
    )


def along(tensor: torch.Tensor, axis: int, count: int, quantity: Bilingual | str) -> torch.Tensor:
    """Return a tensor that has `count` places along an axis. Raises Mismatch for any other."""
    if tensor.ndim > axis and tensor.shape[axis] == count:
        return tensor
    raise Mismatch(
        tr(
            "{quantity} has shape {shape}; along axis {axis} it should have {count}",
            quantity=quantity,
            shape=dimensions(tensor.shape),
            axis=axis,
            count=count,
        ),
        quantity=quantity,
        got=dimensions(tensor.shape),
    )


def gap(
    right: torch.Tensor, got: torch.Tensor, largest: float, steps: int
) -> tuple[int, ...] | None:
    """Return the smallest index at which tensors differ, or None; NaN is the same as NaN."""
    if right.shape != got.shape:
        return ()
    a, b = right.detach().double(), got.detach().double()
    finite = a.abs().nan_to_num(0, 0, 0)
    bound = 0.0
    if right.is_floating_point() and a.numel():
        bound = tolerance(right.dtype, largest, steps, float(finite.max()))
    same = (a == b) | (a.isnan() & b.isnan()) | ((a - b).abs() <= bound)
    return None if same.all() else tuple((~same).nonzero()[0].tolist())


def magnitude(*inputs: torch.Tensor) -> float:
    """Return the largest absolute value."""
    return max((float(one.abs().max()) for one in inputs if one.numel()), default=0.0)


def _require_as_many(right: Sized, got: Sized, quantity: Bilingual | str) -> None:
    if len(right) != len(got):
        text = tr(
            "{quantity}: {one} results for one input and {other} for another",
            quantity=quantity,
            one=len(right),
            other=len(got),
        )
        raise Mismatch(text, quantity=quantity, expected=len(right), got=len(got))
