"""Say whose each file is, in folders, zips and tars, and in what the places of courses hand out.

Names are looked at, Gradescope's own list of people, and the first bytes of a file whose name says
nothing. What is at the top and is nobody's is told too.
"""

from __future__ import annotations

import stat
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.i18n import tr
from grader.core.text import plain
from grader.submissions import levels, places
from grader.submissions.archives import ZIP, Entry, Source, list_archive, list_folder
from grader.submissions.members import MEGABYTE, UnreadableError
from grader.submissions.metadata import UNKNOWN, HandedIn, gradescope
from grader.submissions.recognition import recognized, student_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from grader.core.i18n import Bilingual

GRADESCOPE_METADATA = "submission_metadata.yml"


@dataclass(frozen=True)
class Owned:
    """A file or folder and whose it is; its parts begin inside the student's folder, `where`.

    `at` is the moment or number of the attempt by which its place sorts them, `whole` what sets
    this student's names apart from others'. `no_file` stands for a text or link instead of a file;
    what is `placed` has a name that a place gave it.
    """

    student: str
    entry: Entry
    where: Path
    about: HandedIn = UNKNOWN
    at: str = ""
    whole: str = ""
    no_file: bool = False
    placed: bool = False


@dataclass(frozen=True)
class Stray:
    """A file at the top that is no student's work, and why it is not graded."""

    file: Source
    why: Bilingual


@dataclass(frozen=True)
class Listed:
    """What a path holds."""

    owned: list[Owned] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)


def listed(path: Path, course: levels.Course) -> Listed:
    """Return the files in a folder or archive that are a student's, or themselves one; the others.

    Raises UsageError where there are none, or the path or what is there cannot be read.
    """
    found = Listed()
    entries = _class_entries(path, course)
    tells = levels.has_a_places(entries)
    for top, own in levels.tree(entries).items():
        members = levels.team(own) if places.TEAM.fullmatch(top) else {}
        for entry in own:
            owned = _of_team(entry, path, members) if members else _owned(entry, path, tells=tells)
            found.owned.extend(owned)
            if not owned and entry.parts != (GRADESCOPE_METADATA,):
                why = _BESIDE if entry.beside else entry.problem or _NO_WORK
                found.strays.append(Stray(entry.source, why))
    if not found.owned:
        raise UsageError(nothing_at([path], course.assignment))
    owned = found.owned
    if metadata := [one.source for one in entries if one.parts == (GRADESCOPE_METADATA,)]:
        owned = list(_submitted_by(owned, metadata[0]))
    return replace(found, owned=_told_apart(owned))


_BESIDE = tr("it lies beside the folder of what was handed in")
_NO_WORK = tr("it is not a notebook, module or archive that can be read")


def nothing_at(paths: Sequence[Path], assignment: str | None) -> Bilingual:
    """Say that nothing was found, and what to do."""
    return tr(
        "No notebook (.ipynb), module (.py) or archive of them{wanted} in {places}. "
        "Give the folder or the archive that holds the students' files.",
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
            yield replace(one, student=clean(student), about=about, at=about.at)


def _told_apart(owned: list[Owned]) -> list[Owned]:
    """Give those whom a place's ids do not tell apart the whole of what is theirs for an id."""
    wholes = defaultdict(set)
    for one in owned:
        wholes[one.student].add(one.whole)
    return [
        replace(one, student=one.whole or one.student) if len(wholes[one.student]) > 1 else one
        for one in owned
    ]


def _owned(entry: Entry, path: Path, *, tells: bool) -> list[Owned]:
    """Say whose a file is from the topmost part of its name; nobody's where nothing tells it.

    Where a place `tells` whose work is, nothing else is looked into.
    """
    top, *rest = entry.parts
    if entry.beside:
        return []
    where = path.joinpath(*entry.above, top)
    inside = bool(rest) or entry.folder
    named = places.folder(top) if inside else places.file(top)
    looked_at = entry if inside or (tells and named is None) else recognized(entry)
    if named is not None:
        parts = tuple(rest) if inside else (named.file,)
        return [_named(replace(looked_at, parts=parts), named, where)]
    if inside:
        return [Owned(clean(top), replace(entry, parts=tuple(rest)), where)]
    if looked_at.kind or looked_at.problem != entry.problem:
        return [Owned(clean(student_of(top)), looked_at, where)]
    return []


def _of_team(entry: Entry, path: Path, members: Iterable[str]) -> list[Owned]:
    """Give a file of a team's to each of its members."""
    top, *rest = entry.parts
    inside, where = replace(entry, parts=tuple(rest)), path.joinpath(*entry.above, top)
    people = (places.folder(member) for member in members)
    return [_named(inside, person, where) for person in people if person]


def _named(entry: Entry, named: places.Named, where: Path) -> Owned:
    about = replace(named.about, name=clean(named.about.name))
    whole = clean(named.whole)
    return Owned(
        clean(named.student), entry, where, about, named.at, whole, named.no_file, placed=True
    )


def _class_entries(path: Path, course: levels.Course) -> list[Entry]:
    """List what a path holds, from the level at which each name is a student's."""
    root, mode = _resolve(path)
    if stat.S_ISDIR(mode):
        return levels.of_folder(list_folder(root), root.name, course)
    file = Entry((path.name,), Source(root), root.stat().st_size)
    if stat.S_ISREG(mode):
        file = recognized(file)
    if not file.kind:
        raise UsageError(
            tr(
                "{path} is not a notebook (.ipynb), module (.py), archive (.zip, .tar.gz) or "
                "folder: give one of these.",
                path=plain(str(path)),
            )
        )
    if file.kind != ZIP:
        return [file]
    try:
        return levels.of_archive(file, list_archive(file.source), course)
    except UnreadableError as error:
        raise UsageError(
            tr(
                "{file} was not opened: {why}. Unpack it with care and give that folder; if the "
                "archive is one student's, give the folder that it is in.",
                file=file.source,
                why=error.why,
            )
        ) from error


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
