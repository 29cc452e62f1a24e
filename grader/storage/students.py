"""students.csv: who is behind the submissions of a results folder."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.core.results import Person
from grader.core.spreadsheet import neutral
from grader.submissions.roster import rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE = "students.csv"
_OWN = ("student", "submission", "name", "email", "submitted_at", "late", "listed")


def table(people: Iterable[Person]) -> str:
    """Return students.csv: a line for everybody, in the order given."""
    everybody = list(people)
    places = sorted({place for person in everybody for place in person.ids})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_OWN, *places])
    for one in everybody:
        listed = "" if one.listed is None else _WORD[one.listed]
        own = (one.student, one.submission, one.name, one.email, one.at, _WORD[one.late], listed)
        ids = (one.ids.get(place, "") for place in places)
        writer.writerow([neutral(cell) for cell in (*own, *ids)])
    return text.getvalue()


_WORD = {True: "yes", False: "no"}


def read(path: Path) -> list[Person]:
    """Return the people of a file; none where no run wrote it. Raises UsageError."""
    if not path.is_file():
        return []
    found = []
    for _, row in rows(path):
        student, submission, name, email, at, late, listed = (row.pop(key, "") for key in _OWN)
        ids = {place: value for place, value in row.items() if value}
        known = {"yes": True, "no": False}.get(listed)
        found.append(Person(student, submission, name, email, ids, at, late == "yes", known))
    return found


def merged(before: Iterable[Person], now: Iterable[Person]) -> list[Person]:
    """Return everybody of a folder: those of this run, then those of earlier runs alone.

    What this run does not know of a person is as it was: what else the roster had, where there is
    none now; what was handed in earlier, where these submissions are others.
    """
    earlier = {person.student: person for person in before}
    people = [_filled(person, earlier.get(person.student)) for person in now]
    known = {person.student for person in people}
    submissions = {person.submission for person in people} - {""}
    return people + [
        person
        for person in earlier.values()
        if person.student not in known and person.submission not in submissions
    ]


def _filled(person: Person, before: Person | None) -> Person:
    if before is None:
        return person
    if not person.submission:
        person = replace(person, submission=before.submission, at=before.at, late=before.late)
    if person.listed is not None:
        return person
    return replace(
        person,
        name=person.name or before.name,
        email=person.email or before.email,
        ids=person.ids or before.ids,
        listed=before.listed,
    )
