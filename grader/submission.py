"""Find the students' files in folders, zips and what Moodle, Canvas, Gradescope and nbgrader give.

`find` lists; the bytes stay where they are until `Submission.read` is called. A file that cannot
be used is a submission with a problem, so that its student is told and nobody is lost.
"""

from __future__ import annotations

import re
import stat
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from grader.archives import (
    MEGABYTE,
    Entry,
    Source,
    UnreadableError,
    list_folder,
    list_zip,
    plain,
    too_large,
)
from grader.errors import UsageError
from grader.handed_in import TIMESTAMP, UNKNOWN, HandedIn, gradescope, timestamp
from grader.words import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.words import Said

NOTEBOOK, MODULE, ZIP = ".ipynb", ".py", ".zip"
KINDS = (NOTEBOOK, ZIP, MODULE)  # the first that a student has is the one that counts
MENTIONED = 10
MAX_NOTEBOOK = 20 * MEGABYTE

SAFE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")
DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}
RESERVED = {*DEVICES, "index"}  # report/index.html is the class's page

MOODLE_FOLDER = re.compile(r"(?P<name>.+)_(?P<id>[0-9]+)_assignsubmission_[a-z]+_?")
MOODLE_FILE = re.compile(r"(?P<name>.+?)_(?P<id>[0-9]+)_assignsubmission_[a-z]+_(?P<file>.+)")
CANVAS = re.compile(r"(?P<name>[^_]+)(?P<late>_LATE|_late)?_(?P<id>[0-9]+)_[0-9]+_(?P<file>.+)")
GRADESCOPE = re.compile(r"submission_[0-9]+")
GRADESCOPE_METADATA = "submission_metadata.yml"
CANVAS_RESUBMISSION = re.compile(r"-[0-9]+(?=\.\w+$)")

NO_NOTEBOOK = say(
    "What you handed in holds no notebook (.ipynb) and no module (.py). "
    "Upload your notebook's file."
)


@dataclass(frozen=True)
class Submission:
    """What one student handed in. It pickles small: `source` says where the bytes are.

    `id` is a safe file name, unlike any other's even where case does not count; `student` is
    the id as it came, `filename` the file's name, for messages. `problem` (for the student) says
    why it cannot be read, `about` what the layout tells of the person and the moment.
    """

    id: str
    student: str
    filename: str
    source: Source | bytes | None = None
    problem: Said | None = None
    about: HandedIn = UNKNOWN

    def read(self, limit: int = MAX_NOTEBOOK) -> bytes:
        """Return the notebook's bytes.

        Raises UnreadableError (`said` for the student, `why` for the instructor) where there is a
        problem or more than `limit` bytes; GraderError where the file is gone from the disk.
        """
        if self.problem or self.source is None:
            raise UnreadableError(self.problem or NO_NOTEBOOK, "the submission has no usable file")
        if isinstance(self.source, Source):
            return self.source.read(limit)
        if len(self.source) > limit:
            raise too_large(limit)
        return self.source

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal; of none where they cannot be read."""
        try:
            return sha256(self.read()).hexdigest()
        except UnreadableError:
            return sha256(b"").hexdigest()


def safe_id(student: str) -> str:
    """Return a file name that is safe everywhere: the id itself, or a slug of it and a hash."""
    reserved = student.split(".", maxsplit=1)[0].lower() in RESERVED
    if SAFE.fullmatch(student) and ".." not in student and not reserved:
        return student
    return _hashed(student, 8)


def find(paths: Sequence[Path], assignment: str | None = None) -> list[Submission]:
    """Return each student's submission, sorted by id.

    In a folder, each notebook, module or zip is a student's and so is each sub-folder, unless
    the names are an LMS's. A zip with a single notebook is one student's, any other a class's.
    Raises UsageError for a path that does not exist or cannot be read, where nothing is found,
    and where a student has two files that fit; GraderError where a zip may not be read.
    """
    students: dict[str, list[_Owned]] = {}
    for path in paths:
        for owned in _owned(Path(path), assignment):
            students.setdefault(owned.student, []).append(owned)
    fits = {student: _fits(files, assignment) for student, files in students.items()}
    _refuse_rivals(fits)
    if not any(fits.values()):
        raise UsageError(_nothing(paths, assignment))
    found = [_submission(student, files, fits[student]) for student, files in students.items()]
    return identified(found)


def find_one(folder: Path, student: str, assignment: str) -> Submission:
    """Return what is in a folder that is one student's, named so or not.

    Whatever is amiss with its files is the student's to mend, and the submission's problem; raises
    UsageError where the folder cannot be read.
    """
    owned = [_Owned(_text(student), entry, folder) for entry in list_folder(folder)]
    fits = _fits(owned, assignment)
    if owned and len(fits) < len(("one", "another")):
        found = _submission(student, owned, fits)
    else:
        problem = _several_files(fits, assignment) if fits else NO_NOTEBOOK
        found = Submission("", student, plain(folder.name), None, problem)
    return identified([found])[0]


def _several_files(files: Iterable[Entry], assignment: str) -> Said:
    return say(
        "You handed in several notebooks ({names}). Leave only the one that counts, or call it "
        "{name}.ipynb, and hand in again.",
        names=_names(files),
        name=assignment,
    )


def identified(submissions: Iterable[Submission]) -> list[Submission]:
    """Give each submission an id, by its student; return them sorted by it."""
    found = list(submissions)
    ids = _ids(submission.student for submission in found)
    named = [replace(submission, id=ids[submission.student]) for submission in found]
    return sorted(named, key=lambda submission: submission.id)


@dataclass(frozen=True)
class _Owned:
    """A file or folder and whose it is; its parts begin inside the student's folder, `where`."""

    student: str
    entry: Entry
    where: Path
    about: HandedIn = UNKNOWN


