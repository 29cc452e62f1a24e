"""Grades for the tables that Moodle and Canvas give out and take back."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from grader.assignments import assignment as assignments_
from grader.core import files, spreadsheet
from grader.core.console import tell
from grader.core.errors import AssignmentFault, UsageError
from grader.core.i18n import joined
from grader.core.spreadsheet import UnfitError
from grader.exports import canvas, moodle, ungraded
from grader.exports.zips import zipped
from grader.storage.stored import StoredResults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from grader.core.results import Grade, Person
    from grader.exports.matching import Filled, Owner

    Known = Mapping[str, Person]

FEEDBACK = "feedback.zip"
_MENTIONED = 5


@dataclass(frozen=True)
class MoodleOptions:
    """The options of `grader export moodle`."""

    folder: Path
    worksheet: Path
    out: Path | None
    lang: str
    names: moodle.Names
    replace_comments: bool


@dataclass(frozen=True)
class CanvasOptions:
    """The options of `grader export canvas`."""

    folder: Path
    gradebook: Path
    out: Path | None
    column: str
    assignments: Path | None


@dataclass(frozen=True)
class CanvasColumn:
    """An assignment's results, and its column's name in the gradebook; "" where the title tells.

    `known` is what else is known of the people, by submission.
    """

    results: StoredResults
    column: str
    known: Known = field(default_factory=dict)


def export_moodle(options: MoodleOptions, known: Known | None = None) -> tuple[list[Path], int]:
    """Write the worksheet with grades and a zip of feedback; return where, and the exit status.

    `known` is what else is known of the people, by submission.
    """
    results = StoredResults.read(options.folder)
    owned = _owned(results, known or {})
    with _unfit(options.worksheet):
        filled = moodle.fill(
            spreadsheet.read(_read(options.worksheet)),
            owned,
            options.lang,
            options.names,
            replace_comments=options.replace_comments,
        )
    out = options.out or results.place("moodle")
    written = [_write(out / options.worksheet.name, options.worksheet, filled.data)]
    if feedback := _feedback(results, filled):
        written.append(files.save(out / FEEDBACK, feedback))
    return written, _tell(results, filled, options.worksheet, options.lang)


def export_canvas(options: CanvasOptions) -> tuple[Path, int]:
    """Write the gradebook with an assignment's scores; return where, and the exit status."""
    results = StoredResults.read(options.folder)
    out = options.out or results.place("canvas.csv")
    column = CanvasColumn(results, options.column)
    return export_columns(options.gradebook, out, [column], options.assignments)


def export_columns(
    gradebook: Path, out: Path, columns: Iterable[CanvasColumn], assignments: Path | None
) -> tuple[Path, int]:
    """Write the gradebook with the scores of several; return where, and the exit status."""
    data, filled = _read(gradebook), []
    for one in columns:
        titles = _titles(one.results, assignments)
        with _unfit(gradebook):
            owned = _owned(one.results, one.known)
            now = canvas.fill(spreadsheet.read(data), owned, titles, one.column)
        data = now.data
        filled.append((one.results, now))
    written = _write(out, gradebook, data)
    return written, max(_tell(results, now, gradebook, "en") for results, now in filled)


def _owned(results: StoredResults, known: Known) -> list[tuple[Grade, Person]]:
    """Return the grades, each with whose it is, in the order of the class."""
    grades = results.grades
    return [
        (grades[one.submission], _with(one, known.get(one.submission)))
        for one in results.people
        if one.submission in grades
    ]


def _with(person: Person, known: Person | None) -> Person:
    """Return somebody with what else is known: what the folder says itself comes first."""
    if known is None:
        return person
    return replace(
        person,
        name=person.name or known.name,
        email=person.email or known.email,
        ids=known.ids | person.ids,
    )


@contextmanager
def _unfit(path: Path) -> Iterator[None]:
    """Say which file it is that does not fit."""
    try:
        yield
    except UnfitError as error:
        raise UsageError(joined(": ", [str(path), error.said])) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _write(path: Path, source: Path, data: bytes) -> Path:
    """Write the table, but not over the one that was downloaded. Raises UsageError."""
    if path.resolve() == source.resolve():
        raise UsageError(f"{path} is the downloaded file itself: choose another file with --out")
    return files.save(path, data)


def _titles(results: StoredResults, root: Path | None) -> set[str]:
    """Return what the assignment may be called: its name, and its titles where it is there."""
    names = {grade.assignment for grade in results.grades.values()}
    titles = set(names)
    for name in names:
        try:
            assignment = assignments_.choose(assignments_.folder_of_assignments(root), name)
        except (UsageError, AssignmentFault):
            continue
        titles |= set(assignment.title.values())
    return titles


def _feedback(results: StoredResults, filled: Filled) -> bytes:
    """Return a zip of the students' pages by the folders that Moodle knows; b"" for none."""
    pages = {
        f"{moodle.feedback_folder(line, owner)}/{owner.grade.submission}.html": page
        for line, owner in filled.graded
        if (page := results.page(owner.grade.submission))
    }
    if len(pages) < len(filled.graded):
        without = len(filled.graded) - len(pages)
        tell(
            f"{without} have no page to return: run grader report {results.path}, then export again"
        )
    return zipped({name: _read(page) for name, page in pages.items()}) if pages else b""


def _some(owners: Sequence[Owner]) -> str:
    """Return the first of many."""
    more = len(owners) - _MENTIONED
    names = ", ".join(owner.label for owner in owners[:_MENTIONED])
    return names + (f" and {more} more" if more > 0 else "")


def _tell(results: StoredResults, filled: Filled, path: Path, lang: str) -> int:
    """Say what is not as one would think; return 1 where a submission has no row or no score."""
    for why in dict.fromkeys(why for _, why in filled.kept):
        tell(f"{why}: {_some([owner for owner, other in filled.kept if other == why])}")
    for owner in filled.missing:
        tell(f"no row of {path} is {owner.label}'s: check the id in that file and in the roster")
    return max(ungraded.status(results.grades.values(), lang), 1 if filled.missing else 0)
