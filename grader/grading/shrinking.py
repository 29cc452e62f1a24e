"""The smallest failure that a check came by, and when to stop looking for a smaller one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.checks import Mismatch

MOST_CALLS = 1500
"""How often a check may have asked the student's code when it looks on for a smaller
counterexample. A count and not a time, so that a slow machine reports the same one."""
_TOO_LARGE_TO_SHOW = 10_000
"""The size of a tensor whose values the counterexample leaves out."""


class ShrinkBudgetExceeded(BaseException):
    """Looking for a smaller counterexample has taken long enough.

    Not an `Exception`, so that Hypothesis lets it pass.
    """


@dataclass(frozen=True)
class Smallest:
    """The smallest failure so far, and the notebook cell that repeats it."""

    mismatch: Mismatch
    cell: str


def smaller(
    known: Smallest | None, found: Mismatch, cell: Callable[[Mismatch], str | None]
) -> Smallest:
    """Return the smaller of the two, the known one where they are alike.

    `cell` writes the notebook cell of the one that was found, if it is to be kept.
    """
    if known is not None and size(found) >= size(known.mismatch):
        return known
    return Smallest(found, cell(found) or "")


def require_budget(calls: int, found: Mismatch) -> None:
    """See that there are calls left to look for a smaller one than what was found.

    Raises ShrinkBudgetExceeded.
    """
    if calls > MOST_CALLS:
        raise ShrinkBudgetExceeded from found


def size(found: Mismatch) -> int:
    """Return how much there is to read in a counterexample's inputs, in characters."""
    inputs = found.counterexample["inputs"]
    hidden = "x" * _TOO_LARGE_TO_SHOW
    return sum(len(str(tensor.get("values", hidden))) for tensor in inputs.values())
