"""Find, in a tree of names, the level at which each name is a student's.

A folder or archive is gone into where its names are a place's, where nbgrader calls it `submitted`,
or where it is the only one with work in it and holds several people's, or folders alone. Each is
judged by what it holds and by whether it is alone, never by the one file in it that fits best.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grader.submissions import places
from grader.submissions.archives import MODULE, NOTEBOOK, ZIP, Entry, list_archive
from grader.submissions.members import UnreadableError
from grader.submissions.model import KINDS, best_of, is_named
from grader.submissions.recognition import is_meant, student_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SUBMITTED = ("submitted", "submitted files", "archivos enviados")
"""What nbgrader and Teams call the folder of what was handed in, beside others."""
_PAIR = 2

Tree = dict[str, list[Entry]]
"""Entries by the topmost part of their names."""


@dataclass(frozen=True)
class Course:
    """What is known beforehand: the assignment, and whether a name is somebody's on the roster."""

    assignment: str | None = None
    knows: Callable[[str], bool] = lambda _: False


def of_folder(entries: list[Entry], name: str, course: Course) -> list[Entry]:
    """Return a folder's entries from the level of the students on."""
    if name == SUBMITTED[0]:
        return _of_assignment(entries, course.assignment)
    return _level(entries, course)


def of_archive(file: Entry, inside: list[Entry], course: Course) -> list[Entry]:
    """Return an archive's entries from the level of the students on; itself if it is one's."""
    level = _level(inside, course)
    if not _is_one_student(inside, level, course):
        return level
    return [replace(file, perhaps=True)]


def tree(entries: Iterable[Entry]) -> Tree:
    """Return entries by the topmost part of their names."""
    found: Tree = {}
    for entry in entries:
        found.setdefault(entry.parts[0], []).append(entry)
    return found


