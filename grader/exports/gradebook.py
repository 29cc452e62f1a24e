"""A course's gradebook as a table and as lines of JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from grader.core.spreadsheet import neutral

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.gradebook import Gradebook, Row

WHO = ("student", "name", "email")
SAID = ("mark", "scale", "not_graded", "not_handed_in", "rejected", "dropped")


def table(book: Gradebook) -> str:
    """Return the gradebook as CSV: a line a student, a column an assignment.

    A cell is empty where there is no mark. `mark` is the course's; `not_graded`, `not_handed_in`,
    `rejected` and `dropped` name the assignments of which that is so.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = list(book.rules.weights)
    writer.writerow([*WHO, *SAID, *map(neutral, names)])
    for row in book.rows:
        person = row.person
        who = map(neutral, (person.student, person.name, person.email))
        said = (
            _number(row.mark),
            f"{book.rules.scale:g}",
            " ".join(row.not_graded),
            " ".join(row.having("not_handed_in")),
            " ".join(row.having("rejected")),
            " ".join(row.dropped),
        )
        writer.writerow([*who, *said, *(_number(row.entries[name].mark) for name in names)])
    return text.getvalue()


def lines(book: Gradebook) -> Iterator[str]:
    """Yield a line of JSON for each student."""
    for row in book.rows:
        yield json.dumps(_fields(row, book), ensure_ascii=False) + "\n"


def _fields(row: Row, book: Gradebook) -> dict[str, object]:
    return {
        "student": row.person.student,
        "name": row.person.name,
        "email": row.person.email,
        "mark": row.mark,
        "scale": book.rules.scale,
        "assignments": {
            name: {
                "status": entry.status,
                "mark": entry.mark,
                "weight": book.rules.weights[name],
                "dropped": entry.dropped,
                "submission": entry.submission,
                "misconceptions": [one.id for one in entry.mistakes],
            }
            for name, entry in row.entries.items()
        },
    }


def _number(mark: float | None) -> str:
    return "" if mark is None else f"{mark:g}"
