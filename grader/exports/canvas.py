"""Canvas: one assignment's column of the gradebook that it exports, filled in.

The first line names the columns: `Student` (or `LastName`, `FirstName`), `ID`, `SIS User ID`,
`SIS Login ID`, `Section`…, and an assignment as `Title (id)`. Below may be a row that tells which
grades are posted by hand, then `Points Possible`, which says `(read only)` of columns that Canvas
does not take back. Rows of students follow, the test student's last. `N/A` is a student to whom the
assignment is not given, `EX` one who was excused. Canvas reads decimal commas, and semicolons
between cells.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.core.spreadsheet import (
    UnfitError,
    alike,
    decimal,
    decimal_comma,
    find_column,
    listed,
    number,
)
from grader.exports.matching import Filled, Line, Owner, pair

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.core.results import Grade, Person
    from grader.core.spreadsheet import Row, Sheet

PLACE = "canvas"
"""The roster's column with people's ids there."""

IDS = ("ID", "SIS User ID", "SIS Login ID")
_OPTION = "name one with --assignment-column"
_ASSIGNMENT = re.compile(r"(?P<title>.*\S)\s*\((?P<id>[0-9]+)\)\s*", re.DOTALL)
_POSTING = re.compile(r"\s*(muted|manual posting.*)?\s*", re.IGNORECASE | re.DOTALL)
_TEST_STUDENT = {"student, test", "test student"}
_LEFT = {
    "n/a": "left unchanged, because the assignment is not for them (N/A)",
    "ex": "left unchanged, because they are excused (EX)",
}


def fill(
    sheet: Sheet, owned: Iterable[tuple[Grade, Person]], titles: Iterable[str], chosen: str = ""
) -> Filled:
    """Put the scores into an assignment's column, out of what Canvas says is possible.

    The column is the chosen one (`Title (id)`, the title or the id), or else the one whose title is
    one of these. Raises UnfitError.
    """
    ids = [find_column(sheet, [name], "it", "remove one") for name in IDS]
    if ids[0] is None:
        raise UnfitError(
            f"there is no column ID, only {listed(sheet)}: give the gradebook that Canvas exports"
        )
    column = find_assignment(sheet, titles, chosen)
    lines = [_line(sheet, ids, row) for row in sheet.numbers if not _is_no_student(sheet.row(row))]
    pairs, missing = pair(lines, (_owner(grade, person) for grade, person in owned))
    possible = _possible(sheet, column)
    comma = decimal_comma((*possible[1], *sheet.column(column)), sheet.delimiter)
    texts, graded, kept = {}, [], []
    for line, owner in pairs:
        cells = sheet.row(line.row)
        if why := _left(cells, column):
            kept.append((owner, why))
        elif owner.grade.status != "not_graded":
            graded.append((line, owner))
            texts[line.row, column] = decimal(_points(owner.grade, possible[0]), comma=comma)
    data = sheet.with_texts(texts).to_bytes()
    return Filled(data, tuple(graded), tuple(missing), tuple(kept))


def find_assignment(sheet: Sheet, titles: Iterable[str], chosen: str = "") -> int:
    """Return the assignment's column. Raises UnfitError unless one alone fits."""
    header = sheet.header
    found = {index: _ASSIGNMENT.fullmatch(name) for index, name in enumerate(header)}
    assignments = {index: match for index, match in found.items() if match}
    if chosen:
        exact = [index for index, name in enumerate(header) if name.strip() == chosen.strip()]
        fitting = exact or [
            index
            for index, match in assignments.items()
            if chosen.strip() in {match["title"].strip(), match["id"]}
        ]
    else:
        wanted = {_letters(title) for title in titles} - {""}
        fitting = [i for i, match in assignments.items() if _letters(match["title"]) in wanted]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UnfitError(f"{listed(sheet, fitting)} could each be the assignment's: {_OPTION}")
    there = listed(sheet, assignments) or "no column called “Title (id)”"
    what = f"is “{chosen}”" if chosen else "has the assignment's title"
    raise UnfitError(f"no column {what}: {_OPTION}; the columns are {there}")


def _letters(title: str) -> str:
    return "".join(char for char in alike(title) if char.isalnum())


def _line(sheet: Sheet, ids: Iterable[int | None], row: int) -> Line:
    cells = sheet.row(row)
    keys = {_key(cells[index]) for index in ids if index is not None and cells[index].strip()}
    return Line(row, f"“{cells[0]}” (row {row + 1})", frozenset(keys))


def _owner(grade: Grade, person: Person) -> Owner:
    known = person.ids.get(PLACE)
    names = [known] if known else [person.student, person.email]
    return Owner(grade, person, frozenset(_key(name) for name in names if name.strip()))


def _key(name: str) -> tuple[str, str]:
    return "id", name.strip().casefold()


def _is_no_student(cells: Row) -> bool:
    """Whether this is the row of possible points, or the one that tells how grades are posted."""
    return _is_possible(cells) or all(_POSTING.fullmatch(cell) for cell in cells)


def _is_possible(cells: Row) -> bool:
    return "points possible" in cells[0].casefold()


def _possible(sheet: Sheet, column: int) -> tuple[float | None, Row]:
    """Return the points that the assignment has there, None where it is not told, and the row.

    Raises UnfitError for none, and for a column that Canvas does not take back.
    """
    rows = [sheet.row(row) for row in sheet.numbers if _is_possible(sheet.row(row))]
    if not rows:
        return None, ()
    text = rows[0][column].strip()
    if "read only" in text.casefold():
        raise UnfitError(f"{listed(sheet, [column])} is read only: {_OPTION}")
    points = number(text)
    if points is None or points <= 0:
        raise UnfitError(
            f"{listed(sheet, [column])} has no points possible (“{text}”): give the assignment "
            "points in Canvas, and export the gradebook again"
        )
    return points, rows[0]


def _points(grade: Grade, possible: float | None) -> float:
    return grade.mark if possible is None else grade.score / grade.max_score * possible


def _left(cells: Row, column: int) -> str:
    """Return why a student's cell stays as it is, if it does."""
    if alike(cells[0]) in _TEST_STUDENT:
        return "left unchanged, because it is the test student's"
    return _LEFT.get(cells[column].strip().casefold(), "")
