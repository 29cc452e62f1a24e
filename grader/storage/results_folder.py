"""The results folder: what it holds already, what may be added to it, and its files.

Grades of one folder are compared with each other, so all of them have the same checks, sandbox,
seed and grader; what would mix with others is refused before anything is graded.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from grader.core import files
from grader.core.errors import GraderError, UsageError
from grader.exports import csv
from grader.storage import decisions
from grader.submissions import roster

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from grader.core.results import Fingerprint, Grade, Person
    from grader.storage.decisions import Decisions
    from grader.storage.journal import Journal
    from grader.submissions.model import Submission

_RESULTS = "results"
_MENTIONED = 3
_CHANGES = {
    "assignment": "the assignment's files were edited",
    "image": "the sandbox, or its image, is another",
    "grader": "grader, or a library that it uses, is another version",
    "device": "the device is another",
    "seed": "the seed is another",
}


def make(out: Path) -> None:
    """Make the folder. Raises UsageError."""
    try:
        (out / _RESULTS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out} cannot be made a results folder: {error.strerror}") from error


def require_same_terms(
    out: Path,
    journal: Journal,
    submissions: Sequence[Submission],
    assignment: str,
    now: Fingerprint,
    *,
    regrade: bool,
) -> None:
    """Refuse to mix grades: those of a folder have the same terms. Raises UsageError.

    `now` is what the run's grades depend on, whatever the notebook. `regrade` takes the place of
    the submissions' former grades, and so does away with theirs.
    """
    asked = {submission.id for submission in submissions}
    _refuse_other_assignments(out, journal, assignment)
    _refuse_unknown_files(out, journal, asked)
    others = _others(journal, now)
    changes = Counter(change for found in others.values() for change in found)
    if not changes:
        return
    said = f"{out} holds grades ({_some(others)}) given before: " + " and ".join(changes)
    if not regrade:
        raise UsageError(
            f"{said}. Grades are not mixed: grade all again with --regrade, or choose another --out"
        )
    if left := others.keys() - asked:
        raise UsageError(
            f"{said}, and these submissions do not include {_some(left)}. Grades are not mixed: "
            "give all the submissions, or choose another --out"
        )


def lost(out: Path, journal: Journal) -> int:
    """Return how many grades have a file and are not in the journal, so that it was damaged."""
    return len(_files(out) - journal.rows.keys())


def write(out: Path, submission: str, text: bytes) -> None:
    """Write a submission's file. Raises GraderError."""
    _replace(out / _RESULTS / f"{submission}.json", text)


def store(out: Path, journal: Journal, grade: Grade, made: Decisions) -> Grade:
    """Keep a grade in the journal and, with what people decided, in its file; return the latter.

    Raises GraderError.
    """
    text = journal.add(grade)
    decided = made.applied(grade)
    write(out, grade.submission, _text(decided, text))
    return decided


def write_all(out: Path, journal: Journal) -> list[Grade]:
    """Write what is not yet as the journal and people's decisions have it, and grades.csv.

    Return all grades. Raises GraderError.
    """
    made = decisions.read(out)
    grades = [made.applied(grade) for grade in journal.grades()]
    for grade, (_, text) in zip(grades, journal.texts(), strict=True):
        write(out, grade.submission, _text(grade, text))
    _replace(out / "grades.csv", csv.table(grades).encode())
    return grades


def write_people(out: Path, everybody: Sequence[Person]) -> None:
    """Keep who is behind the submissions, with those of earlier runs. Raises GraderError."""
    kept = roster.merged(roster.read(out), everybody)
    _replace(out / roster.FILE, roster.table(kept).encode())


def _text(grade: Grade, journalled: bytes) -> bytes:
    """Return what a grade's file holds: what the journal has, unless people decided something."""
    return grade.to_json().encode() if grade.decisions else journalled


def _refuse_other_assignments(out: Path, journal: Journal, assignment: str) -> None:
    names = {row.assignment for row in journal.rows.values()} - {assignment}
    if names:
        raise UsageError(
            f"{out} holds grades of {', '.join(sorted(names))}: choose another --out for "
            f"{assignment}"
        )


def _refuse_unknown_files(out: Path, journal: Journal, asked: Collection[str]) -> None:
    """Refuse grades of which nobody knows how they were given, unless they are given anew."""
    if unknown := _files(out) - journal.rows.keys() - set(asked):
        raise UsageError(
            f"{out / _RESULTS} holds grades ({_some(unknown)}) that the journal does not know: it "
            "was damaged or removed, or --regrade did not end. Give all the submissions, or choose "
            "another --out"
        )


def _files(out: Path) -> set[str]:
    return {path.stem for path in (out / _RESULTS).glob("[!.]*.json")}


def _others(journal: Journal, now: Fingerprint) -> dict[str, list[str]]:
    """Return the measured submissions whose grades this run could not have given, and why."""
    wanted = asdict(now)
    return {
        name: found
        for name, row in journal.rows.items()
        if row.status != "not_graded"
        and (found := list(_differences(asdict(row.fingerprint), wanted)))
    }


def _differences(then: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    yield from (text for field, text in _CHANGES.items() if then[field] != now[field])


def _some(names: Collection[str]) -> str:
    first = ", ".join(sorted(names)[:_MENTIONED])
    more = len(names) - _MENTIONED
    return f"{first} and {more} more" if more > 0 else first


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, on the disk and not only in memory; leave it if it is so.

    Raises GraderError.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        if path.is_file() and path.read_bytes() == data:
            return
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        files.sync(path.parent)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise GraderError(
            f"{path} cannot be written ({error.strerror}): make room or give access, and run "
            "again; what was graded is in the journal"
        ) from error
