"""Find the students' submissions: of the files that are each one's, the one to grade.

`look` lists; the bytes stay where they are until `Submission.read` is called. A file that cannot
be used is a submission with a problem, so that its student is told and nobody is lost.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.core.errors import UsageError
from grader.core.i18n import all_of, some_of, tr
from grader.core.text import plain
from grader.submissions import attempts, beside
from grader.submissions.archives import NOTEBOOK, ZIP, Entry, list_archive, list_folder
from grader.submissions.layouts import Owned, clean, listed, nothing_at
from grader.submissions.levels import Course
from grader.submissions.members import MEGABYTE, UnreadableError, too_large
from grader.submissions.metadata import TIMESTAMP, timestamp
from grader.submissions.model import MAX_NOTEBOOK, NO_NOTEBOOK, Submission, best_of, identified
from grader.submissions.recognition import recognized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from grader.core.i18n import Bilingual
    from grader.submissions.layouts import Stray

MENTIONED = 20
LOOKED_AT = 100
"""How many files of a student, who has no notebook by name, are looked into."""

NO_FILE = tr("You handed in a text or a link and no file. Upload your notebook file (.ipynb).")


@dataclass(frozen=True)
class Found:
    """Each student's submission, sorted by id; and the files at the top that are nobody's."""

    submissions: list[Submission]
    strays: list[Stray]


def look(
    paths: Sequence[Path],
    assignment: str | None = None,
    knows: Callable[[str], bool] = lambda _: False,
) -> Found:
    """Find each student's submission, and what is left over.

    Where it is not clear which names are the students', it helps whom the roster `knows`. Raises
    UsageError for a path that does not exist or cannot be read, and where nothing is found;
    GraderError where an archive may not be read.
    """
    students: dict[str, list[Owned]] = {}
    strays: list[Stray] = []
    for path in paths:
        here = listed(Path(path), Course(assignment, knows))
        strays += here.strays
        for owned in here.owned:
            students.setdefault(owned.student, []).append(owned)
    found = [_submission(student, files, assignment) for student, files in students.items()]
    placed = any(one.placed for files in students.values() for one in files)
    told = any(one.source or one.aside or one.problem != NO_NOTEBOOK for one in found)
    if not (placed or told):
        raise UsageError(nothing_at(paths, assignment))
    return Found(identified(found), strays)


def find(paths: Sequence[Path], assignment: str | None = None) -> list[Submission]:
    """Return each student's submission, as `look` does."""
    return look(paths, assignment).submissions


def find_one(folder: Path, student: str, assignment: str) -> Submission:
    """Return what is in a folder that is one student's, named so or not.

    Whatever is amiss with its files is the student's to fix, and the submission's problem; raises
    UsageError where the folder cannot be read.
    """
    owned = [Owned(clean(student), entry, folder) for entry in list_folder(folder)]
    if not owned:
        found = Submission("", student, plain(folder.name), None, NO_NOTEBOOK)
    else:
        found = _submission(student, owned, assignment, _several_files(assignment))
        found = replace(found, problem=found.problem or found.aside, aside=None)
    return identified([found])[0]


def _aside(files: Sequence[Entry]) -> Bilingual:
    """Say which files there are to choose from, by their names from the folder above on."""
    places = [str(one.source.path.parent) for one in files]
    above = f"{Path(os.path.commonpath(places)).parent}{os.sep}"
    names = sorted(str(one.source).removeprefix(above) for one in files)
    return tr(
        "several files could be the one to grade, so none was: {files}. Leave one, or choose the "
        "assignment with --assignment, and run again. If they are several people's, give the "
        "folder that they are in",
        files=some_of(names, MENTIONED) if len(names) > MENTIONED else all_of(names),
    )


