"""Find the students' submissions: of the files that are each one's, the one to grade.

`find` lists; the bytes stay where they are until `Submission.read` is called. A file that cannot
be used is a submission with a problem, so that its student is told and nobody is lost.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.i18n import all_of, joined, tr
from grader.core.text import plain
from grader.submissions.archives import (
    MEGABYTE,
    Entry,
    UnreadableError,
    list_folder,
    list_zip,
    too_large,
)
from grader.submissions.layouts import Owned, clean, nothing_at, owned_files
from grader.submissions.metadata import TIMESTAMP, timestamp
from grader.submissions.model import (
    MAX_NOTEBOOK,
    NO_NOTEBOOK,
    NOTEBOOK,
    ZIP,
    Submission,
    best_of,
    identified,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.core.i18n import Bilingual

MENTIONED = 10


def find(paths: Sequence[Path], assignment: str | None = None) -> list[Submission]:
    """Return each student's submission, sorted by id.

    In a folder, each notebook, module or zip is a student's and so is each sub-folder, unless
    the names are an LMS's. A zip with a single notebook is one student's, any other a class's.
    Raises UsageError for a path that does not exist or cannot be read, where nothing is found,
    and where a student has two files that fit; GraderError where a zip may not be read.
    """
    students: dict[str, list[Owned]] = {}
    for path in paths:
        for owned in owned_files(Path(path), assignment):
            students.setdefault(owned.student, []).append(owned)
    fits = {student: _fits(files, assignment) for student, files in students.items()}
    _refuse_rivals(fits)
    if not any(fits.values()):
        raise UsageError(nothing_at(paths, assignment))
    found = [_submission(student, files, fits[student]) for student, files in students.items()]
    return identified(found)


def find_one(folder: Path, student: str, assignment: str) -> Submission:
    """Return what is in a folder that is one student's, named so or not.

    Whatever is amiss with its files is the student's to fix, and the submission's problem; raises
    UsageError where the folder cannot be read.
    """
    owned = [Owned(clean(student), entry, folder) for entry in list_folder(folder)]
    fits = _fits(owned, assignment)
    if owned and len(fits) < len(("one", "another")):
        found = _submission(student, owned, fits)
    else:
        problem = _several_files(fits, assignment) if fits else NO_NOTEBOOK
        found = Submission("", student, plain(folder.name), None, problem)
    return identified([found])[0]


def _several_files(files: Iterable[Entry], assignment: str) -> Bilingual:
    return tr(
        "You handed in several notebooks ({names}). Keep only the one that counts, or name it "
        "{name}.ipynb, and hand it in again.",
        names=_names(files),
        name=assignment,
    )


def _fits(files: list[Owned], assignment: str | None) -> list[Entry]:
    """Return the files of one student that could be the one to grade."""
    places: dict[Path, list[Entry]] = {}
    for one in files:
        places.setdefault(one.where, []).append(one.entry)
    fits = [entry for entries in places.values() for entry in _fits_here(entries, assignment)]
    return best_of({entry.source: entry for entry in fits}.values(), assignment)


def _fits_here(entries: list[Entry], assignment: str | None) -> list[Entry]:
    """Return what could count in one folder of a student: a zip where there is no notebook."""
    if not any(entry.suffix == NOTEBOOK for entry in entries):
        entries = [entry for one in entries for entry in _unpacked(one, assignment)]
    return best_of(entries, assignment)


def _unpacked(entry: Entry, assignment: str | None) -> Iterator[Entry]:
    """Yield the entry; for a zip, the one file in it that counts, or what is wrong with it."""
    if entry.suffix != ZIP or entry.problem:
        yield entry
        return
    try:
        inside = list_zip(entry.source)
    except UnreadableError as error:
        yield replace(entry, problem=error.said)
        return
    problems = [one.problem for one in inside if one.problem]
    best = best_of([one for one in inside if one.suffix != ZIP], assignment)
    if problems:
        yield replace(entry, problem=problems[0])
    elif len(best) > 1:
        yield replace(entry, problem=_several(_names(best)))
    else:
        yield from best


def _names(files: Iterable[Entry]) -> str:
    return ", ".join(plain("/".join(one.parts)) for one in list(files)[:3])


def _several(names: str) -> Bilingual:
    return tr(
        "The zip contains several notebooks ({names}). Keep only the one that counts and hand "
        "it in again.",
        names=names,
    )


def _refuse_rivals(fits: dict[str, list[Entry]]) -> None:
    rivals = [
        joined("", [f"  {plain(student)}: ", all_of(str(one.source) for one in files[:MENTIONED])])
        for student, files in fits.items()
        if len(files) > 1
    ]
    if more := rivals[MENTIONED:]:
        rivals[MENTIONED:] = [tr("  and {count} students more", count=len(more))]
    if rivals:
        raise UsageError(
            tr(
                "A student hands in one file for an assignment, but here there are several:\n"
                "{rivals}\nRemove all but one, choose the assignment with --assignment, or name "
                "the notebook after the assignment. If this folder is the whole class's, give the "
                "folder itself.",
                rivals=joined("\n", rivals),
            )
        )


def _submission(student: str, files: list[Owned], fits: list[Entry]) -> Submission:
    about = next((one.about for one in files if one.about.name), files[0].about)
    if not fits:
        problems = [one.entry.problem for one in files if one.entry.problem]
        problem, filename = (*problems, NO_NOTEBOOK)[0], plain(files[0].where.name)
        return Submission("", student, filename, None, problem, about)
    (file,) = fits
    at = about.at or _timestamp(files, file)
    large = too_large(MAX_NOTEBOOK).said if file.size > MAX_NOTEBOOK else None
    filename = plain(file.source.name)
    about = replace(about, at=at)
    return Submission("", student, filename, file.source, file.problem or large, about)


def _timestamp(files: list[Owned], file: Entry) -> str:
    """Return the moment that nbgrader noted beside a file, if it did."""
    beside = (*file.parts[:-1], TIMESTAMP)
    for one in files:
        if one.entry.parts == beside and not one.entry.problem:
            try:
                return timestamp(one.entry.source.read(MEGABYTE))
            except UnreadableError:
                return ""
    return ""
