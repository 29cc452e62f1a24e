"""Give a results folder's grades to a course of nbgrader's: gradebook, notebooks and pages.

Of each student the gradebook gets a score for each check; `autograded/` the notebook that was
handed in, with the checks below, for formgrader and `nbgrader generate_feedback`; `feedback/` the
student's page, for `nbgrader release_feedback`.
"""

from __future__ import annotations

import secrets
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader import course as courses
from grader import export, handed_in
from grader.archives import Source, UnreadableError, plain
from grader.errors import GraderError, UsageError
from grader.feedback import decided, verdicts
from grader.feedback.terminal import tell
from grader.journal import FILE, Journal
from grader.results import text
from grader.submission import find
from grader.words import LANGUAGES, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from grader.course import Course
    from grader.export import Graded
    from grader.exports.nbgrader import Sheet
    from grader.results import CheckResult, Grade
    from grader.submission import Submission

SECRET = "submission_secret.txt"  # noqa: S105 - nbgrader's name of the file
_LONGEST_NOTE = 1000
_NOT_YET_ADDED = "Object of type <Submitted"
"""How a warning begins that nbgrader gives rise to whenever it adds a submission."""


@dataclass(frozen=True)
class Checks:
    """The checks of an assignment in their order, and the names of their cells by id."""

    assignment: str
    results: Mapping[str, CheckResult]
    names: Mapping[str, str]

    @property
    def worth(self) -> dict[str, float]:
        """The most points of each cell."""
        return {self.names[check.id]: check.max_points for check in self.results.values()}


def export_nbgrader(folder: Path, root: Path, lang: str) -> int:
    """Write everything; return 0, or 1 if a submission has no grade to give.

    Raises UsageError for a folder that holds no results or no course, GraderError where the
    gradebook cannot be written.
    """
    if lang not in LANGUAGES:
        raise UsageError(f"--lang is one of {', '.join(LANGUAGES)}")
    course = courses.load(root)
    graded = export.load(folder.resolve())
    with course.entered():
        for assignment in dict.fromkeys(grade.assignment for grade in graded.grades.values()):
            _export(course, graded, assignment, lang)
    missing = [grade for grade in graded.grades.values() if grade.status == "not_graded"]
    for grade in missing:
        tell(
            f"{plain(grade.student)} was not graded ({text(grade, 'reason', 'en')}) and is left "
            "as it is in the gradebook: run grader grade again, and export again"
        )
    return 1 if missing else 0


def _export(course: Course, graded: Graded, assignment: str, lang: str) -> None:
    grades = [
        grade
        for grade in graded.grades.values()
        if grade.assignment == assignment and grade.status != "not_graded"
    ]
    checks = _checks(assignment, grades)
    sheets = _sheets(course, graded, grades, checks, lang)
    others = _record(course, assignment, checks, sheets)
    contents = _contents(course, graded, assignment)
    for grade in grades:
        if _is_a_folder(grade.student):
            _penalize(course, assignment, grade.student)
            _write_notebook(course, grade, checks, others, contents, lang)
            _write_page(course, graded, grade)
        else:
            tell(
                f"{plain(grade.student)!r} cannot be the name of a folder: the grade is in the "
                "gradebook, and no notebook or page is written"
            )


def _checks(assignment: str, grades: Sequence[Grade]) -> Checks:
    from grader.exports import nbgrader

    results = {check.id: check for grade in grades for check in grade.checks}
    return Checks(assignment, results, nbgrader.names(results))


def _sheets(
    course: Course, graded: Graded, grades: Sequence[Grade], checks: Checks, lang: str
) -> list[Sheet]:
    from grader.exports.nbgrader import Mark, Sheet

    people = {person.submission: person for person in graded.people}
    sheets = []
    for grade in grades:
        marks = {
            name: Mark(points, told) for name, points, _, told in _marks(grade, checks, Words(lang))
        }
        person = people[grade.submission]
        at = _note(course, grade, handed_in.TIMESTAMP)
        sheets.append(Sheet(person, marks, handed_in.timestamp(at) or person.at))
    return sheets


def _record(
    course: Course, assignment: str, checks: Checks, sheets: Sequence[Sheet]
) -> dict[str, Any]:
    """Write the gradebook; return the metadata of its cells that are no checks."""
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SAWarning, SQLAlchemyError

    from grader.exports import nbgrader

    directory = course.directory
    try:
        with (
            warnings.catch_warnings(),
            Gradebook(directory.db_url, directory.course_id) as book,
        ):
            warnings.filterwarnings("ignore", _NOT_YET_ADDED, SAWarning)
            for remark in nbgrader.record(book, assignment, checks.worth, sheets):
                tell(f"{assignment}: {remark}")
            return nbgrader.others(book, assignment, checks.worth)
    except (SQLAlchemyError, ValueError, OSError) as error:  # ValueError: nbgrader's InvalidEntry
        raise GraderError(
            f"the gradebook {directory.db_url} cannot be written ({error}): close what else uses "
            "it, try nbgrader db upgrade, and export again"
        ) from error


