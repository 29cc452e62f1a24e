"""Who the submissions are of: the roster of a course.

A roster is a CSV file with a column `id`, and where there is something to put in them `name`,
`email`, `group`, and one for each place that knows its people otherwise (`moodle`, `canvas`…); what
places export is read as well (`roster_columns`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.i18n import all_of, joined, tr
from grader.core.results import Person
from grader.core.spreadsheet import UnfitError, alike, plainly
from grader.core.spreadsheet import read as read_sheet
from grader.core.text import plain
from grader.submissions.groups import Claims, Groups, settled
from grader.submissions.model import identified
from grader.submissions.roster_columns import Columns, columns, is_an_id, none_has_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from grader.submissions.model import Submission


@dataclass(frozen=True)
class Roster:
    """The people of a course, each with the row of the file that has them, and their groups."""

    path: Path
    people: tuple[tuple[int, Person], ...]
    groups: Groups = field(default_factory=Groups)

    @cached_property
    def _names(self) -> set[str]:
        own = {key for _, person in self.people for key in keys_of(person)}
        called = {alike(person.name) for _, person in self.people}
        return (own | called | {alike(group) for group in self.groups.by_person.values()}) - {""}

    def knows(self, name: str) -> bool:
        """Whether something bears the id or name of a person, or the name of a group."""
        return bool({name.casefold(), alike(name)} & self._names)

    def find(self, submission: Submission) -> Person | None:
        """Return whose a submission is: by its id, a place's id, the email, or else None.

        Other ids that the place tells count where none of these does, and then the name that it
        tells, or that stands in the place of an id, where one person alone has it.
        """
        known = {submission.student.casefold(), submission.about.email.casefold()} - {""}
        return (
            self._one(submission, known)
            or self._one(submission, {one.casefold() for one in submission.about.also})
            or self._called(submission.about.name, submission.student)
        )

    def _called(self, *names: str) -> Person | None:
        told = {spelling for name in names for spelling in spellings(name)}
        found = [person for _, person in self.people if told & spellings(person.name)]
        return found[0] if len(found) == 1 else None

    def _one(self, submission: Submission, known: set[str]) -> Person | None:
        found = [person for _, person in self.people if known & set(keys_of(person))]
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
    table = [(number, row) for number, row in rows(path) if not _is_of_points(row)]
    if not table:
        raise UsageError(
            tr(
                "{file} lists nobody: it needs a line of column names, then one line per person",
                file=path,
            )
        )
    told = columns([row for _, row in table])
    if told is None:
        raise UsageError(joined(": ", [str(path), none_has_ids(list(table[0][1]))]))
    people = [(number, _person(path, number, row, told)) for number, row in table]
    people = _with_ids(people, table, told)
    _refuse_twice(path, people)
    groups = {row[told.id]: row[told.group] for _, row in table if told.group and row[told.group]}
    return Roster(path, tuple(people), Groups(groups))


def _person(path: Path, number: int, row: Mapping[str, str], told: Columns) -> Person:
    if not row[told.id]:
        raise UsageError(tr("{file}: row {row} has no id", file=path, row=number))
    ids = {place: row[place] for place in told.places if row[place]}
    name = " ".join(filter(None, (row[part] for part in told.name)))
    return Person(row[told.id], "", name, row.get(told.email, ""), ids, listed=True)


def _with_ids(
    people: list[tuple[int, Person]], table: Sequence[tuple[int, Mapping[str, str]]], told: Columns
) -> list[tuple[int, Person]]:
    """Add what doubtful columns hold, of those in which nothing is two people's."""
    for place in told.doubtful:
        texts = [row[place] for _, row in table]
        taken = [{*keys_of(person)} for _, person in people]
        uses = Counter(text.casefold() for text in texts if text)
        others = [
            text.casefold() in keys
            for own, text in enumerate(texts)
            for other, keys in enumerate(taken)
            if text and other != own
        ]
        if any(others) or any(count > 1 for count in uses.values()):
            continue
        if all(map(is_an_id, filter(None, texts))):
            people = [
                (number, replace(one, ids=one.ids | ({place: text} if text else {})))
                for (number, one), text in zip(people, texts, strict=True)
            ]
    return people


def _refuse_twice(path: Path, people: Iterable[tuple[int, Person]]) -> None:
    lines: dict[str, int] = {}
    for number, person in people:
        for key in dict.fromkeys(keys_of(person)):
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


def _is_of_points(row: Mapping[str, str]) -> bool:
    """Whether this is the row of Canvas's gradebook that has no student but points."""
    return "points possible" in next(iter(row.values()), "").casefold()


def spellings(name: str) -> set[str]:
    """Return a name as it compares with others: "Pérez, Ana" is Ana Pérez, and "perezana"."""
    words = re.findall(r"\w+", alike(name))
    joined = {"".join(words[place:] + words[:place]) for place in range(len(words))}
    return {" ".join(sorted(words))} | joined if words else set()


def keys_of(person: Person) -> Iterator[str]:
    """Yield the ids that somebody goes by, as they compare with others'."""
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
                    row=number + 1 + sheet.above,
                )
            )
        cells = map(plainly, sheet.row(number))
        yield number + 1 + sheet.above, dict(zip(columns, cells, strict=True))


def join(
    submissions: Sequence[Submission], roster: Roster | None, deadline: datetime | None = None
) -> tuple[list[Submission], list[Person]]:
    """Return the submissions under the roster's ids, and everybody.

    Those whom the roster does not have keep their ids and come after those it has. What is a
    group's is each member's. Two submissions of one person are set aside.
    """
    claims: Claims = {}
    named: list[Submission] = []
    for one in submissions:
        owner = roster.find(one) if roster else None
        members = roster.groups.members(one) if roster and not owner else []
        for student in [owner.student] if owner else members:
            claims.setdefault(student, []).append(one)
        if not (owner or members):
            named.append(one)
    if roster:
        roster.groups.share(claims)
    named = identified([*named, *(settled(found, student) for student, found in claims.items())])
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


def file_of(submission: Submission) -> str:
    """Return where a submission's file is, for messages."""
    source = submission.source
    return submission.filename if source is None or isinstance(source, bytes) else str(source)
