"""A results folder as it is read: its grades and people, its pages, its seeds and sources."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from grader.core.console import tell
from grader.core.errors import GraderError, UsageError
from grader.core.i18n import some_of, tr
from grader.core.results import Grade, Person
from grader.core.text import plain
from grader.storage import origins, pages, students
from grader.storage.journal import FILE, JournalReader
from grader.storage.names import choose_person, suggestion
from grader.submissions.model import Submission, safe_id
from grader.submissions.roster import Roster, read_roster

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grader.core.i18n import Bilingual
    from grader.storage.origins import Origin

RESULTS = "results"
_DAMAGED = 3
_NAMED = 5
"""How many a message names."""


class StoredResults:
    """What a results folder holds, each thing as it is when it is first asked for.

    It neither writes to the journal nor waits for a run: what needs the journal is refused while a
    run writes to it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def read(cls, path: Path) -> StoredResults:
        """Read the grades of a folder. Raises UsageError for one that has none, GraderError."""
        results = cls(path)
        if not results.submissions:
            raise UsageError(
                tr(
                    "{folder} has no results: give the folder that grader grade wrote (its --out)",
                    folder=path,
                )
            )
        return results

    @cached_property
    def submissions(self) -> list[str]:
        """The submissions that have a grade."""
        return sorted(path.stem for path in (self.path / RESULTS).glob("[!.]*.json"))

    @cached_property
    def grades(self) -> Mapping[str, Grade]:
        """The grades by submission, in its order. Raises GraderError, which names the damaged."""
        grades, damaged = {}, []
        for name in self.submissions:
            try:
                grades[name] = self._grade(name)
            except (OSError, ValueError) as error:
                damaged.append(f"{self.file(name)} ({error})")
        if damaged:
            raise GraderError(_unreadable(damaged))
        return grades

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Everybody that the folder knows, and who stands behind a grade alone."""
        known = self._known()
        strangers = self.grades.keys() - {person.submission for person in known}
        known += [Person(self.grades[name].student, submission=name) for name in sorted(strangers)]
        return tuple(known)

    def file(self, submission: str) -> Path:
        """Return where a submission's grade is."""
        return self.path / RESULTS / f"{submission}.json"

    def page(self, submission: str) -> Path | None:
        """Return the student's page, where it was made."""
        path = self.path / pages.FOLDER / f"{submission}.html"
        return path if path.is_file() else None

    @property
    def index(self) -> Path | None:
        """The class's page, where it was made."""
        path = self.path / pages.FOLDER / pages.INDEX
        return path if path.is_file() else None

    def place(self, name: str) -> Path:
        """Return where an export goes that is given no place of its own."""
        return self.path / name

    def find(self, student: str | None) -> str:
        """Return the submission of this id, student or name, or the only one. Raises UsageError."""
        if student is None:
            if len(self.submissions) == 1:
                return self.submissions[0]
            raise UsageError(
                tr(
                    "{folder}: there are several students: name one, such as {known}",
                    folder=self.path,
                    known=", ".join(self.submissions[:_NAMED]),
                )
            )
        same = (name for name, grade in self.grades.items() if grade.student == student)
        for name in chain((student, safe_id(student)), same):
            if name in self.submissions:
                return name
        return self._named(student)

    def _named(self, name: str) -> str:
        """Return the submission of whoever is called so. Raises UsageError."""
        person = choose_person(self._known(), name)
        if person and person.submission in self.submissions:
            return person.submission
        if person:
            raise UsageError(
                tr(
                    "{student} has no grade in {folder}",
                    student=plain(person.student),
                    folder=self.path,
                )
            )
        names = [person.name for person in self._known() if person.submission and person.name]
        raise UsageError(
            tr(
                "there is no student {student} in {folder}; {known}",
                student=repr(name),
                folder=self.path,
                known=suggestion(name, [*self.submissions, *names]),
            )
        )

    def meant(self, word: str, submission: str) -> Bilingual | None:
        """Return who was meant by what was typed, where that is not the id itself."""
        if word.casefold() == submission.casefold():
            return None
        person = next((one for one in self._known() if one.submission == submission), None)
        if person is None:
            return None
        who = plain(person.student) + (f" ({plain(person.name)})" if person.name else "")
        return tr("{word} is {who}", word=repr(word), who=who)

    def grade(self, student: str | None) -> Grade:
        """Return a student's grade, or the only one. Raises UsageError, or GraderError."""
        name = self.find(student)
        try:
            return self._grade(name)
        except (OSError, ValueError) as error:
            raise GraderError(_unreadable([f"{self.file(name)} ({error})"])) from error

    def seed_of(self, grades: Iterable[Grade]) -> str | None:
        """Return the seed that these grades were given with, if it is known. Raises GraderError."""
        with JournalReader(self.path) as journal:
            return journal.seed_of(grades)

    @cached_property
    def origins(self) -> Mapping[str, Origin]:
        """Where each submission came from, as far as that is known. Raises GraderError."""
        if not self.has_journal:
            return {}
        with JournalReader(self.path) as journal:
            return journal.origins()

    def copy(self, grade: Grade) -> Submission | None:
        """Return the copy of what was graded; None where none was kept, or nothing could be read.

        Raises GraderError.
        """
        origin, digest = self.origins.get(grade.submission), grade.fingerprint.notebook
        content = origins.kept(self.path, digest) if digest != origins.NOTHING else None
        if origin is None or content is None:
            return None
        return Submission(grade.submission, grade.student, origin.filename, content)

    def roster(self) -> Roster | None:
        """Return the roster that the folder remembers; None where no run was given one.

        A folder of a version that kept none has its people. Raises GraderError while a run writes.
        """
        remembered = None
        if self.has_journal:
            with JournalReader(self.path) as journal:
                remembered = journal.roster()
        if remembered is None:
            listed = [person for person in self._known() if person.listed]
            people = tuple(
                enumerate((replace(one, submission="", at="", late=False) for one in listed), 2)
            )
            return Roster(self.path / students.FILE, people) if people else None
        path, content = remembered
        with TemporaryDirectory() as folder:
            copy = Path(folder, path.name)
            copy.write_bytes(content)
            return replace(read_roster(copy), path=path)

    def sources(self, submissions: Iterable[str]) -> list[Path]:
        """Return where these submissions were found, as far as it is known. Raises GraderError."""
        if not self.has_journal:
            return []
        with JournalReader(self.path) as journal:
            return [path for name in submissions for path in journal.paths(name)]

    @property
    def has_journal(self) -> bool:
        """Whether there is a journal, as a run leaves it."""
        return (self.path / FILE).is_file()

    def require_journal(self) -> None:
        """Raise UsageError where no run has written."""
        if not self.has_journal:
            raise UsageError(
                tr(
                    "{folder} is not a results folder: give the one that grader grade wrote (its "
                    "--out)",
                    folder=self.path,
                )
            )

    def report(self, lang: str | None) -> Path:
        """Make the pages from the files of the folder; return the class's. Raises GraderError.

        The language is that of the pages that are there, unless one is given.
        """
        if not self.has_journal:
            said = tr("{file} is not there: the pages do not show the seed", file=self.path / FILE)
            tell(said, lang or pages.recall(self.path / pages.FOLDER).lang or "es")
        grades = list(self.grades.values())
        seed = self.seed_of(grades) if self.has_journal else None
        return self.make_pages(grades, seed, lang)

    def make_pages(self, grades: Sequence[Grade], seed: str | None, lang: str | None) -> Path:
        """Make the pages of these grades, whose files are there. Raises GraderError."""
        sources = (pages.Source(grade, self._digest(grade.submission)) for grade in grades)
        return pages.make(self.path, sources, seed, lang, self._known())

    def _digest(self, submission: str) -> str:
        return sha256(self.file(submission).read_bytes()).hexdigest()

    def _known(self) -> list[Person]:
        return students.read(self.path / students.FILE)

    def _grade(self, submission: str) -> Grade:
        grade = Grade.from_json(self.file(submission).read_text(encoding="utf-8"))
        if grade.submission != submission:
            raise ValueError(f"it is the grade of {grade.submission!r}")
        return grade


def _unreadable(damaged: list[str]) -> Bilingual:
    return tr(
        "{files} cannot be read: run grader grade again to write them again",
        files=some_of(damaged, _DAMAGED),
    )
