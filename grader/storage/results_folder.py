"""The results folder, as the one run that writes to it has it: nobody else writes its files.

The journal comes first. The files are written from it and from what people decided, so that a run
that is killed leaves none that is wrong, and the next run puts right what is missing.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.core import files
from grader.core.console import tell
from grader.core.errors import GraderError, UsageError
from grader.core.i18n import tr
from grader.exports import csv
from grader.storage import decisions, origins, pages, students, terms
from grader.storage.journal import Journal
from grader.storage.stored import RESULTS, StoredResults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grader.core.console import Tell
    from grader.core.results import Decision, Fingerprint, Grade, Person
    from grader.storage.decisions import Decisions
    from grader.storage.origins import Origin
    from grader.submissions.model import Submission


class ResultsFolder:
    """A results folder that this run alone writes to: `with ResultsFolder.open(path) as results`.

    `decided` is what people decided; `StoredResults` reads a folder, whoever writes to it.
    """

    def __init__(self, path: Path, journal: Journal, decided: Decisions, tell: Tell) -> None:
        self.path = path
        self.journal = journal
        self.decided = decided
        self.tell = tell

    @classmethod
    @contextmanager
    def open(cls, path: Path, tell: Tell = tell) -> Iterator[ResultsFolder]:
        """Take a folder, made where it is not there. Raises UsageError, GraderError.

        `tell` is told of what is amiss and does not matter, such as what is left of a decision
        that was never made.
        """
        try:
            (path / RESULTS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                tr(
                    "{path} cannot be used as a results folder: {why}",
                    path=path,
                    why=error.strerror,
                )
            ) from error
        with Journal(path) as journal:
            decided = decisions.read(path)
            if decided.torn:
                tell(decided.torn)
            yield cls(path, journal, decided, tell)

    @property
    def has_pages(self) -> bool:
        """Whether pages were made."""
        return bool(pages.recall(self.path / pages.FOLDER).lang)

    @property
    def lost(self) -> set[str]:
        """The submissions whose files are there and that the journal has lost, being damaged."""
        return set(StoredResults(self.path).submissions) - self.journal.rows.keys()

    def begin(
        self,
        seed: str,
        submissions: Sequence[Submission],
        paths: Sequence[Path],
        assignment: str,
        now: Fingerprint,
        *,
        regrade: bool,
        copies: bool = True,
    ) -> None:
        """Refuse what would mix grades; store what a run begins with. Raises UsageError.

        `paths` are where the submissions were found; `now` is what the run's grades depend on,
        whatever the notebook. `regrade` forgets the submissions' former grades; `copies` keeps what
        was handed in.
        """
        asked = {one.id for one in submissions}
        lost = self.lost
        terms.refuse_other_assignments(self.journal, assignment)
        terms.refuse_unknown(self.path / RESULTS, lost - asked)
        terms.refuse_others(self.journal, asked, now, regrade=regrade)
        terms.refuse_other_ids(self.journal, submissions)
        if lost:
            self.tell(
                tr(
                    "the journal lacks grades whose files exist ({count}): those submissions are "
                    "graded again",
                    count=len(lost),
                )
            )
        sources = {one.id: origin(one, paths) for one in submissions}
        self.journal.begin(seed, sources, forget=sources if regrade else ())
        self.journal.locate({one.id: self._handed_in(one, keep=copies) for one in submissions})

    def _handed_in(self, submission: Submission, *, keep: bool) -> Origin:
        """Return where a submission came from; keep a copy of it, if so asked."""
        content = origins.content(submission)
        if keep and content is not None:
            origins.keep(self.path, content)
        return origins.origin(submission, content)

    def store(self, grade: Grade) -> Grade:
        """Keep a grade in the journal and, with what people decided, in its file.

        Return the latter. Raises GraderError.
        """
        text = self.journal.add(grade)
        decided = self.decided.applied(grade)
        self._write_grade(decided, text)
        return decided

    def decide(self, decision: Decision) -> None:
        """Store what a person decided. Raises GraderError."""
        decisions.append(self.path, decision)
        self.decided = decisions.read(self.path)

    def write_all(self) -> list[Grade]:
        """Write what is not yet as the journal and people's decisions have it, and grades.csv.

        Return all grades. Raises GraderError.
        """
        grades = [self.decided.applied(grade) for grade in self.journal.grades()]
        for grade, (_, text) in zip(grades, self.journal.texts(), strict=True):
            self._write_grade(grade, text)
        self._write("grades.csv", csv.table(grades).encode())
        return grades

    def write_people(self, everybody: Sequence[Person]) -> list[Person]:
        """Keep who is behind the submissions, with those of earlier runs; return all of them.

        Raises GraderError.
        """
        people = students.merged(students.read(self.path / students.FILE), everybody)
        self._write(students.FILE, students.table(people).encode())
        return people

    def write_pages(self, grades: Sequence[Grade], lang: str | None = None) -> Path | None:
        """Make the pages of these grades, whose files are there; return the class's.

        Where they cannot be made say so, for what was stored is stored.
        """
        try:
            seed = self.journal.seed_of(grades)
            return StoredResults(self.path).make_pages(grades, seed, lang)
        except GraderError as error:
            self.tell(error.said)
            return None

    def _write_grade(self, grade: Grade, journalled: bytes) -> None:
        """Write a submission's file: what the journal has, unless people decided something."""
        text = grade.to_json().encode() if grade.decisions else journalled
        self._write(f"{RESULTS}/{grade.submission}.json", text)

    def _write(self, name: str, data: bytes) -> None:
        path = self.path / name
        try:
            files.write(path, data)
        except OSError as error:
            raise GraderError(
                tr(
                    "{path} cannot be written ({why}): make room or give access, and run again; "
                    "what was graded is in the journal",
                    path=path,
                    why=error.strerror,
                )
            ) from error


def origin(submission: Submission, paths: Sequence[Path]) -> list[Path]:
    """Return those of the given paths in which a submission was found."""
    if submission.source is None or isinstance(submission.source, bytes):
        return list(paths)
    file = submission.source.path
    return [path for path in paths if file.is_relative_to(path.resolve())]