def _penalize(course: Course, assignment: str, student: str) -> None:
    """Let nbgrader, or the plugin that the course is configured with, judge a late submission."""
    import nbformat
    from nbgrader.preprocessors import AssignLatePenalties

    who = {"student": student, "assignment": assignment, "notebook": assignment}
    AssignLatePenalties(config=course.config).preprocess(
        nbformat.v4.new_notebook(),  # type: ignore[no-untyped-call]
        {"nbgrader": {**who, "db_url": course.directory.db_url}},
    )


def _write_notebook(
    course: Course,
    grade: Grade,
    checks: Checks,
    others: Mapping[str, Any],
    contents: Mapping[str, Submission],
    lang: str,
) -> None:
    from grader.exports.nbgrader_notebook import Verdict, written

    submission = contents.get(grade.fingerprint.notebook)
    if submission is None:
        tell(f"the notebook of {plain(grade.student)} is not where it was: only checks are shown")
    notebook = written(
        _read(submission),
        submission.filename if submission else "",
        [
            Verdict(name, check.max_points, f"{text(check, 'title', lang)}\n{told}")
            for name, _, check, told in _marks(grade, checks, Words(lang))
        ],
        others,
    )
    folder = course.folder("autograded", grade.assignment, grade.student)
    export.write(folder / f"{grade.assignment}.ipynb", notebook.encode(errors="replace"))
    _write_notes(course, grade, folder)


def _write_page(course: Course, graded: Graded, grade: Grade) -> None:
    page = graded.page(grade.submission)
    if page is None:
        tell(f"{plain(grade.student)} has no page to hand out: run grader report {graded.folder}")
        return
    folder = course.folder("feedback", grade.assignment, grade.student)
    export.write(folder / f"{grade.assignment}.html", page.read_bytes())
    _write_notes(course, grade, folder)


def _write_notes(course: Course, grade: Grade, folder: Path) -> None:
    """Write what nbgrader needs beside a notebook: when it came, and whose feedback it is.

    Without a secret `nbgrader release_feedback` stops for the whole class: where nothing came by
    `nbgrader submit` there is none, and one that nobody knows takes its place.
    """
    at = _note(course, grade, handed_in.TIMESTAMP)
    if at:
        export.write(folder / handed_in.TIMESTAMP, at)
    elif not (folder / handed_in.TIMESTAMP).exists():
        export.write(folder / handed_in.TIMESTAMP, b"")
    if secret := _note(course, grade, SECRET):
        export.write(folder / SECRET, secret)
    elif not (folder / SECRET).exists():
        export.write(folder / SECRET, secrets.token_hex(64).encode())


def _note(course: Course, grade: Grade, name: str) -> bytes:
    """Return a file that nbgrader put beside a submission; nothing where it did not."""
    if not _is_a_folder(grade.student):
        return b""
    folder = course.folder("submitted", grade.assignment, grade.student)
    try:
        return Source(folder / name).read(_LONGEST_NOTE)
    except (UnreadableError, GraderError):
        return b""


def _contents(course: Course, graded: Graded, assignment: str) -> dict[str, Submission]:
    """Return the submissions by digest, from where they were graded and from the course."""
    places = [course.folder("submitted", assignment, ".").parent]
    if (graded.folder / FILE).is_file():
        with Journal(graded.folder) as journal:
            for submission in graded.grades:
                places += journal.paths(submission)
    found: dict[str, Submission] = {}
    for place in dict.fromkeys(places):
        try:
            found |= {one.digest: one for one in find([place], assignment)}
        except (UsageError, GraderError):  # it is gone, or is nothing that can be searched
            continue
    return found


def _read(submission: Submission | None) -> bytes:
    try:
        return submission.read() if submission else b""
    except (UnreadableError, GraderError):
        return b""


def _is_a_folder(student: str) -> bool:
    """Whether an id can be one folder's name, and no way out of where it stands."""
    return student not in ("", ".", "..") and not set(student) & {"/", "\\", "\0"}


def _marks(
    grade: Grade, checks: Checks, words: Words
) -> Iterator[tuple[str, float, CheckResult, str]]:
    """Yield for each check its cell's name, the student's points, the check and what it says.

    Who was rejected has 0 for each, and the reason.
    """
    mine = {check.id: check for check in grade.checks}
    for check in checks.results.values():
        name = checks.names[check.id]
        if grade.status == "rejected":
            yield name, 0.0, check, "\n".join(["✗", text(grade, "reason", words.lang)])
        elif own := mine.get(check.id):
            yield name, grade.points(own), own, "\n".join(_said(own, grade, words))


def _said(check: CheckResult, grade: Grade, words: Words) -> Iterator[str]:
    """Yield what a check says, line by line."""
    if check.outcome == "passed":
        yield "✓"
    elif check.outcome == "skipped":
        yield "–"
    else:
        yield f"✗ {verdicts.outcome(check, words)}"
    if message := text(check, "message", words.lang):
        yield message
    if check.misconception:
        yield text(check.misconception, "text", words.lang)
    if decision := grade.decided(check):
        yield decided.sentence(decision, grade, words)
