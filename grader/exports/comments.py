"""A grade in a line: what fits into the cell that a course's page keeps for a comment."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from grader.core.i18n import Words
from grader.core.results import text as text_of

if TYPE_CHECKING:
    from grader.core.results import Grade


def comment(grade: Grade, lang: str) -> str:
    """Return the points, part by part, and the first misconception that cost some.

    Of a submission that was rejected, return the reason.
    """
    words = Words(lang)
    if grade.status == "rejected":
        return text_of(grade, "reason", lang)
    points = words(
        "{score} of {max_score} points.",
        score=words.number(grade.score),
        max_score=words.number(grade.max_score),
    )
    said = [points, _parts(grade, words)]
    lost = (check for check in grade.checks if grade.points(check) < check.max_points)
    if explanation := next(filter(None, (check.explanation for check in lost)), None):
        said.append(text_of(explanation, "text", lang))
    return " ".join(" ".join(part.split()) for part in said if part)


def _parts(grade: Grade, words: Words) -> str:
    """Return what each part has of what it is worth, in the order of the checks."""
    lines = []
    for part in dict.fromkeys(check.part for check in grade.checks):
        checks = [check for check in grade.checks if check.part == part]
        points = words.number(math.fsum(map(grade.points, checks)))
        most = words.number(math.fsum(check.max_points for check in checks))
        lines.append(f"{part} {points}/{most}")
    return "; ".join(lines) + "." if lines else ""
