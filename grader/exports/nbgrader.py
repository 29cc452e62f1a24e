"""Grades in nbgrader's gradebook: a grade cell for each check.

nbgrader allows letters, digits, _ and - in the name of a cell, and its formgrader breaks on
anything else: `celdaLSTM/forget_gate` is the cell `celdaLSTM-forget_gate`.

The automatic score of a cell is what the student gets for the check, with what was decided by
`grader override`: decisions live in the results folder and are grader's own word. The manual score
is what a person typed into the gradebook, and there it takes precedence. Manual scores, extra
credit and manual comments are read here and never written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedNotebook,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from grader.core.results import Person

_FOREIGN = re.compile(r"[^a-zA-Z0-9_-]")


@dataclass(frozen=True)
class Mark:
    """What a student gets for a check, and what the check says."""

    points: float
    told: str


@dataclass(frozen=True)
class Sheet:
    """A student's marks by cell; `at` is the moment of handing in (ISO 8601), if it is known."""

    person: Person
    marks: Mapping[str, Mark]
    at: str = ""


def names(checks: Iterable[str]) -> dict[str, str]:
    """Return the name of each check's cell, by the check's id; no two are the same."""
    named: dict[str, str] = {}
    for check in checks:
        name = base = _FOREIGN.sub("-", check)
        number = 2
        while name in named.values():
            name, number = f"{base}-{number}", number + 1
        named[check] = name
    return named


def record(
    book: Gradebook, assignment: str, worth: Mapping[str, float], sheets: Sequence[Sheet]
) -> list[str]:
    """Write an assignment's checks (`worth` is the most points of each cell) and its marks.

    Return what an instructor should know. Written twice, the gradebook is as written once.
    """
    book.update_or_create_assignment(assignment)
    notebook = book.update_or_create_notebook(assignment, assignment)
    for name, points in worth.items():
        book.update_or_create_grade_cell(
            name, assignment, assignment, max_score=points, cell_type="code"
        )
        book.update_or_create_solution_cell(name, assignment, assignment)  # what comments are on
    for sheet in sheets:
        _update_student(book, sheet.person)
        _mark(book, assignment, notebook, sheet)
    remarks = list(_retire(notebook, worth))
    book.db.commit()
    return remarks


def others(book: Gradebook, assignment: str, worth: Mapping[str, float]) -> dict[str, Any]:
    """Return nbgrader's metadata of the cells that are the instructor's, by name."""
    notebook = book.find_notebook(assignment, assignment)
    locked = {cell.name: bool(cell.locked) for cell in notebook.source_cells}
    found: dict[str, Any] = {}
    for kind in ("grade", "solution", "task"):
        for cell in getattr(notebook, f"{kind}_cells"):
            if cell.name in worth or cell.name not in locked:
                continue
            plain = {"schema_version": 3, "grade": False, "solution": False, "task": False}
            fields = found.setdefault(cell.name, {**plain, "grade_id": cell.name})
            fields |= {kind: True, "locked": locked[cell.name]}
            if kind != "solution":
                fields["points"] = cell.max_score
    return found


def _mark(book: Gradebook, assignment: str, notebook: Any, sheet: Sheet) -> None:
    """Write a student's marks, and the rows for them where the submission lacks some."""
    at = {"timestamp": sheet.at} if sheet.at else {}
    book.update_or_create_submission(assignment, sheet.person.student, **at)
    submitted = _submitted(book, assignment, notebook, sheet.person.student)
    for name, grade in _rows(book, submitted, Grade, notebook.grade_cells + notebook.task_cells):
        if mark := sheet.marks.get(name):
            _set(grade, mark.points)
    for name, comment in _rows(
        book, submitted, Comment, notebook.solution_cells + notebook.task_cells
    ):
        if mark := sheet.marks.get(name):
            comment.auto_comment = mark.told or None
    book.db.commit()


def _set(grade: Any, points: float) -> None:
    """Write an automatic score; where it changes under a manual one, a person is to look again."""
    if grade.auto_score != points or grade.manual_score is None:
        grade.needs_manual_grade = grade.manual_score is not None
    grade.auto_score = points


def _submitted(book: Gradebook, assignment: str, notebook: Any, student: str) -> Any:
    try:
        return book.find_submission_notebook(assignment, assignment, student)
    except MissingEntry:  # it was handed in before the notebook was in the gradebook
        submission = book.find_submission(assignment, student)
        added = SubmittedNotebook(notebook=notebook, assignment=submission)
        book.db.add(added)
        book.db.flush()
        return added


def _rows(
    book: Gradebook, submitted: Any, kind: Any, cells: Iterable[Any]
) -> Iterator[tuple[str, Any]]:
    """Yield the row of each cell in a submission; one for a newer cell is made."""
    there = submitted.grades if kind is Grade else submitted.comments
    by_cell = {row.cell_id: row for row in there}
    for cell in cells:
        row = by_cell.get(cell.id)
        if row is None:
            row = kind(cell_id=cell.id, notebook=submitted)
            book.db.add(row)
        yield cell.name, row


def _update_student(book: Gradebook, person: Person) -> None:
    """Write who it is, where that is known; a name that is split otherwise is left so."""
    student = book.update_or_create_student(person.student)
    fields = {"email": person.email} if person.email else {}
    if person.name and person.name.split() != _full_name(student).split():
        fields["first_name"], fields["last_name"] = _split(person.name)
    book.update_or_create_student(person.student, **fields)


def _full_name(student: Any) -> str:
    return f"{student.first_name or ''} {student.last_name or ''}"


def _split(name: str) -> tuple[str, str]:
    """Return first and last names: of `Núñez Gil, José` and of `José Núñez Gil`.

    Of two words or three the first is the first name, of more the first two.
    """
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    words = name.split()
    first_names = 1 if len(words) <= 3 else 2  # noqa: PLR2004 - as the docstring says
    return " ".join(words[:first_names]), " ".join(words[first_names:])


def _retire(notebook: Any, worth: Mapping[str, float]) -> Iterator[str]:
    """Take the points off cells that count no more; yield what people gave for one by hand.

    nbgrader refuses to remove a cell once something was handed in, and with it would go what
    people typed. So a cell of a check that is gone is worth 0 from now on, and 0 is its automatic
    score. Such a cell has no source, while the instructor's own have one and are left alone; a
    `%check` cell is worth 0 anyway, and would else wait for somebody to grade it.
    """
    sources = {cell.name for cell in notebook.source_cells}
    for cell in notebook.grade_cells:
        if cell.name in worth or (cell.name in sources and cell.max_score):
            continue
        news, cell.max_score, manual = cell.max_score, 0.0, 0
        for grade in cell.grades:
            _set(grade, 0.0)
            manual += bool(grade.manual_score or grade.extra_credit)
        if news or manual:
            kept = f"; {manual} got points by hand for it, which still count" if manual else ""
            yield f"there is no longer a check for {cell.name}: it is worth 0 now{kept}"