def team(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Return the members' folders in a folder that ILIAS made for a team; nothing for any other."""
    below = tree(_below(entries))
    members = {name: own for name, own in below.items() if not _is_file(own)}
    is_team = members and all(places.ILIAS.fullmatch(name) for name in members)
    return members if is_team else {}


def has_a_places(entries: Iterable[Entry]) -> bool:
    """Whether something has a name that is a place's for sure."""
    named = (_named(own) for own in tree(entries).values())
    return any(one and one.sure for one in named)


def _level(entries: list[Entry], course: Course) -> list[Entry]:
    tops = tree(entries)
    if handed_in := _submitted(tops):
        below = _below(tops[handed_in])
        nbgrader = handed_in == SUBMITTED[0]
        level = _of_assignment(below, course.assignment) if nbgrader else _level(below, course)
        return level + _beside(tops)
    working = [top for top, own in tops.items() if _work(own)]
    folders = [top for top in working if not _is_file(tops[top])]
    if _are_sections({top: _below(tops[top]) for top in folders}):
        opened = [_level(_below(tops[top]), course) for top in folders]
        left = [own for top, own in tops.items() if top not in folders]
        return [entry for own in (*opened, *left) for entry in own]
    others = [top for top, own in tops.items() if top in working or not _is_file(own)]
    return [
        entry
        for top, own in tops.items()
        for entry in _opened(own, course, alone=others == [top], only=folders == [top])
    ]


def _submitted(tops: Tree) -> str:
    """Return the name of the folder of what was handed in; empty where there is none."""
    named = (top for top, own in tops.items() if top.lower() in SUBMITTED and not _is_file(own))
    return next(named, "")


def _beside(tops: Tree) -> list[Entry]:
    """Return the loose work that lies beside the folder of what was handed in."""
    files = [own[0] for own in tops.values() if _is_file(own)]
    return [replace(file, beside=True) for file in files if file.kind in (NOTEBOOK, ZIP)]


def _opened(own: list[Entry], course: Course, *, alone: bool, only: bool) -> list[Entry]:
    """Return the entries of one name: as they are if it is a student's, else those further down.

    It is `alone` where its level has no other folder and no loose work, the `only` folder where no
    other holds work.
    """
    name = own[0].parts[0]
    if _is_file(own):
        return _opened_file(own[0], course, alone=alone)
    is_team = places.TEAM.fullmatch(name) and team(own)
    if places.folder(name) or is_team or course.knows(name):
        return own
    below = _below(own)
    holds = _submitted(tree(below)) or _are_a_places(below) or _has_known(below, course)
    if holds or _is_wrapper(below, course, alone=alone, only=only):
        return _level(below, course)
    return [replace(entry, perhaps=True) for entry in own] if alone else own


def _opened_file(file: Entry, course: Course, *, alone: bool) -> list[Entry]:
    """Return the entries of an archive with a class in it; a file as it is."""
    name = file.parts[0]
    if file.kind != ZIP or file.problem or places.file(name):
        return [file]
    try:
        listed = list_archive(file.source)
    except UnreadableError:
        return [file]
    inside = [replace(entry, above=(*file.above, name)) for entry in listed]
    if alone:
        return of_archive(file, inside, course)
    within = _unwrapped(inside)
    theirs = not course.knows(student_of(name)) and _has_known(within, course)
    return _level(inside, course) if theirs or _are_a_places(within) else [file]


def _has_known(entries: list[Entry], course: Course) -> bool:
    """Whether work among these has the name of somebody on the roster."""
    tops = tree(entries).items()
    return any(
        course.knows(student_of(name) if _is_file(own) else name)
        for name, own in tops
        if _work(own)
    )


def _are_sections(folders: Tree) -> bool:
    """Whether folders side by side are a course's sections: each of people, in folders of theirs.

    Students who have folders in folders call these alike, or have work beside them.
    """
    below = [tree(_work(entries)) for entries in folders.values()]
    names = [name for one in below for name in one]
    if any(_is_file(own) for one in below for own in one.values()) or len(set(names)) < len(names):
        return False
    several = sum(len(one) > 1 for one in below) > 1
    return several and not any(map(places.folder, (*folders, *names)))


def _unwrapped(entries: list[Entry]) -> list[Entry]:
    """Go into folders that hold a folder alone."""
    while len(tops := tree(entries)) == 1 and not _is_file(entries):
        (name,) = tops
        if places.folder(name) or not (below := _below(entries)):
            break
        entries = below
    return entries


def _are_a_places(entries: Iterable[Entry]) -> bool:
    """Whether all that holds work, or each folder if none does, has a name for sure a place's."""
    tops = list(tree(entries).values())
    told = [own for own in tops if _work(own)] or [own for own in tops if not _is_file(own)]
    named = [_named(own) for own in told]
    return bool(named) and all(one and one.sure for one in named)


def _is_wrapper(entries: list[Entry], course: Course, *, alone: bool, only: bool) -> bool:
    """Whether a folder with these entries holds several people's work, or a folder with it."""
    tops = {name: own for name, own in tree(entries).items() if _work(own)}
    if alone and any(_named(own) for own in tops.values()):
        return True
    files = [own[0].kind or NOTEBOOK for own in tops.values() if _is_file(own)]
    direct = [kind for kind in files if kind != MODULE]
    folders = [name for name, own in tops.items() if not _is_file(own)]
    notebooks = [name for name in folders if any(one.kind != MODULE for one in _work(tops[name]))]
    folders = notebooks or ([] if direct else folders)
    if any(places.VERSION.fullmatch(name) for name in folders):
        return False
    if folders == [course.assignment] and not files:
        return alone and _is_wrapper(_below(tops[folders[0]]), Course(), alone=True, only=True)
    if not folders:
        kind = next((one for one in KINDS if one in files), "")
        loose = [name for name, own in tops.items() if (own[0].kind or NOTEBOOK) == kind]
        return alone and len(loose) > 1 and not _are_drafts(loose, course.assignment)
    several = len(folders) > 1
    if files:
        return alone and (several or len(direct) > 1)
    return (several and only) or alone


def _are_drafts(names: list[str], assignment: str | None) -> bool:
    """Whether files may be a draft and the work itself; they may be two people's as well."""
    return len(names) == _PAIR and any(is_named(name, assignment) for name in names)


def _is_one_student(inside: list[Entry], level: list[Entry], course: Course) -> bool:
    """Whether all the work in an archive is one student's, so that its name is the archive's."""
    tops = {name: own for name, own in tree(level).items() if _work(own)}
    files = [entry for own in tops.values() for entry in _work(own)]
    if any(set(SUBMITTED) & {part.lower() for part in entry.parts[:-1]} for entry in inside):
        return False
    if any(map(_named, tree(level).values())) or any(one.kind == ZIP for one in files):
        return False
    if _has_known(level, course):
        return False
    if len(tops) <= 1:
        return True
    best = [entry.parts[-1] for entry in best_of(files, None)]
    loose = all(len(entry.parts) == 1 for entry in files)
    return loose and (len(best) == 1 or _are_drafts(best, course.assignment))


def _named(own: list[Entry]) -> places.Named | None:
    name = own[0].parts[0]
    return places.file(name) if _is_file(own) else places.folder(name)


def _work(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.kind or is_meant(entry)]


def _is_file(own: list[Entry]) -> bool:
    return len(own) == 1 and len(own[0].parts) == 1 and not own[0].folder


def _below(entries: Iterable[Entry]) -> list[Entry]:
    return [
        replace(entry, parts=entry.parts[1:], above=(*entry.above, entry.parts[0]))
        for entry in entries
        if len(entry.parts) > 1
    ]


def _of_assignment(entries: list[Entry], assignment: str | None) -> list[Entry]:
    """Leave out other assignments' folders in nbgrader's `<student>/<assignment>/…`."""
    if not assignment:
        return entries
    kept = [entry for entry in entries if _folder_below(entry) in {"", assignment}]
    elsewhere = {entry.parts[0] for entry in entries if _folder_below(entry)}
    return [entry for entry in kept if len(entry.parts) > 1 or entry.parts[0] not in elsewhere]


def _folder_below(entry: Entry) -> str:
    folders = entry.parts if entry.folder else entry.parts[:-1]
    return folders[1] if len(folders) > 1 else ""
