"""What the places that courses live in call the folders and files they hand out.

Each tells whose something is by its name alone, and some when it was handed in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from grader.submissions.metadata import UNKNOWN, HandedIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Reader = Callable[[str], "Named | None"]

LONGEST = 255  # characters of a name on a disk

MOODLE_FOLDER = re.compile(r"(?P<name>.+)_(?P<id>[0-9]+)_assignsubmission_[a-z]+_?")
MOODLE_FILE = re.compile(r"(?P<name>.+?)_(?P<id>[0-9]+)_assignsubmission_[a-z]+_(?P<file>.+)")
CANVAS_UPLOAD = re.compile(r"_([0-9]+)_([0-9]+)_")
CANVAS_NO_FILE = re.compile(
    r"(?P<name>.+?)(?P<late>_LATE|_late)?_(?P<id>[0-9]+)_(?P<what>text|link)\.html?"
)
CANVAS_ANONYMOUS = re.compile(
    r"anon(?:ymous)?(?P<late>_LATE|_late)?_(?P<id>[A-Za-z0-9]{5})(?:_LATE|_late)?"
    r"_(?:[0-9]+_(?P<file>.+)|(?P<what>text|link)\.html?)"
)
CANVAS_RESUBMISSION = re.compile(r"-[0-9]+(?=\.\w+$)")
GRADESCOPE = re.compile(r"submission_[0-9]+")
BLACKBOARD = re.compile(
    r"(?P<whose>.+)_(?:group)?attempt_(?P<at>[0-9]{4}(?:-[0-9]{2}){5})(?:\.txt|_(?P<file>.+))"
)
BRIGHTSPACE = re.compile(
    r"(?P<id>[0-9]+)-(?P<other>[0-9]+) - (?P<name>.+?) - "
    r"(?P<at>[^-]{3,24}?[0-9]{4},? [0-9]{3,4}(?: ?[AaPp]\.? ?[Mm]\.?)?)(?: - (?P<file>.+))?"
)
SAKAI = re.compile(r"(?P<name>[^()]+,[^()]+)\((?P<id>[^()\s]+)\)")
ILIAS = re.compile(r"(?P<last>[^_]+)_(?P<first>[^_]+)_(?P<login>[^_]+)_(?P<id>[0-9]+)")
TEAM = re.compile(r"team[ _]+[0-9]+", re.IGNORECASE)
VERSION = re.compile(r"vers\w+ (?P<number>[0-9]{1,6})", re.IGNORECASE)
STAMPED = re.compile(r"(?P<at>20[0-9]{12})_.+")

_MONTHS = ("jan ene", "feb", "mar mär", "apr abr", "may mai", "jun", "jul", "aug ago", "sep set",
           "oct okt", "nov", "dec dic dez")  # fmt: skip
_BRIGHTSPACE_DATE = re.compile(
    r"(?:(?P<m>[^\W\d]{3})\w*\.? (?P<d>[0-9]{1,2})|(?P<d2>[0-9]{1,2})\.? (?:de )?(?P<m2>[^\W\d]{3})"
    r"\w*\.?)(?: de)?,? (?P<y>[0-9]{4}),? (?P<h>[0-9]{1,2})(?P<min>[0-9]{2})"
    r"(?: ?(?P<half>[ap])\.? ?m\.?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Named:
    """Whose something is by its name at a place.

    `file` is the name that the student gave it, empty for a folder; `at` sorts the attempts that
    the place dates; `whole` is the part of the name that is this person's and nobody else's;
    `no_file` that it stands for a text or a link. `sure` names are hardly anything else.
    """

    student: str
    about: HandedIn = UNKNOWN
    file: str = ""
    at: str = ""
    whole: str = ""
    no_file: bool = False
    sure: bool = True


def folder(name: str) -> Named | None:
    """Return whose a folder is, if a place called it so."""
    return _read(name, _FOLDERS)


def file(name: str) -> Named | None:
    """Return whose a file is, if a place called it so."""
    return _read(name, _FILES)


def _read(name: str, readers: Sequence[Reader]) -> Named | None:
    if len(name) > LONGEST:
        return None
    return next((found for read in readers if (found := read(name)) is not None), None)


def _moodle_folder(name: str) -> Named | None:
    match = MOODLE_FOLDER.fullmatch(name)
    return match and Named(match["id"], HandedIn(match["name"]))


def _gradescope(name: str) -> Named | None:
    return Named(name) if GRADESCOPE.fullmatch(name) else None


def _sakai(name: str) -> Named | None:
    match = SAKAI.fullmatch(name)
    return match and Named(match["id"], HandedIn(match["name"].strip()), whole=name)


def _brightspace_folder(name: str) -> Named | None:
    found = _brightspace(name)
    return None if found is None or found.file else found


def _ilias(name: str) -> Named | None:
    match = ILIAS.fullmatch(name)
    if not match:
        return None
    about = HandedIn(f"{match['first']} {match['last']}", also=(match["login"], match["id"]))
    return Named(name, about, sure=False)


def _moodle(name: str) -> Named | None:
    match = MOODLE_FILE.fullmatch(name)
    return match and Named(match["id"], HandedIn(match["name"]), match["file"])


def _canvas(name: str) -> Named | None:
    """Read Canvas's names, in which a name and a file may have numbers between underscores too.

    Its ids are the two neighbours of which the shorter is longest.
    """
    if match := CANVAS_NO_FILE.fullmatch(name):
        about = HandedIn(match["name"], late=bool(match["late"]))
        return Named(match["id"], about, name, no_file=True, sure=False)
    splits = [found for found in _uploads(name) if found[0] and found[3]]
    if not splits:
        return None
    who, student, _, handed_in = max(splits, key=lambda one: min(len(one[1]), len(one[2])))
    bare = re.sub(r"_(LATE|late)$", "", who)
    about = HandedIn(bare, late=bare != who)
    return Named(student, about, CANVAS_RESUBMISSION.sub("", handed_in), sure=False)


def _uploads(name: str) -> Iterator[tuple[str, str, str, str]]:
    start = 0
    while match := CANVAS_UPLOAD.search(name, start):
        yield name[: match.start()], match[1], match[2], name[match.end() :]
        start = match.start() + 1


def _anonymous(name: str) -> Named | None:
    match = CANVAS_ANONYMOUS.fullmatch(name)
    if not match or (match["file"] and match["id"].isdecimal()):
        return None
    late = "_late_" in name.lower()
    return Named(
        f"anon_{match['id']}",
        HandedIn(late=late),
        CANVAS_RESUBMISSION.sub("", match["file"] or name),
        no_file=bool(match["what"]),
        sure=False,
    )


def _blackboard(name: str) -> Named | None:
    match = BLACKBOARD.fullmatch(name)
    if not match:
        return None
    segments = match["whose"].split("_")
    student = segments[-1] or match["whose"]
    also = tuple("_".join(segments[i:]) for i in range(1, len(segments)))
    return Named(
        student,
        HandedIn(also=also),
        match["file"] or name,
        match["at"],
        match["whose"],
        no_file=not match["file"],
    )


def _brightspace(name: str) -> Named | None:
    match = BRIGHTSPACE.fullmatch(name)
    if not match:
        return None
    both = f"{match['id']}-{match['other']}"
    about = HandedIn(match["name"], also=(both, match["other"]))
    whole = f"{match['id']} {match['name']}"
    return Named(match["id"], about, match["file"] or "", _moment(match["at"]), whole)


def _moment(text: str) -> str:
    """Return a moment as Brightspace writes it so that it sorts; empty for what is none."""
    match = _BRIGHTSPACE_DATE.fullmatch(text.strip())
    if not match:
        return ""
    word = (match["m"] or match["m2"]).lower()
    month = next((n for n, names in enumerate(_MONTHS, 1) if word in names.split()), 0)
    hour = int(match["h"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    try:
        when = datetime(  # noqa: DTZ001 - the place's own clock, which it does not tell
            int(match["y"]), month, int(match["d"] or match["d2"]), hour, int(match["min"])
        )
    except ValueError:
        return ""
    return when.isoformat()


_FOLDERS = (_moodle_folder, _gradescope, _sakai, _brightspace_folder, _ilias)
_FILES = (_moodle, _blackboard, _brightspace, _anonymous, _canvas)
