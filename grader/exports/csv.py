"""grades.csv: one line a submission."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from grader.core.spreadsheet import neutral

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.core.results import Grade, Person

HEADER = ("submission", "student", "assignment", "score", "max_score", "status", "flags")


def table(grades: Iterable[Grade]) -> str:
    """Return grades.csv. A submission that could not be measured has no score at all."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for grade in grades:
        score = "" if grade.status == "not_graded" else f"{grade.score:g}"
        flags = " ".join(sorted({flag.kind for flag in grade.flags}))
        words = (neutral(word) for word in (grade.submission, grade.student, grade.assignment))
        writer.writerow([*words, score, f"{grade.max_score:g}", grade.status, flags])
    return text.getvalue()


def wide(grades: Iterable[Grade], people: Iterable[Person]) -> str:
    """Return everybody on a line: who it is, the score, and the points of each check.

    Points are what the student gets. Who handed in nothing, or could not be measured, has none.
    """
    by_submission = {grade.submission: grade for grade in grades}
    ids = [check.id for grade in by_submission.values() for check in grade.checks]
    checks = list(dict.fromkeys(ids))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*WIDE, *(neutral(check) for check in checks)])
    for person in people:
        grade = by_submission.get(person.submission)
        who = (person.student, person.name, person.email, person.at, "yes" if person.late else "no")
        writer.writerow([*map(neutral, who), *_points(grade, checks)])
    return text.getvalue()


WIDE = (
    *("student", "name", "email", "submitted_at", "late"),
    *("status", "score", "max_score", "mark", "scale", "flags"),
)


def _points(grade: Grade | None, checks: Sequence[str]) -> list[str]:
    if grade is None:
        return ["missing", *[""] * (len(WIDE) - 6 + len(checks))]
    measured = grade.status != "not_graded"
    points = {check.id: f"{grade.points(check):g}" for check in grade.checks}
    if grade.status == "rejected":
        points = dict.fromkeys(checks, "0")
    return [
        grade.status,
        f"{grade.score:g}" if measured else "",
        f"{grade.max_score:g}",
        f"{grade.mark:g}" if measured else "",
        f"{grade.scale:g}",
        " ".join(sorted({flag.kind for flag in grade.flags})),
        *(points.get(check, "") for check in checks),
    ]
