"""Moodle: the offline grading worksheet, filled in, and the names in a zip of feedback files.

The worksheet is what "Download grading worksheet" gives, in the site's language. Moodle reads three
of its columns back (identifier, grade, last modified), and the comments. It compares the moment in
`Last modified (grade)` with that of its own last change, and refuses a grade that somebody changed
there since the worksheet was downloaded. So that column must be there, and stays as it was: a newer
moment would take the safeguard away. Comments are HTML there. A grade above the maximum, or below
0, is passed over.

Feedback files are told apart by the folder: `<name>_<number>_assignsubmission_file_`; only the
number counts, and no other underscore may come before it. Moodle before 4.1 wants the last one.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.core.spreadsheet import (
    UnfitError,
    decimal,
    decimal_comma,
    find_column,
    listed,
    neutral,
    number,
)
from grader.exports.comments import comment
from grader.exports.matching import Filled, Line, Owner, pair

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.core.results import Grade, Person
    from grader.core.spreadsheet import Row, Sheet

IDENTIFIER = ("Identifier", "Identificador")
GRADE = ("Grade", "Calificación")
MAXIMUM = ("Maximum grade", "Calificación máxima")
COMMENTS = ("Feedback comments", "Comentarios de retroalimentación")
EMAIL = ("Email address", "Dirección de correo", "Dirección de correo electrónico")
NAME = ("Full name", "Nombre completo", "Nombre / Apellido(s)", "Nombre/Apellido(s)")
PLACE = "moodle"
"""The roster's column with people's ids there."""

_PARTICIPANT = re.compile(r"([^0-9]*)([0-9]+)")
_ALONE = re.compile(r"(?:[^0-9]*\s)?[0-9]+")
_NO_NAME = re.compile(r'[_/\\:*?"<>|\x00-\x1f\x7f]+')
_LONGEST_NAME = 80
_KEPT = "there is a comment already, and it is kept (--replace-comments replaces all comments)"


@dataclass(frozen=True)
class Names:
    """The columns' names where the worksheet's are in no language that is known here."""

    identifier: str = ""
    grade: str = ""
    comments: str = ""


@dataclass(frozen=True)
class Columns:
    """Where things are in a worksheet; None for what it does not have."""

    identifier: int
    grade: int
    maximum: int | None
    comments: int | None
    email: int | None
    name: int | None


def fill(
    sheet: Sheet,
    owned: Iterable[tuple[Grade, Person]],
    lang: str,
    names: Names | None = None,
    *,
    replace_comments: bool = False,
) -> Filled:
    """Put grades and comments into a worksheet.

    A grade goes on the maximum of its row, or on the assignment's own scale where there is none. A
    comment that is there already stays, unless all are to be replaced. Raises UnfitError.
    """
    columns = find_columns(sheet, names or Names())
    lines = [_line(sheet, columns, row) for row in sheet.numbers]
    participants = [line for line in lines if _number(line)]
    pairs, missing = pair(participants, (_owner(grade, person) for grade, person in owned))
    _refuse_strangers(sheet, columns, pairs)
    comma = _decimal_comma(sheet, columns)
    texts: dict[tuple[int, int], str] = {}
    graded = [(line, owner) for line, owner in pairs if owner.grade.status != "not_graded"]
    kept = []
    for line, owner in graded:
        cells = sheet.row(line.row)
        value = _on_maximum(owner.grade, cells, columns, line)
        texts[line.row, columns.grade] = decimal(value, comma=comma)
        if columns.comments is None:
            continue
        if cells[columns.comments].strip() and not replace_comments:
            kept.append((owner, _KEPT))
        else:
            texts[line.row, columns.comments] = _comment(owner.grade, lang)
    data = sheet.with_texts(texts).to_bytes()
    return Filled(data, tuple(graded), tuple(missing), tuple(kept))


def find_columns(sheet: Sheet, names: Names) -> Columns:
    """Return where things are. Raises UnfitError, with the names that are there, where unclear."""
    identifier = _named(sheet, names.identifier, IDENTIFIER, "the participant", "--id-column")
    if identifier is None:
        identifier = _by_shape(sheet)
    grade = _named(sheet, names.grade, GRADE, "the grade", "--grade-column")
    if grade is None:
        raise UnfitError(
            "cannot tell which column has the grade: name it with --grade-column; the columns "
            f"are {listed(sheet)}"
        )
    return Columns(
        identifier,
        grade,
        find_column(sheet, MAXIMUM, "the maximum", "remove one"),
        _named(sheet, names.comments, COMMENTS, "the comments", "--comments-column"),
        find_column(sheet, EMAIL, "the address", "remove one"),
        find_column(sheet, NAME, "the name", "remove one"),
    )


def _named(sheet: Sheet, chosen: str, known: Iterable[str], what: str, option: str) -> int | None:
    column = find_column(sheet, [chosen] if chosen else known, what, f"name one with {option}")
    if chosen and column is None:
        raise UnfitError(
            f"there is no column “{chosen}” ({option}); the columns are {listed(sheet)}"
        )
    return column


def _by_shape(sheet: Sheet) -> int:
    """Return the one column whose cells are all the same words and then a number."""
    found = [index for index in range(len(sheet.header)) if _all_participants(sheet.column(index))]
    if len(found) == 1:
        return found[0]
    any_of = f"it could be any of {listed(sheet, found)}"
    which = any_of if found else f"the columns are {listed(sheet)}"
    raise UnfitError(
        f"cannot tell which column has the participant: name it with --id-column; {which}"
    )


def _all_participants(texts: Row) -> bool:
    found = [_PARTICIPANT.fullmatch(text.strip()) for text in texts]
    words = {one[1].strip() for one in found if one}
    return all(found) and len(words) == 1 and words != {""}


def _line(sheet: Sheet, columns: Columns, row: int) -> Line:
    cells = sheet.row(row)
    identifier = cells[columns.identifier]
    email = "" if columns.email is None else cells[columns.email]
    name = "" if columns.name is None else cells[columns.name]
    return Line(row, f"“{identifier}” (row {row + 1})", _keys(identifier, email), name)


def _owner(grade: Grade, person: Person) -> Owner:
    """Return a submission with its ids: the number that the roster tells, or the student's id.

    That is one where it is a number or `Participant 12`; `s012` is somebody's user name.
    """
    own = person.student if _ALONE.fullmatch(person.student) else ""
    email = person.email or person.student
    return Owner(grade, person, _keys(person.ids.get(PLACE, own), email))


def _keys(participant: str, email: str) -> frozenset[tuple[str, str]]:
    """Return what a row or a person goes by: the participant's number, the address."""
    found = _PARTICIPANT.fullmatch(participant.strip())
    number = {("number", found[2])} if found else set()
    return frozenset(number | ({("email", email.strip().casefold())} if "@" in email else set()))


