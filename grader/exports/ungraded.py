"""Who has no grade to give to another place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.core.console import tell
from grader.core.i18n import tr
from grader.core.results import both

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.core.results import Grade

_MENTIONED = 5


def status(grades: Iterable[Grade], lang: str = "en") -> int:
    """Say who was not graded, and what to do; return the exit status: 1 if there is one, else 0."""
    lost = [grade for grade in grades if grade.status == "not_graded"]
    for grade in lost[:_MENTIONED]:
        said = tr(
            "{student} was not graded ({reason}), and has no score: run grader grade again, and "
            "export again",
            student=grade.student,
            reason=both(grade, "reason"),
        )
        tell(said, lang)
    if more := lost[_MENTIONED:]:
        tell(tr("{count} more were not graded either", count=len(more)), lang)
    return 1 if lost else 0
