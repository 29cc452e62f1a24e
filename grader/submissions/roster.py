"""Who the submissions are of: the roster of a course.

A roster is a CSV file with a column `id`, and where there is something to put in them `name`,
`email`, and one for each place that knows its people otherwise (`moodle`, `canvas`, `github`…).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.i18n import all_of, joined, tr
from grader.core.results import Person
from grader.core.spreadsheet import UnfitError, plainly
from grader.core.spreadsheet import read as read_sheet
from grader.core.text import plain
from grader.submissions.model import identified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from grader.submissions.model import Submission

_MENTIONED = 10


@dataclass(frozen=True)
class Roster:
    """The people of a course, each with the row of the file that has them."""

    path: Path
    people: tuple[tuple[int, Person], ...]

    def find(self, submission: Submission) -> Person | None:
        """Return whose a submission is: by its id, a place's id, the email, or else None."""
        known = {submission.student.casefold(), submission.about.email.casefold()} - {""}
        found = [person for _, person in self.people if known & set(_keys(person))]
        if len(found) > 1:
            raise UsageError(
                tr(
                    "{file}: {student} could be {names}: give each person an id that nobody else "
                    "has",
                    file=self.path,
                    student=plain(submission.student),
                    names=all_of(plain(person.student) for person in found),
                )
            )
        return found[0] if found else None


def read_roster(path: Path) -> Roster:
    """Read a roster. Raises UsageError for one that is none, or has an id twice."""
    people: list[tuple[int, Person]] = []
    lines: dict[str, int] = {}
    for number, row in rows(path):
        if "id" not in row:
            raise UsageError(
                tr("{file}: the first line names the columns, but none is called id", file=path)
            )
        if not row["id"]:
            raise UsageError(tr("{file}: row {row} has no id", file=path, row=number))
        ids = {key: value for key, value in row.items() if key not in _GIVEN and value}
        person = Person(row["id"], "", row.get("name", ""), row.get("email", ""), ids, listed=True)
        for key in dict.fromkeys(_keys(person)):
            if key in lines:
                raise UsageError(
                    tr(
                        "{file}: {key} is in row {first} and in row {second}: an id belongs to one "
                        "person; remove one",
                        file=path,
                        key=plain(key),
                        first=lines[key],
                        second=number,
                    )
                )
            lines[key] = number
        people.append((number, person))
    if not people:
        raise UsageError(
            tr(
                "{file} lists nobody: it needs a line of column names, then one line per person",
                file=path,
            )
        )
    return Roster(path, tuple(people))


_GIVEN = ("id", "name", "email")


def _keys(person: Person) -> Iterator[str]:
    yield from (
        key.casefold() for key in (person.student, person.email, *person.ids.values()) if key
    )


def rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a table that a spreadsheet wrote, from 2, by the columns' names."""
    try:
        sheet = read_sheet(path.read_bytes())
    except OSError as error:
        raise UsageError(
            tr("{file} cannot be read: {why}", file=path, why=error.strerror)
        ) from error
    except UnfitError as error:
        raise UsageError(joined(": ", [str(path), error.said])) from error
    columns = [name.strip().lower() for name in sheet.header]
    for number in sheet.numbers:
        if len(sheet.raw[number]) > len(columns):
            raise UsageError(
                tr(
                    "{file}: row {row} has more cells than the first line has columns",
                    file=path,
                    row=number + 1,
                )
            )
        cells = map(plainly, sheet.row(number))
        yield number + 1, dict(zip(columns, cells, strict=True))


def join(
    submissions: Sequence[Submission], roster: Roster | None, deadline: datetime | None = None
) -> tuple[list[Submission], list[Person]]:
    """Return the submissions under the roster's ids, and everybody.

    Those whom the roster does not have keep their ids and come after those it has. Raises
    UsageError where two submissions are one person's.
    """
    owners = [roster.find(submission) if roster else None for submission in submissions]
    _refuse_rivals(submissions, owners)
    named = identified(
        replace(one, student=owner.student) if owner else one
        for one, owner in zip(submissions, owners, strict=True)
    )
    listed = {person.student: person for _, person in roster.people} if roster else {}
    people = dict(listed)
    for submission in named:
        about = submission.about
        known = listed.get(submission.student) or Person(
            submission.student, listed=False if roster else None
        )
        people[submission.student] = replace(
            known,
            submission=submission.id,
            name=known.name or about.name,
            email=known.email or about.email,
            at=about.at,
            late=about.late or _is_late(about.at, deadline),
        )
    return named, list(people.values())


def _is_late(at: str, deadline: datetime | None) -> bool:
    return bool(at and deadline and datetime.fromisoformat(at) > deadline)


def _refuse_rivals(submissions: Iterable[Submission], owners: Iterable[Person | None]) -> None:
    files: dict[str, list[str]] = {}
    for submission, owner in zip(submissions, owners, strict=True):
        if owner is not None:
            files.setdefault(owner.student, []).append(file_of(submission))
    rivals = [
        joined("", [f"  {plain(student)}: ", all_of(sorted(found))])
        for student, found in files.items()
        if len(found) > 1
    ]
    if rivals:
        raise UsageError(
            tr(
                "According to the roster, these belong to one person:\n{rivals}\nRemove all but "
                "one, or correct the roster.",
                rivals=joined("\n", rivals[:_MENTIONED]),
            )
        )


def file_of(submission: Submission) -> str:
    """Return where a submission's file is, for messages."""
    source = submission.source
    return submission.filename if source is None or isinstance(source, bytes) else str(source)
