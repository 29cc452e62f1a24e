"""Say whose each file is, in folders, zips and what Moodle, Canvas, Gradescope and nbgrader give.

Only names are looked at, and Gradescope's own list of people; no student's file is opened but a
zip, for the names in it.
"""

from __future__ import annotations

import re
import stat
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.i18n import tr
from grader.core.text import plain
from grader.submissions.archives import (
    MEGABYTE,
    Entry,
    Source,
    UnreadableError,
    list_folder,
    list_zip,
)
from grader.submissions.metadata import UNKNOWN, HandedIn, gradescope
from grader.submissions.model import KINDS, ZIP, best_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.core.i18n import Bilingual

MOODLE_FOLDER = re.compile(r"(?P<name>.+)_(?P<id>[0-9]+)_assignsubmission_[a-z]+_?")
MOODLE_FILE = re.compile(r"(?P<name>.+?)_(?P<id>[0-9]+)_assignsubmission_[a-z]+_(?P<file>.+)")
CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE|_late)?_(?P<id>[0-9]+)_[0-9]+_(?P<file>.+)")
GRADESCOPE = re.compile(r"submission_[0-9]+")
GRADESCOPE_METADATA = "submission_metadata.yml"
CANVAS_RESUBMISSION = re.compile(r"-[0-9]+(?=\.\w+$)")


@dataclass(frozen=True)
class Owned:
    """A file or folder and whose it is; its parts begin inside the student's folder, `where`."""

    student: str
    entry: Entry
    where: Path
    about: HandedIn = UNKNOWN


def owned_files(path: Path, assignment: str | None) -> list[Owned]:
    """Return the files in a folder or zip that are a student's, or themselves one.

    Raises UsageError where there are none, or the path or what is there cannot be read.
    """
    entries = _class_entries(path, assignment)
    owned = [_owner(entry, path) for entry in entries]
    kept = [one for one in owned if one is not None]
    if not kept:
        raise UsageError(nothing_at([path], assignment))
    metadata = [entry for entry in entries if entry.parts == (GRADESCOPE_METADATA,)]
    return list(_submitted_by(kept, metadata[0].source)) if metadata else kept


def nothing_at(paths: Sequence[Path], assignment: str | None) -> Bilingual:
    """Say that nothing was found, and what to do."""
    return tr(
        "No notebook (.ipynb), module (.py) or zip of them{wanted} in {places}. "
        "Give the folder or the zip that holds the students' files.",
        wanted=tr(" for {assignment}", assignment=assignment) if assignment else "",
        places=", ".join(plain(str(path)) for path in paths),
    )


def clean(name: str) -> str:
    """Return a name in one of its Unicode forms, without the surrogates that UTF-8 refuses."""
    encoded = unicodedata.normalize("NFC", name).encode("utf-8", "backslashreplace")
    return encoded.decode("utf-8")


def _submitted_by(owned: list[Owned], metadata: Source) -> Iterator[Owned]:
    """Give Gradescope's submissions to the students that its metadata names, each of a group."""
    try:
        people = gradescope(metadata.read(MEGABYTE * 8))
    except UnreadableError as error:
        raise UsageError(
            tr("{file} was not read: {why}. Export it again.", file=metadata, why=error.why)
        ) from error
    for one in owned:
        for student, about in people.get(one.where.name, [(one.student, one.about)]):
            yield replace(one, student=clean(student), about=about)


def _owner(entry: Entry, path: Path) -> Owned | None:
    """Say whose a file is from the topmost part of its name, or None where it is nobody's."""
    top, *rest = entry.parts
    about = UNKNOWN
    if rest or entry.folder:
        student, parts = top, tuple(rest)
        if match := MOODLE_FOLDER.fullmatch(top):
            student, about = match["id"], HandedIn(name=clean(match["name"]))
    elif match := MOODLE_FILE.fullmatch(top) or CANVAS.fullmatch(top):
        student, late = match["id"], bool(match.groupdict().get("late"))
        about = HandedIn(name=clean(match["name"]), late=late)
        parts = (CANVAS_RESUBMISSION.sub("", match["file"]),)
    elif entry.suffix in KINDS:
        student, parts = PurePosixPath(top).stem, (top,)
    else:
        return None
    return Owned(clean(student), replace(entry, parts=parts), path / top, about)


