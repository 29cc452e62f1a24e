"""Who has no grade to give to another place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.console import tell
from grader.core.results import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.core.results import Grade

_MENTIONED = 5


def status(grades: Iterable[Grade]) -> int:
    """Say who was not graded, and what to do; return the exit status: 1 if there is one, else 0."""
    lost = [grade for grade in grades if grade.status == "not_graded"]
    for grade in lost[:_MENTIONED]:
        tell(
            f"{grade.student} was not graded ({text(grade, 'reason', 'en')}), and has no score: "
            "run grader grade again, and export again"
        )
    if more := lost[_MENTIONED:]:
        tell(f"{len(more)} more were not graded either")
    return 1 if lost else 0
