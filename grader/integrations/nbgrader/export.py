"""Give a results folder's grades to a course of nbgrader's: gradebook, notebooks and pages.

Of each student the gradebook gets a score for each check; `autograded/` the notebook that was
handed in, with the checks below, for formgrader and `nbgrader generate_feedback`; `feedback/` the
student's page, for `nbgrader release_feedback`.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from grader.core.console import tell
from grader.core.errors import GraderError, UsageError
from grader.core.i18n import LANGUAGES, tr
from grader.exports import ungraded
from grader.exports.nbgrader import Mark, Sheet, record
from grader.exports.nbgrader import others as others_of
from grader.integrations.nbgrader import course as courses
from grader.integrations.nbgrader.folders import Folders
from grader.integrations.nbgrader.marks import Checks
from grader.storage.stored import StoredResults
from grader.submissions.metadata import TIMESTAMP, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grader.core.i18n import Bilingual
    from grader.integrations.nbgrader.course import Course

_NOT_YET_ADDED = "Object of type <Submitted"
"""How a warning begins that nbgrader gives rise to whenever it adds a submission."""


def export_nbgrader(folder: Path, root: Path, lang: str) -> int:
    """Write everything; return 0, or 1 if a submission has no grade to give.

    Raises UsageError for a folder that holds no results or no course, GraderError where the
    gradebook cannot be written.
    """
    if lang not in LANGUAGES:
        raise UsageError(f"--lang has to be one of {', '.join(LANGUAGES)}")
    course = courses.load(root)
    results = StoredResults.read(folder.resolve())
    with course.entered():
        for assignment in dict.fromkeys(grade.assignment for grade in results.grades.values()):
            _export(course, results, assignment, lang)
    return ungraded.status(results.grades.values(), lang)


def _export(course: Course, results: StoredResults, assignment: str, lang: str) -> None:
    grades = [
        grade
        for grade in results.grades.values()
        if grade.assignment == assignment and grade.status != "not_graded"
    ]
    people = {person.submission: person for person in results.people}
    checks = Checks.of(grades)
    folders = Folders.of(course, results, assignment)
    sheets = []
    for grade in grades:
        person = people[grade.submission]
        marks = {line.cell: Mark(line.points, line.said) for line in checks.lines(grade, lang)}
        at = timestamp(folders.note(grade, TIMESTAMP)) or person.at
        sheets.append(Sheet(person, marks, at))
    others = _record(course, assignment, checks.worth, sheets)
    written = []
    for grade in grades:
        _penalize(course, assignment, grade.student)
        written.append(folders.write(grade, checks.lines(grade, lang), others))
    notebooks, pages = (sum(kind) for kind in zip(*written, strict=True)) if written else (0, 0)
    tell(_told(course, assignment, (len(sheets), len(checks.worth), notebooks, pages)), lang)


def _told(course: Course, assignment: str, counts: tuple[int, int, int, int]) -> Bilingual:
    """Return what was written: to the gradebook so many students and checks, notebooks, pages."""
    students, checks, notebooks, pages = counts
    return tr(
        "{assignment}: {students} students with {checks} checks each in {gradebook}, {notebooks} "
        "notebooks in {autograded}, {pages} pages in {feedback}",
        assignment=assignment,
        students=students,
        checks=checks,
        gradebook=course.directory.db_url.removeprefix("sqlite:///"),
        notebooks=notebooks,
        autograded=course.folder("autograded", assignment).parent,
        pages=pages,
        feedback=course.folder("feedback", assignment).parent,
    )


def _record(
    course: Course, assignment: str, worth: Mapping[str, float], sheets: Sequence[Sheet]
) -> dict[str, Any]:
    """Write the gradebook; return the metadata of its cells that are no checks."""
    directory = course.directory
    try:
        with (
            warnings.catch_warnings(),
            Gradebook(directory.db_url, directory.course_id) as book,
        ):
            warnings.filterwarnings("ignore", _NOT_YET_ADDED, SAWarning)
            for remark in record(book, assignment, worth, sheets):
                tell(f"{assignment}: {remark}")
            return others_of(book, assignment, worth)
    except (SQLAlchemyError, ValueError, OSError) as error:  # ValueError: nbgrader's InvalidEntry
        raise GraderError(
            f"the gradebook {directory.db_url} cannot be written ({error}): close other "
            "programs that use it, try nbgrader db upgrade, and export again"
        ) from error


def _penalize(course: Course, assignment: str, student: str) -> None:
    """Let nbgrader, or the plugin that the course is configured with, judge a late submission."""
    who = {"student": student, "assignment": assignment, "notebook": assignment}
    AssignLatePenalties(config=course.config).preprocess(
        nbformat.v4.new_notebook(),  # type: ignore[no-untyped-call]
        {"nbgrader": {**who, "db_url": course.directory.db_url}},
    )
