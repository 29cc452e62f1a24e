"""Numbers for cases: a few drawn integers that shrink well stand for whole tensors.

Hypothesis draws the sizes, a style and a seed; the tensors follow from these. So a failing case
shrinks in a handful of steps to the smallest sizes and the plainest numbers that still fail, and
a case is the same wherever it is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from hypothesis import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

_LARGEST_INTEGER = 2
PLAIN_SCALES = (None, 1.0, 1e-1)
"""Small integers and normal numbers at which a cell's steps do not amplify rounding errors."""

SCALES, STATES = (*PLAIN_SCALES, 1e-3, 1e-2), (1.0, 0.0, 1e-3)
"""Numbers at which exp does not overflow, however a right σ or tanh is written."""

ALL_SCALES, ALL_STATES = (*SCALES, 1e1, 1e2), (*STATES, 1e2)
"""Those of the one check in which σ and tanh must also stand large numbers."""


@dataclass(frozen=True)
class Numbers:
    """A source of tensors: small integers when `scale` is None, else normal numbers times it.

    `states` scales initial states apart from weights and inputs; 0 makes them zero.
    """

    seed: int
    scale: float | None
    states: float

    def stream(self) -> Stream:
        """Start at the first number again."""
        return Stream(self, torch.Generator().manual_seed(self.seed))


class Stream:
    """Tensors of float64, one after another."""

    def __init__(self, numbers: Numbers, generator: torch.Generator) -> None:
        self.numbers = numbers
        self.generator = generator

    def weights(self, *shape: int) -> torch.Tensor:
        """Return the next weights or inputs of this shape."""
        if self.numbers.scale is None:
            low, high = -_LARGEST_INTEGER, _LARGEST_INTEGER + 1
            drawn = torch.randint(low, high, shape, generator=self.generator)
            return drawn.to(torch.float64)
        drawn = torch.randn(shape, generator=self.generator, dtype=torch.float64)
        return drawn * self.numbers.scale

    def states(self, *shape: int) -> torch.Tensor:
        """Return the next initial states of this shape."""
        if self.numbers.scale is None:
            return self.weights(*shape) * (self.numbers.states > 0)
        drawn = torch.randn(shape, generator=self.generator, dtype=torch.float64)
        return drawn * self.numbers.states


@st.composite
def numbers(
    draw: DrawFn,
    scales: tuple[float | None, ...] = SCALES,
    states: tuple[float, ...] = STATES,
) -> Numbers:
    """Draw a source of numbers: integers first, then other scales."""
    scale = draw(st.sampled_from(scales))
    return Numbers(draw(st.integers(0, 2**16 - 1)), scale, draw(st.sampled_from(states)))


def sizes(largest: int) -> SearchStrategy[int]:
    """Draw a size from 1."""
    return st.integers(1, largest)