def _refuse_strangers(sheet: Sheet, columns: Columns, pairs: Iterable[tuple[Line, Owner]]) -> None:
    """Raise UnfitError where a row has a student's number, which is no id of Moodle's for sure.

    That is so where the addresses differ, and the roster does not say which number is meant.
    """
    for line, owner in pairs:
        there = "" if columns.email is None else sheet.row(line.row)[columns.email].strip()
        here = owner.person.email
        told = PLACE in owner.person.ids
        if not told and here and there and here.casefold() != there.casefold():
            raise UnfitError(
                f"{owner.label} has the number of {line.label}, but a different address "
                f"({here}, {there}): add a column “{PLACE}” with the participants' numbers to "
                "the roster"
            )


def _on_maximum(grade: Grade, cells: Row, columns: Columns, line: Line) -> float:
    if columns.maximum is None:
        return grade.mark
    text = cells[columns.maximum]
    maximum = number(text)
    if maximum is None or maximum <= 0:
        raise UnfitError(
            f"the maximum of {line.label} is “{text}”, which is not a number of points: set "
            "the assignment's grade type to points in Moodle"
        )
    return grade.score / grade.max_score * maximum


def _decimal_comma(sheet: Sheet, columns: Columns) -> bool:
    maxima = () if columns.maximum is None else sheet.column(columns.maximum)
    return decimal_comma((*maxima, *sheet.column(columns.grade)), sheet.delimiter)


def _comment(grade: Grade, lang: str) -> str:
    return neutral(html.escape(comment(grade, lang), quote=False))


def feedback_folder(line: Line, owner: Owner) -> str:
    """Return what Moodle knows a participant's feedback by."""
    name = " ".join(_NO_NAME.sub(" ", line.name or owner.person.name).split())
    name = name[:_LONGEST_NAME].strip(" .~") or "participant"
    return f"{name}_{_number(line)}_assignsubmission_file_"


def _number(line: Line) -> str:
    return next((key for kind, key in line.keys if kind == "number"), "")