def _owned(path: Path, assignment: str | None) -> list[_Owned]:
    entries = _class_entries(path, assignment)
    owned = [_owner(entry, path) for entry in entries]
    kept = [one for one in owned if one is not None]
    if not kept:
        raise UsageError(_nothing([path], assignment))
    metadata = [entry for entry in entries if entry.parts == (GRADESCOPE_METADATA,)]
    return list(_submitted_by(kept, metadata[0].source)) if metadata else kept


def _submitted_by(owned: list[_Owned], metadata: Source) -> Iterator[_Owned]:
    """Give Gradescope's submissions to the students that its metadata names, each of a group."""
    try:
        people = gradescope(metadata.read(MEGABYTE * 8))
    except UnreadableError as error:
        raise UsageError(f"{metadata} was not read: {error.why}. Export it again.") from error
    for one in owned:
        for student, about in people.get(one.where.name, [(one.student, one.about)]):
            yield replace(one, student=_text(student), about=about)


def _owner(entry: Entry, path: Path) -> _Owned | None:
    """Say whose a file is from the topmost part of its name, or None where it is nobody's."""
    top, *rest = entry.parts
    about = UNKNOWN
    if rest or entry.folder:
        student, parts = top, tuple(rest)
        if match := MOODLE_FOLDER.fullmatch(top):
            student, about = match["id"], HandedIn(name=_text(match["name"]))
    elif match := MOODLE_FILE.fullmatch(top) or CANVAS.fullmatch(top):
        student, late = match["id"], bool(match.groupdict().get("late"))
        about = HandedIn(name=_text(match["name"]), late=late)
        parts = (CANVAS_RESUBMISSION.sub("", match["file"]),)
    elif entry.suffix in KINDS:
        student, parts = PurePosixPath(top).stem, (top,)
    else:
        return None
    return _Owned(_text(student), replace(entry, parts=parts), path / top, about)


def _text(name: str) -> str:
    """Return a name in one of its Unicode forms, without the surrogates that UTF-8 refuses."""
    encoded = unicodedata.normalize("NFC", name).encode("utf-8", "backslashreplace")
    return encoded.decode("utf-8")


def _class_entries(path: Path, assignment: str | None) -> list[Entry]:
    """List what a path holds, from the level at which each name is a student's."""
    root, mode = _resolve(path)
    if stat.S_ISDIR(mode):
        course = root.name == "submitted"
        return _level(list_folder(root), assignment, course=course, wrapped=False)
    suffix = path.suffix.lower()
    if not stat.S_ISREG(mode) or suffix not in KINDS:
        raise UsageError(
            f"{plain(str(path))} is no notebook (.ipynb), module (.py), zip or folder: "
            "give one of these."
        )
    file = Entry((path.name,), Source(root), root.stat().st_size)
    return _zip_entries(file, assignment) if suffix == ZIP else [file]


def _resolve(path: Path) -> tuple[Path, int]:
    try:
        root = path.resolve(strict=True)
        return root, root.stat().st_mode
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(
            f"There is nothing to grade at {plain(str(path))}: it does not exist or cannot be "
            "reached. Check the path."
        ) from error