def _class_entries(path: Path, assignment: str | None) -> list[Entry]:
    """List what a path holds, from the level at which each name is a student's."""
    root, mode = _resolve(path)
    if stat.S_ISDIR(mode):
        course = root.name == "submitted"
        return _level(list_folder(root), assignment, course=course, wrapped=False)
    suffix = path.suffix.lower()
    if not stat.S_ISREG(mode) or suffix not in KINDS:
        raise UsageError(
            tr(
                "{path} is not a notebook (.ipynb), module (.py), zip or folder: give one of "
                "these.",
                path=plain(str(path)),
            )
        )
    file = Entry((path.name,), Source(root), root.stat().st_size)
    return _zip_entries(file, assignment) if suffix == ZIP else [file]


def _resolve(path: Path) -> tuple[Path, int]:
    try:
        root = path.resolve(strict=True)
        return root, root.stat().st_mode
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(
            tr(
                "There is nothing to grade at {path}: it does not exist or cannot be reached. "
                "Check the path.",
                path=plain(str(path)),
            )
        ) from error


def _zip_entries(file: Entry, assignment: str | None) -> list[Entry]:
    try:
        entries = list_zip(file.source)
    except UnreadableError as error:
        raise UsageError(
            tr(
                "{file} was not opened: {why}. Unpack it with care and give that folder; if the "
                "zip is one student's, give the folder that it is in.",
                file=file.source,
                why=error.why,
            )
        ) from error
    level = _level(entries, assignment, course=False, wrapped=True)
    return [file] if _is_one_student(level, assignment) else level


def _level(
    entries: list[Entry], assignment: str | None, *, course: bool, wrapped: bool
) -> list[Entry]:
    """Go down to the folder whose names are the students'.

    That is nbgrader's `submitted`, or the only folder of a zip, or an only folder that holds an
    LMS's names.
    """
    while not course:
        folders = {entry.parts[0] for entry in entries if not _is_top_file(entry)}
        course = "submitted" in folders
        top = "submitted" if course else _only(folders, entries)
        if not top or _is_lms(top):
            return entries
        below = [
            replace(entry, parts=entry.parts[1:])
            for entry in entries
            if entry.parts[0] == top and len(entry.parts) > 1
        ]
        if not (course or wrapped or any(_is_lms(entry.parts[0]) for entry in below)):
            return entries
        entries = below
    return _of_assignment(entries, assignment) if assignment else entries


def _only(folders: set[str], entries: Iterable[Entry]) -> str:
    files = any(_is_top_file(entry) and entry.suffix in KINDS for entry in entries)
    return "" if files or len(folders) != 1 else next(iter(folders))


def _is_top_file(entry: Entry) -> bool:
    return len(entry.parts) == 1 and not entry.folder


def _is_lms(name: str) -> bool:
    patterns = (MOODLE_FOLDER, MOODLE_FILE, CANVAS, GRADESCOPE)
    return any(pattern.fullmatch(name) for pattern in patterns)


def _of_assignment(entries: list[Entry], assignment: str) -> list[Entry]:
    """Leave out other assignments' folders in nbgrader's `<student>/<assignment>/…`."""
    kept = [entry for entry in entries if _folder_below(entry) in {"", assignment}]
    elsewhere = {entry.parts[0] for entry in entries if _folder_below(entry)}
    return [entry for entry in kept if len(entry.parts) > 1 or entry.parts[0] not in elsewhere]


def _folder_below(entry: Entry) -> str:
    folders = entry.parts if entry.folder else entry.parts[:-1]
    return folders[1] if len(folders) > 1 else ""


def _is_one_student(entries: list[Entry], assignment: str | None) -> bool:
    files = [entry for entry in entries if entry.suffix in KINDS]
    if any(_is_lms(entry.parts[0]) for entry in entries):
        return False
    alone = all(len(entry.parts) == 1 and entry.suffix != ZIP for entry in files)
    return not files or (alone and len(best_of(files, assignment)) == 1)
