"""Comparing what the student's code gave with what it should have given."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

import torch

from grader.core.i18n import Bilingual, same, tr
from grader.student.reproduction import numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grader.checks.misconceptions import Misconception
    from grader.student.reproduction import Code

_SHOWN = 64  # elements of a tensor, in a counterexample


class Case(Protocol):
    """An input that a check tries: it can show itself and be tried again by hand."""

    @property
    def dtype(self) -> torch.dtype:
        """The precision that the student's code was asked to compute in."""

    @property
    def magnitude(self) -> float:
        """The largest sum of absolute terms in a pre-activation; rounding errors grow with it."""

    @property
    def steps(self) -> int:
        """How many time steps the compared quantity went through."""

    def show(self) -> Mapping[str, torch.Tensor]:
        """Return the input's tensors by the names that the student knows."""


class Mismatch(AssertionError):
    """The student's numbers are not the expected ones.

    `message` says so; `inputs`, `expected` and `got` make the counterexample, for a `quantity`. All
    that is text may be `Bilingual`. `holds` gives the lines of Python that
    fail where the check does, after those that repeat what it asked.
    """

    def __init__(
        self,
        message: Bilingual | str,
        *,
        quantity: Bilingual | str = "",
        expected: Any = None,
        got: Any = None,
        inputs: Mapping[Any, Any] | None = None,
        holds: Callable[[Code], Sequence[str]] = lambda _: (),
        misconception: Misconception | None = None,
        gap: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = same(message)
        self.holds = holds
        self.misconception = misconception
        self.counterexample: dict[str, Any] = {
            "quantity": str(quantity),
            **({"quantity_en": quantity.en} if isinstance(quantity, Bilingual) else {}),
            "inputs": dict(_input(name, value) for name, value in (inputs or {}).items()),
            "expected": show(expected),
            "got": show(got),
        }
        if gap:
            self.counterexample |= {"difference": _number(gap[0]), "tolerance": _number(gap[1])}


class Unlike(Mismatch):
    """A part that its own checks found right does something else where it is used.

    It has earned nothing: its points are taken back. `found` is what was seen of it.
    """

    def __init__(self, part: str, found: Mismatch) -> None:
        text = tr(
            "{found}. And “{name}” is not in training what it is in its own checks: with the same "
            "weights and inputs it gives something else",
            found=found.message,
            name=part,
        )
        super().__init__(text, holds=found.holds)
        self.counterexample = found.counterexample
        self.part = part


def tolerance(dtype: torch.dtype, magnitude: float, steps: int = 1, size: float = 1.0) -> float:
    """Return how far right numbers may lie apart.

    A pre-activation is a sum whose rounding error is about eps times the sum of the absolute terms
    (`magnitude`); σ and tanh pass at most that on, each of the `steps` adds as much again, and the
    result is of the given `size`. The factor 64 covers other orders of summation and fused
    products; the smallest mistake that a check is after is many orders larger.
    """
    return 64 * torch.finfo(dtype).eps * steps * (1 + magnitude) * max(1.0, size)


def assert_close(
    got: Any,
    expected: torch.Tensor,
    *,
    quantity: Bilingual | str,
    case: Case,
    misconception: Misconception | None = None,
) -> None:
    """Assert that the student's tensor equals the expected one, of the same shape.

    The tolerance is that of the precision that was asked for; NaN is never close. Raises
    Mismatch, with the case as the counterexample and the student's misconception, if it is known,
    as the explanation.
    """
    require_shape(got, tuple(expected.shape), quantity, misconception)
    if close(got, expected, case):
        return
    wide, right = got.to(torch.float64), expected.to(torch.float64)
    worst = float((wide - right).abs().max())
    bound = _bound(right, case)
    raise Mismatch(
        tr(
            "{quantity} is not as expected: the largest difference is {gap}",
            quantity=quantity,
            gap=f"{worst:.3g}",
        ),
        quantity=quantity,
        inputs=case.show(),
        expected=right,
        got=wide,
        gap=(worst, bound),
        holds=lambda code: compared(quantity, code(got), right, bound),
        misconception=misconception,
    )


def compared(
    quantity: Bilingual | str, got: str, expected: torch.Tensor, bound: float
) -> list[str]:
    """Return the lines of a notebook cell that show a tensor beside what it should be."""
    return [
        f"esperado = torch.tensor({numbers(expected)}, dtype=torch.float64)",
        f"obtenido = {got}",
        f"print('{quantity} esperado:', esperado.tolist())",
        f"print('{quantity} obtenido:', obtenido.tolist())",
        f"torch.testing.assert_close(obtenido.double().cpu(), esperado, rtol=0, atol={bound:.3g})",
    ]


def close(got: torch.Tensor, expected: torch.Tensor, case: Case) -> bool:
    """Whether two tensors of one shape are equal within the tolerance; NaN never is."""
    gap = (got.to(torch.float64) - expected.to(torch.float64)).abs()
    return bool((gap <= _bound(expected, case)).all())


def _bound(expected: torch.Tensor, case: Case) -> float:
    size = float(expected.abs().max()) if expected.numel() else 0.0
    return tolerance(case.dtype, case.magnitude, case.steps, size)


def require_shape(
    got: Any,
    shape: tuple[int, ...],
    quantity: Bilingual | str,
    misconception: Misconception | None = None,
) -> None:
    """Assert that this is a float32 or float64 tensor of this shape. Raises Mismatch."""
    if not isinstance(got, torch.Tensor):
        raise Mismatch(
            tr("{quantity} should be a tensor but is {got}", quantity=quantity, got=kind(got)),
            quantity=quantity,
            expected=tr("a tensor of shape {shape}", shape=dimensions(shape)),
            got=kind(got),
            holds=lambda code: [f"assert torch.is_tensor({code(got)})"],
        )
    if got.dtype not in (torch.float32, torch.float64):
        raise Mismatch(
            tr(
                "{quantity} should be float32 or float64 but is {dtype}",
                quantity=quantity,
                dtype=got.dtype,
            ),
            quantity=quantity,
            expected=tr("float32 or float64"),
            got=str(got.dtype),
            holds=lambda code: [f"assert {code(got)}.dtype in (torch.float32, torch.float64)"],
        )
    if tuple(got.shape) != shape:
        raise Mismatch(
            tr(
                "{quantity} has shape {got}, but {shape} was expected",
                quantity=quantity,
                got=dimensions(got.shape),
                shape=dimensions(shape),
            ),
            quantity=quantity,
            expected=dimensions(shape),
            got=dimensions(got.shape),
            holds=lambda code: [f"assert tuple({code(got)}.shape) == {shape}"],
            misconception=misconception,
        )


def _input(name: Bilingual | str, value: Any) -> tuple[str, dict[str, Any]]:
    return str(name), show(value) | ({"name_en": name.en} if isinstance(name, Bilingual) else {})


def show(value: Any) -> dict[str, Any]:
    """Return a value as JSON: a tensor's dtype, shape and, up to a size that can be read, its
    values; anything else as text.
    """  # noqa: D205 - one sentence
    if isinstance(value, Bilingual):
        return {"text": value.es, "text_en": value.en}
    if not isinstance(value, torch.Tensor):
        return {"text": "" if value is None else str(value)}
    dtype = str(value.dtype).removeprefix("torch.")
    shown: dict[str, Any] = {"dtype": dtype, "shape": list(value.shape)}
    if value.numel() <= _SHOWN:
        shown["values"] = _plain(value.detach().tolist())
    return shown


def _plain(values: Any) -> Any:
    if isinstance(values, list):
        return [_plain(value) for value in values]
    return _number(values) if isinstance(values, float) else values


def _number(value: float) -> float | str:
    """JSON has no NaN and no infinity."""
    return value if math.isfinite(value) else str(value)


def dimensions(shape: Sequence[int]) -> Bilingual | str:
    """Return a tensor's shape as Python writes it, and what that is where it has none."""
    return str(tuple(shape)) if shape else tr("() (a single number)")


def kind(value: Any) -> Bilingual:
    """Return what a value is, in words for the student."""
    if value is None:
        return tr("None (is a return missing?)")
    name = getattr(getattr(value, "ref", None), "type", type(value).__name__)
    return tr("a value of type {type}", type=str(name)[:100])
