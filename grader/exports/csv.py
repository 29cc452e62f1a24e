"""grades.csv: one line a submission."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.results import Grade

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


def neutral(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula, nor for the start of a new line."""
    formula = cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    # `csv` does not quote a carriage return alone, and readers end a line there.
    return ("'" if formula else "") + cell.replace("\r", " ")
