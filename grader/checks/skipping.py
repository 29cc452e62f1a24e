"""Skipping a check for a reason that is said in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from _pytest.outcomes import Skipped as OfPytest  # the class that pytest.skip raises

if TYPE_CHECKING:
    from grader.words import Said


class Skipped(OfPytest):
    """A check is not made; `said` is why."""

    def __init__(self, said: Said) -> None:
        super().__init__(said.es)
        self.said = said


def skip(why: Said) -> NoReturn:
    """Leave the check that runs unmade."""
    raise Skipped(why)