def _submission(
    student: str,
    files: list[Owned],
    assignment: str | None,
    several: Callable[[Sequence[Entry]], Bilingual] = _aside,
) -> Submission:
    """Return what a student handed in, of all that is theirs."""
    counting, before = attempts.latest(files, lambda one: one.at)
    fits, earlier = attempts.latest(_fits(counting), attempts.of_folder)
    chosen = _chosen(fits, assignment)
    about = next((one.about for one in counting if one.about.name), counting[0].about)
    old = sorted({_label(one) for one in before if not one.entry.folder})
    old += ["/".join(one.parts) for one in earlier]
    notes = [attempts.named(old)] if old else []
    found = Submission("", student, plain(counting[0].where.name), about=about)
    if not chosen:
        return replace(found, notes=tuple(notes), **_missing(counting))
    if len(chosen) > 1:
        return replace(found, aside=several(chosen))
    (file,) = chosen
    if others := [one for one in fits if one is not file]:
        notes.append(_passed_over(others))
    large = too_large(MAX_NOTEBOOK).said if file.size > MAX_NOTEBOOK else None
    where = next((one.where for one in counting if one.entry.source == file.source), None)
    return replace(
        found,
        filename=plain(file.source.name),
        source=file.source,
        problem=file.problem or large,
        about=replace(about, at=about.at or _timestamp(counting, file)),
        beside=beside.candidates(file, (one.entry for one in counting if one.where == where)),
        notes=(*notes, *filter(None, [file.note])),
    )


def _missing(files: list[Owned]) -> dict[str, Any]:
    """Return what a submission has in which there is nothing to grade: why, and the file if any."""
    looked_at = (recognized(one.entry) for one in files[:LOOKED_AT])
    if wrong := next((entry for entry in looked_at if entry.problem), None):
        return {"problem": wrong.problem, "source": wrong.source, "filename": wrong.source.name}
    return {"problem": NO_FILE if all(one.no_file for one in files) else NO_NOTEBOOK}


def _label(one: Owned) -> str:
    """Return a file's name from that of its student on."""
    own = one.where.name == one.entry.source.name
    return one.where.name if own else "/".join((one.where.name, *one.entry.parts))


def _fits(files: list[Owned]) -> list[Entry]:
    """Return the files of one student that could be the one to grade."""
    folders: dict[Path, list[Entry]] = {}
    for one in files:
        folder = one.where.parent if one.placed else one.where
        folders.setdefault(folder, []).append(one.entry)
    fits = [entry for entries in folders.values() for entry in _fits_here(entries)]
    return best_of({entry.source: entry for entry in fits}.values(), None)


def _fits_here(entries: list[Entry]) -> list[Entry]:
    """Return what could count in one folder of a student: an archive where is no notebook."""
    if not any(entry.kind for entry in entries):
        entries = [recognized(entry) for entry in entries[:LOOKED_AT]]
    if not any(entry.kind == NOTEBOOK for entry in entries):
        entries = [entry for one in entries for entry in _unpacked(one)]
    return best_of(entries, None)


def _unpacked(entry: Entry) -> Iterator[Entry]:
    """Yield the entry; for an archive the files in it that could count, or what is wrong."""
    if entry.kind != ZIP or entry.problem:
        yield entry
        return
    try:
        inside = list_archive(entry.source)
    except UnreadableError as error:
        looked_at = recognized(entry)
        yield looked_at if looked_at.kind != ZIP else replace(entry, problem=error.said)
        return
    problems = [one.problem for one in inside if one.problem]
    if problems:
        yield replace(entry, problem=problems[0])
        return
    usable = [one for one in inside if one.kind != ZIP]
    if not any(one.kind for one in usable):
        usable = [recognized(one) for one in usable[:LOOKED_AT]]
    for one in best_of(usable, None):
        yield replace(one, note=one.note or entry.note, perhaps=entry.perhaps)


def _chosen(fits: list[Entry], assignment: str | None) -> list[Entry]:
    """Return the one that is named after the assignment; all where that tells nothing.

    Nothing is chosen among folders that stand side by side, which may be several people's.
    """
    folders = sorted((one.parts[:-1] for one in fits), key=len)
    deepest = folders[-1] if folders else ()
    if any(one.perhaps for one in fits):
        return fits
    if any(folder != deepest[: len(folder)] for folder in folders):
        return fits
    return best_of(fits, assignment)


def _names(files: Iterable[Entry]) -> str:
    return ", ".join(plain("/".join(one.parts)) for one in list(files)[:MENTIONED])


def _several_files(assignment: str) -> Callable[[Sequence[Entry]], Bilingual]:
    return lambda files: tr(
        "You handed in several notebooks ({names}). Keep only the one that counts, or name it "
        "{name}.ipynb, and hand it in again.",
        names=_names(files),
        name=assignment,
    )


def _passed_over(others: Sequence[Entry]) -> Bilingual:
    return tr(
        "the file that is named after the assignment counts; beside it there is: {files}",
        files=_names(others),
    )


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
