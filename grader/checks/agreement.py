"""Whether what a student's definition gave is of the declared form, and is what it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from grader.checks.asserts import Mismatch, assert_close, close, dimensions, kind, require_shape
from grader.checks.values import Bool, Flag, Int, Many, size
from grader.core.i18n import Bilingual, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.checks.case import Case
    from grader.checks.misconceptions import Misconception
    from grader.checks.values import Kind

_INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def require_form(got: Any, of: Kind, sizes: Mapping[str, int], quantity: str) -> None:
    """Assert that a value is of a kind, with its shape and its type. Raises Mismatch."""
    shape = of.form(sizes)
    if isinstance(of, Many):
        _require_list(got, size(of.count, sizes), quantity)
        for number, one in enumerate(got):
            require_form(one, of.kind, sizes, f"{quantity}[{number}]")
    elif isinstance(of, Flag):
        if not isinstance(got, bool):
            raise _unlike(quantity, tr("True or False"), got, "isinstance({}, bool)")
    elif isinstance(of, (Int, Bool)):
        _require_exact(got, of, shape or (), quantity)
    else:
        require_shape(got, shape or (), quantity)


def is_of_kind(got: Any, of: Kind) -> bool:
    """Whether a value is a tensor, a list of them or a flag, as its kind says; of any shape."""
    if isinstance(of, Many):
        return isinstance(got, (list, tuple)) and all(is_of_kind(one, of.kind) for one in got)
    return isinstance(got, bool if isinstance(of, Flag) else torch.Tensor)


def agrees(got: Any, expected: Any, case: Case) -> bool:
    """Whether two values of one kind are the same, numbers within the tolerance.

    Where a number should be NaN it is the same only as NaN.
    """
    if isinstance(expected, (list, tuple)):
        if not isinstance(got, (list, tuple)) or len(got) != len(expected):
            return False
        return all(agrees(a, b, case) for a, b in zip(got, expected, strict=True))
    if not isinstance(expected, torch.Tensor):
        return not (isinstance(got, torch.Tensor) and got.numel() != 1) and bool(got == expected)
    if not isinstance(got, torch.Tensor) or got.shape != expected.shape:
        return False
    if not expected.is_floating_point():
        return torch.equal(got.to(expected.dtype), expected)
    return _close(got.detach().double(), expected.detach().double(), case)


def _close(got: torch.Tensor, expected: torch.Tensor, case: Case) -> bool:
    odd = ~expected.isfinite()
    same = ((got == expected) | (got.isnan() & expected.isnan()))[odd].all()
    return bool(same) and close(got.masked_fill(odd, 0), expected.masked_fill(odd, 0), case)


def require(
    got: Any,
    expected: Any,
    *,
    quantity: str,
    case: Case,
    misconception: Misconception | None = None,
) -> None:
    """Assert that a value is what it should be. Raises Mismatch with the case."""
    if agrees(got, expected, case):
        return
    if isinstance(expected, (list, tuple)) and isinstance(got, (list, tuple)):
        for number, (one, right) in enumerate(zip(got, expected, strict=False)):
            require(
                one,
                right,
                quantity=f"{quantity}[{number}]",
                case=case,
                misconception=misconception,
            )
    if isinstance(expected, torch.Tensor) and expected.is_floating_point():
        assert_close(got, expected, quantity=quantity, case=case, misconception=misconception)
    raise Mismatch(
        tr("{quantity} is not as expected", quantity=quantity),
        quantity=quantity,
        inputs=case.show(),
        expected=expected,
        got=got,
        holds=lambda code: [
            f"obtenido, esperado = {code(got)}, {_plain(expected)}",
            f"print({quantity!r}, obtenido)",
            "assert torch.equal(torch.as_tensor(obtenido), torch.as_tensor(esperado))",
        ],
        misconception=misconception,
    )


def _require_list(got: Any, length: int, quantity: str) -> None:
    if not isinstance(got, (list, tuple)):
        raise _unlike(quantity, tr("a list"), got, "isinstance({}, (list, tuple))")
    if len(got) != length:
        expected = tr("{count} values", count=length)
        raise _unlike(quantity, expected, len(got), f"len({{}}) == {length}")


def _require_exact(got: Any, of: Kind, shape: tuple[int, ...], quantity: str) -> None:
    known = (torch.bool,) if isinstance(of, Bool) else _INTEGERS
    expected = tr("a tensor of True and False") if isinstance(of, Bool) else tr("a tensor of int64")
    if not isinstance(got, torch.Tensor) or got.dtype not in known:
        raise _unlike(quantity, expected, got, f"{{}}.dtype in {known}")
    if tuple(got.shape) != shape:
        text = tr("a tensor of shape {shape}", shape=dimensions(shape))
        raise _unlike(quantity, text, dimensions(got.shape), f"tuple({{}}.shape) == {shape}")


def _unlike(quantity: str, expected: Bilingual, got: Any, holds: str) -> Mismatch:
    told: Any = got
    if isinstance(got, torch.Tensor):
        told = tr("a tensor of {dtype}", dtype=str(got.dtype))
    elif not isinstance(got, (str, int, Bilingual)):
        told = kind(got)
    return Mismatch(
        tr("{quantity} should be {expected} but is {got}", quantity=quantity, expected=expected,
           got=told),
        quantity=quantity,
        expected=expected,
        got=told,
        holds=lambda code: [f"assert {holds.format(code(got))}"],
    )  # fmt: skip


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, torch.Tensor) else value
