"""Skipping a check for a reason that is said in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from _pytest.outcomes import Skipped as OfPytest  # the class that pytest.skip raises

if TYPE_CHECKING:
    from grader.core.i18n import Bilingual


class Skipped(OfPytest):
    """A check is not made; `said` is why."""

    def __init__(self, said: Bilingual) -> None:
        super().__init__(said.es)
        self.said = said


def skip(why: Bilingual) -> NoReturn:
    """Leave the check that runs unmade."""
    raise Skipped(why)
