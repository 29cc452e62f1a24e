"""Comparing what the student's code gave with what it should have given."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

import torch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.checks.reading import Misconception

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

    def reproduce(self, quantity: str, expected: torch.Tensor) -> str:
        """Return a notebook cell that computes the quantity and prints it beside the expected."""


class Disagreement(AssertionError):
    """The student's numbers are not the expected ones."""

    def __init__(
        self,
        message: str,
        counterexample: Mapping[str, Any] | None = None,
        reproduce: str | None = None,
        belief: Misconception | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.counterexample = counterexample
        self.reproduce = reproduce
        self.belief = belief


def tolerance(dtype: torch.dtype, magnitude: float, steps: int = 1, size: float = 1.0) -> float:
    """Return how far right numbers may lie apart.

    A pre-activation is a sum whose rounding error is about eps times the sum of the absolute terms
    (`magnitude`); σ and tanh pass at most that on, each of the `steps` adds as much again, and the
    result is of the given `size`. The factor 64 covers other orders of summation and fused
    products; the smallest mistake that a check is after is many orders larger.
    """
    return 64 * torch.finfo(dtype).eps * steps * (1 + magnitude) * max(1.0, size)


def agree(
    got: Any,
    expected: torch.Tensor,
    *,
    quantity: str,
    case: Case,
    belief: Misconception | None = None,
) -> None:
    """Assert that the student's tensor equals the expected one, of the same shape.

    The tolerance is that of the precision that was asked for; NaN never agrees. Raises
    Disagreement, with the case as the counterexample and what the student is known to believe as
    the explanation.
    """
    require_shape(got, tuple(expected.shape), quantity, belief)
    if close(got, expected, case):
        return
    wide, right = got.to(torch.float64), expected.to(torch.float64)
    worst = float((wide - right).abs().max())
    text = f"{quantity} no coincide con lo esperado"
    raise Disagreement(
        f"{text}: la mayor diferencia es {worst:.3g}",
        {
            "quantity": quantity,
            "inputs": {name: show(tensor) for name, tensor in case.show().items()},
            "expected": show(right),
            "got": show(wide),
            "difference": _number(worst),
            "tolerance": _bound(right, case),
        },
        case.reproduce(quantity, right),
        belief,
    )


def close(got: torch.Tensor, expected: torch.Tensor, case: Case) -> bool:
    """Whether two tensors of one shape agree within the tolerance; NaN never does."""
    gap = (got.to(torch.float64) - expected.to(torch.float64)).abs()
    return bool((gap <= _bound(expected, case)).all())


def _bound(expected: torch.Tensor, case: Case) -> float:
    size = float(expected.abs().max()) if expected.numel() else 0.0
    return tolerance(case.dtype, case.magnitude, case.steps, size)


def require_shape(
    got: Any, shape: tuple[int, ...], quantity: str, belief: Misconception | None = None
) -> None:
    """Assert that this is a float32 or float64 tensor of this shape. Raises Disagreement."""
    if not isinstance(got, torch.Tensor):
        raise Disagreement(f"{quantity} debería ser un tensor y es {kind(got)}")
    if got.dtype not in (torch.float32, torch.float64):
        raise Disagreement(f"{quantity} debería ser float32 o float64 y es {got.dtype}")
    if tuple(got.shape) != shape:
        text = f"{quantity} tiene forma {tuple(got.shape)} y se esperaba {shape}"
        raise Disagreement(text, belief=belief)


def show(tensor: torch.Tensor) -> dict[str, Any]:
    """Return a tensor as JSON: dtype, shape and, up to a size that can be read, its values."""
    dtype = str(tensor.dtype).removeprefix("torch.")
    shown: dict[str, Any] = {"dtype": dtype, "shape": list(tensor.shape)}
    if tensor.numel() <= _SHOWN:
        shown["values"] = _plain(tensor.detach().tolist())
    return shown


def _plain(values: Any) -> Any:
    if isinstance(values, list):
        return [_plain(value) for value in values]
    return _number(values) if isinstance(values, float) else values


def _number(value: float) -> float | str:
    """JSON has no NaN and no infinity."""
    return value if math.isfinite(value) else str(value)


def kind(value: Any) -> str:
    """Return what a value is, in words for the student."""
    if value is None:
        return "None (¿falta un return?)"
    return f"de tipo {getattr(getattr(value, 'ref', None), 'type', type(value).__name__)}"
