"""What goes into the folders of a course of nbgrader's: notebooks with verdicts, and pages."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.core import files
from grader.core.console import tell
from grader.core.errors import GraderError, UsageError
from grader.core.text import plain
from grader.exports.nbgrader_notebook import Verdict, written
from grader.submissions.archives import Source
from grader.submissions.discovery import find
from grader.submissions.members import UnreadableError
from grader.submissions.metadata import TIMESTAMP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from grader.core.results import Grade
    from grader.integrations.nbgrader.course import Course
    from grader.integrations.nbgrader.marks import Line
    from grader.storage.stored import StoredResults
    from grader.submissions.model import Submission

SECRET = "submission_secret.txt"  # noqa: S105 - nbgrader's name of the file
_LONGEST_NOTE = 1000


@dataclass(frozen=True)
class Folders:
    """The folders of an assignment; `submissions` are what was handed in, by digest."""

    course: Course
    results: StoredResults
    submissions: Mapping[str, Submission]

    @classmethod
    def of(cls, course: Course, results: StoredResults, assignment: str) -> Folders:
        """Find the submissions: where they were graded, or else in the course."""
        places = [course.folder("submitted", assignment).parent]
        places += results.sources(results.grades)
        found: dict[str, Submission] = {}
        for place in dict.fromkeys(places):
            try:
                found |= {one.digest: one for one in find([place], assignment)}
            except GraderError:  # it is gone, or is nothing that can be searched
                continue
        return cls(course, results, found)

    def write(
        self, grade: Grade, lines: Iterable[Line], others: Mapping[str, Any]
    ) -> tuple[bool, bool]:
        """Write a student's notebook and page; say what could not be, and return which was.

        Raises UsageError.
        """
        if not is_a_folder(grade.student):
            tell(
                f"{plain(grade.student)!r} cannot be the name of a folder: the grade is in the "
                "gradebook, but no notebook or page is written"
            )
            return False, False
        self._write_notebook(grade, lines, others)
        return True, self._write_page(grade)

    def note(self, grade: Grade, name: str) -> bytes:
        """Return a file that nbgrader put beside a submission; nothing where it did not."""
        if not is_a_folder(grade.student):
            return b""
        folder = self.course.folder("submitted", grade.assignment, grade.student)
        try:
            return Source(folder / name).read(_LONGEST_NOTE)
        except (UnreadableError, GraderError):
            return b""

    def _write_notebook(
        self, grade: Grade, lines: Iterable[Line], others: Mapping[str, Any]
    ) -> None:
        submission = self.results.copy(grade) or self.submissions.get(grade.fingerprint.notebook)
        if submission is None:
            tell(
                f"the graded notebook of {plain(grade.student)} is no longer where it was: "
                "formgrader will show only the checks"
            )
        verdicts = [Verdict(one.cell, one.most, f"{one.title}\n{one.said}") for one in lines]
        filename = submission.filename if submission else ""
        notebook = written(_read(submission), filename, verdicts, others)
        folder = self.course.folder("autograded", grade.assignment, grade.student)
        files.save(folder / f"{grade.assignment}.ipynb", notebook.encode(errors="replace"))
        self._write_notes(grade, folder)

    def _write_page(self, grade: Grade) -> bool:
        page = self.results.page(grade.submission)
        if page is None:
            where = self.results.path
            tell(
                f"{plain(grade.student)} has no page to return: run grader report {where}, "
                "then export again"
            )
            return False
        folder = self.course.folder("feedback", grade.assignment, grade.student)
        try:
            files.save(folder / f"{grade.assignment}.html", page.read_bytes())
        except OSError as error:
            raise UsageError(f"{page} cannot be read: {error.strerror}") from error
        self._write_notes(grade, folder)
        return True

    def _write_notes(self, grade: Grade, folder: Path) -> None:
        """Write what nbgrader needs beside a notebook: when it came, and whose feedback it is.

        Without a secret `nbgrader release_feedback` stops for the whole class; what did not come
        by `nbgrader submit` has none, and gets one that nobody knows.
        """
        made = {TIMESTAMP: b"", SECRET: secrets.token_hex(64).encode()}
        for name, otherwise in made.items():
            if content := self.note(grade, name):
                files.save(folder / name, content)
            elif not (folder / name).exists():
                files.save(folder / name, otherwise)


def is_a_folder(student: str) -> bool:
    """Whether an id can be one folder's name, and no way out of where it stands."""
    return student not in ("", ".", "..") and not set(student) & {"/", "\\", "\0"}


def _read(submission: Submission | None) -> bytes:
    try:
        return submission.read() if submission else b""
    except (UnreadableError, GraderError):
        return b""
