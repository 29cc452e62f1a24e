"""Central differences: what a gradient must be, whatever a student's forward computes.

Along one direction a tensor, so that a whole model costs two calls a parameter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from grader.checks.asserts import Mismatch
from grader.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from grader.checks.misconceptions import Misconception
    from grader.core.i18n import Bilingual

_STEPS = {torch.float64: 1e-5, torch.float32: 5e-3}
"""Of central differences: where truncation and rounding errors are about equal."""
_ERROR = {torch.float64: 1e-6, torch.float32: 3e-2}
"""How far they may be off, of the largest of them; a cut graph is off by about as much as it is."""


def slope(total: Callable[[float], float], dtype: torch.dtype) -> float:
    """Return the slope at 0 of a number that depends on a shift."""
    step = _STEPS[dtype]
    return (total(step) - total(-step)) / (2 * step)


def shifts(dtype: torch.dtype) -> tuple[float, float]:
    """Return the two shifts that a slope is worked out from."""
    return _STEPS[dtype], -_STEPS[dtype]


def bound(slope_: float, dtype: torch.dtype) -> float:
    """Return how far a gradient may be from a slope."""
    return _ERROR[dtype] * max(1.0, abs(slope_))


def require(
    got: Any,
    direction: Tensor,
    slope_: float,
    quantity: Bilingual | str,
    dtype: torch.dtype,
    misconception: Misconception | None = None,
) -> None:
    """Assert that a gradient (None: zero) has this slope along a direction. Raises Mismatch."""
    found = along(got, direction)
    most = bound(slope_, dtype)
    if abs(found - slope_) <= most:
        return
    raise Mismatch(
        tr(
            "{quantity} is not the gradient of your own forward: along one direction the "
            "output changes by {slope}, but the gradient says {found}",
            quantity=quantity,
            slope=f"{slope_:.5g}",
            found=f"{found:.5g}",
        ),
        quantity=tr("{quantity} along a direction", quantity=quantity),
        expected=torch.tensor(slope_, dtype=torch.float64),
        got=torch.tensor(found, dtype=torch.float64),
        holds=lambda code: [
            f"gradiente = {code(got)}",
            f"direccion = torch.tensor({direction.tolist()}, dtype=torch.float64)",
            "cambio = 0.0 if gradiente is None else float((gradiente.double() * direccion).sum())",
            f"print('en esa dirección, esperado: {slope_:.6g}, obtenido:', cambio)",
            f"assert abs(cambio - float('{slope_!r}')) <= float('{most!r}')",
        ],
        misconception=misconception,
    )


def along(gradient: Any, direction: Tensor) -> float:
    """Return a gradient's slope along a direction; that of None, or of another shape, is 0."""
    if not isinstance(gradient, torch.Tensor) or gradient.shape != direction.shape:
        return 0.0
    return float((gradient.double() * direction).sum())


def untaught(message: Bilingual, gradients: str) -> Mismatch:
    """Return what to say where no parameter has a gradient; `gradients` is code for all of them."""
    return Mismatch(
        message,
        quantity=tr("the gradients of the parameters"),
        expected=tr("not all 0"),
        got="0",
        holds=lambda _: [
            f"assert any(g is not None and bool(g.any()) for g in {gradients}.values())"
        ],
    )
