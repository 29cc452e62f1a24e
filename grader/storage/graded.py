"""What exports are made of: a results folder's grades, people and pages, and where they go."""

from __future__ import annotations

import io
import stat
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.core.console import tell
from grader.core.errors import UsageError
from grader.core.results import Person, text
from grader.core.text import plain
from grader.storage import report
from grader.submissions import roster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from grader.core.results import Grade

_MENTIONED = 5
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can tell


@dataclass(frozen=True)
class Graded:
    """A results folder: its grades by submission, and the people that it knows, all of them."""

    folder: Path
    grades: Mapping[str, Grade]
    people: tuple[Person, ...]

    def page(self, submission: str) -> Path | None:
        """Return the student's page, where it was made."""
        path = self.folder / report.FOLDER / f"{submission}.html"
        return path if path.is_file() else None

    def grade_of(self, student: str | None) -> Grade:
        """Return a student's grade, or the only one. Raises UsageError."""
        found = [
            grade
            for grade in self.grades.values()
            if student is None or student in {grade.student, grade.submission}
        ]
        if len(found) == 1:
            return found[0]
        known = ", ".join(plain(name) for name in list(self.grades)[:_MENTIONED])
        whose = f"nobody is called {plain(student)}" if student else "there are several students"
        raise UsageError(f"{self.folder}: {whose}: name one, such as {known}")


def load(folder: Path) -> Graded:
    """Read a results folder. Raises UsageError where there are none, GraderError for damage."""
    grades = report.stored(folder)
    if not grades:
        raise UsageError(
            f"{folder} holds no results: give the folder that grader grade wrote (its --out)"
        )
    by_submission = {grade.submission: grade for grade in grades}
    known = roster.read(folder)
    strangers = by_submission.keys() - {person.submission for person in known}
    known += [Person(by_submission[name].student, submission=name) for name in sorted(strangers)]
    return Graded(folder, by_submission, tuple(known))


def status(grades: Iterable[Grade]) -> int:
    """Say who was not graded, and what to do; return the exit status: 1 if there is one, else 0."""
    lost = [grade for grade in grades if grade.status == "not_graded"]
    for grade in lost[:_MENTIONED]:
        tell(
            f"{grade.student} was not graded ({text(grade, 'reason', 'en')}), and has no score: "
            "run grader grade again, and export again"
        )
    if more := lost[_MENTIONED:]:
        tell(f"nor were {len(more)} more")
    return 1 if lost else 0


def write(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all; return where. Raises UsageError."""
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    return path


def zipped(files: Mapping[str, bytes], mode: Callable[[str], int] = lambda _: 0o644) -> bytes:
    """Return a zip of these files by name; the same files give the same bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(name, _LONG_AGO)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # Unix, whose modes these are
            member.external_attr = (stat.S_IFREG | mode(name)) << 16
            archive.writestr(member, content)
    return data.getvalue()