def _zip_entries(file: Entry, assignment: str | None) -> list[Entry]:
    try:
        entries = list_zip(file.source)
    except UnreadableError as error:
        raise UsageError(
            f"{file.source} was not opened: {error.why}. Unpack it with care and give the folder; "
            "where it is one student's, give the folder that it lies in."
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
    return not files or (alone and len(_best(files, assignment)) == 1)


def _fits(files: list[_Owned], assignment: str | None) -> list[Entry]:
    """Return the files of one student that could be the one to grade."""
    places: dict[Path, list[Entry]] = {}
    for one in files:
        places.setdefault(one.where, []).append(one.entry)
    fits = [entry for entries in places.values() for entry in _fits_here(entries, assignment)]
    return _best({entry.source: entry for entry in fits}.values(), assignment)


def _fits_here(entries: list[Entry], assignment: str | None) -> list[Entry]:
    """Return what could count in one folder of a student: a zip where there is no notebook."""
    if not any(entry.suffix == NOTEBOOK for entry in entries):
        entries = [entry for one in entries for entry in _unpacked(one, assignment)]
    return _best(entries, assignment)


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
    best = _best([one for one in inside if one.suffix != ZIP], assignment)
    if problems:
        yield replace(entry, problem=problems[0])
    elif len(best) > 1:
        yield replace(entry, problem=_several(_names(best)))
    else:
        yield from best


def _names(files: Iterable[Entry]) -> str:
    return ", ".join(plain("/".join(one.parts)) for one in list(files)[:3])


def _several(names: str) -> Said:
    return say(
        "The zip holds several notebooks ({names}). Leave only the one that counts and hand it in "
        "again.",
        names=names,
    )


def _best(entries: Iterable[Entry], assignment: str | None) -> list[Entry]:
    """Return the notebooks, else zips, else modules; of several, the one the assignment names."""
    files = list(entries)
    by_kind = ([file for file in files if file.suffix == kind] for kind in KINDS)
    best = next((found for found in by_kind if found), [])
    wanted = (assignment or "").casefold()
    named = [file for file in best if PurePosixPath(file.parts[-1]).stem.casefold() == wanted]
    return named if len(named) == 1 else best


def _refuse_rivals(fits: dict[str, list[Entry]]) -> None:
    rivals = [
        f"  {plain(student)}: " + " and ".join(str(file.source) for file in files[:MENTIONED])
        for student, files in fits.items()
        if len(files) > 1
    ]
    if rivals:
        shown, more = rivals[:MENTIONED], len(rivals) - MENTIONED
        raise UsageError(
            "A student hands in one file for an assignment, but here are several:\n"
            + "\n".join([*shown, *([f"  and {more} students more"] if more > 0 else [])])
            + "\nTake out all but one, say --assignment, or give the notebook the assignment's "
            "name. Where this folder is no student's but the class's, give that folder itself."
        )


def _nothing(paths: Sequence[Path], assignment: str | None) -> str:
    wanted = f" for {assignment}" if assignment else ""
    places = ", ".join(plain(str(path)) for path in paths)
    return (
        f"No notebook (.ipynb), module (.py) or zip of them{wanted} in {places}. "
        "Give the folder or the zip that holds the students' files."
    )


def _submission(student: str, files: list[_Owned], fits: list[Entry]) -> Submission:
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


def _timestamp(files: list[_Owned], file: Entry) -> str:
    """Return the moment that nbgrader noted beside a file, if it did."""
    beside = (*file.parts[:-1], TIMESTAMP)
    for one in files:
        if one.entry.parts == beside and not one.entry.problem:
            try:
                return timestamp(one.entry.source.read(MEGABYTE))
            except UnreadableError:
                return ""
    return ""


def _ids(students: Iterable[str]) -> dict[str, str]:
    """Give each student an id; those that differ only in case get a hash, longer if need be.

    No student can be called what the longest ones are: `safe_id` would hash so long a name.
    """
    ids = {student: safe_id(student) for student in students}
    for digits in (8, 16, 64):
        uses = Counter(identity.lower() for identity in ids.values())
        clashing = [student for student, identity in ids.items() if uses[identity.lower()] > 1]
        ids |= {student: _hashed(student, digits) for student in clashing}
    return ids


def _hashed(student: str, digits: int) -> str:
    letters = unicodedata.normalize("NFKD", student).encode("ascii", "ignore").decode("ascii")
    slug = re.sub("[^A-Za-z0-9]+", "-", letters)[:48].strip("-") or "student"
    digest = sha256(student.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{slug}-{digest[:digits]}"
