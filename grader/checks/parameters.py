"""A module's parameters: names, shapes, and how they are drawn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from grader.checks.cells import construct
from grader.checks.compare import Disagreement
from grader.checks.reading import Misconception

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.student import RemoteObject, Student

_FALSE_ALARM = 1e-11
"""The chance, for each of the statistics of one tensor, that right code fails: over the three
statistics of four tensors less than 1e-9 in all."""

_DEVIATIONS = 6.9  # a normal variable leaves ±6.9 standard deviations with a chance of 5e-12

NORMAL = Misconception(
    "init.normal",
    {},
    "√(3/hidden_size) es el límite de una distribución uniforme, no la desviación de una normal; "
    "la varianza que resulta es 1/hidden_size.",
    "√(3/hidden_size) is the bound of a uniform distribution, not the deviation of a normal one; "
    "the variance that results is 1/hidden_size.",
)


def reset(student: Student, name: str, sizes: tuple[int, ...]) -> dict[str, torch.Tensor]:
    """Return the layers' parameters of a new module after its `reset_parameters`, by name.

    Buffers, and whatever else a module may hold, are its own. Raises StudentFault, Disagreement.
    """
    module = construct(student, name, *sizes)
    module.reset_parameters()
    named = ("weight", "bias")
    return {key: v for key, v in module.state_dict().items() if key.endswith(named) and v.numel()}


def require(module: RemoteObject, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Assert that a module has parameters of these names and shapes. Raises Disagreement."""
    state = module.state_dict()
    for name, shape in shapes.items():
        if name not in state:
            known = ", ".join(sorted(map(str, state))[:12]) or "ninguno"
            raise Disagreement(f"no hay un parámetro {name!r} (los que hay: {known})")
        if tuple(state[name].shape) != shape:
            raise Disagreement(
                f"{name} tiene forma {tuple(state[name].shape)}; se esperaba {shape}"
            )


def require_uniform(state: Mapping[str, torch.Tensor], bound: float) -> None:
    """Assert that every one of these tensors could be uniform in ±bound. Raises Disagreement.

    Three statistics a tensor, each with a false alarm under `_FALSE_ALARM`: no value beyond the
    bound, the largest near enough to it, mean and variance within `_DEVIATIONS` of theirs.
    """
    for name, tensor in state.items():
        values = tensor.to(torch.float64).flatten()
        count, largest = values.numel(), float(values.abs().max())
        if not largest <= bound * (1 + 1e-6):
            belief = NORMAL if largest > 1.2 * bound else None
            raise Disagreement(
                f"{name} tiene valores de hasta {largest:.4f}; el límite es {bound:.4f}",
                belief=belief,
            )
        if largest < bound * _FALSE_ALARM ** (1 / count):
            raise Disagreement(
                f"{name} no pasa de {largest:.4f}; con límite {bound:.4f} debería acercarse a él"
            )
        mean, variance = float(values.mean()), float(values.square().mean())
        if abs(mean) > _DEVIATIONS * bound / math.sqrt(3 * count):
            raise Disagreement(f"{name} tiene media {mean:.4f}; debería ser casi 0")
        spread = bound**2 * math.sqrt(4 / 45 / count)
        if abs(variance - bound**2 / 3) > _DEVIATIONS * spread:
            raise Disagreement(
                f"{name} tiene varianza {variance:.5f}; la de una uniforme con ese límite es "
                f"{bound**2 / 3:.5f}"
            )
