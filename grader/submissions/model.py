"""What one student handed in: the file that counts of several, and an id that is safe as a name."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from grader.core.i18n import tr
from grader.submissions import beside
from grader.submissions.archives import MODULE, NOTEBOOK, ZIP, Entry, Source
from grader.submissions.members import MEGABYTE, UnreadableError, too_large
from grader.submissions.metadata import UNKNOWN, HandedIn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.core.i18n import Bilingual

KINDS = (NOTEBOOK, ZIP, MODULE)  # the first that a student has is the one that counts
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

NO_NOTEBOOK = tr(
    "Your submission contains no notebook (.ipynb) or module (.py). Upload your notebook file."
)


@dataclass(frozen=True)
class Submission:
    """What one student handed in. It pickles small: `source` says where the bytes are.

    `id` is a safe file name, unlike any other's even where case does not count; `student` is
    the id as it came or as the roster has it, `there` as it came; `filename` is the file's name,
    for messages. `problem` (for the student) says why it cannot be read, `about` what the layout
    tells of the person and the moment, `beside` which files the notebook may ask for. `aside` says
    which files there are to choose from where several could be the one: such a submission has no
    grade until somebody chose. `notes` are what the student should know of how it was found.
    """

    id: str
    student: str
    filename: str
    source: Source | bytes | None = None
    problem: Bilingual | None = None
    about: HandedIn = UNKNOWN
    there: str = ""
    aside: Bilingual | None = None
    notes: tuple[Bilingual, ...] = ()
    beside: tuple[Entry, ...] = ()

    def read(self, limit: int = MAX_NOTEBOOK) -> bytes:
        """Return the notebook's bytes, with the files beside it that it asks for.

        Raises UnreadableError (`said` for the student, `why` for the instructor) where there is a
        problem or more than `limit` bytes; GraderError where the file is gone from the disk.
        """
        if self.problem or self.source is None:
            why = tr("the submission has no usable file")
            raise UnreadableError(self.problem or self.aside or NO_NOTEBOOK, why)
        if isinstance(self.source, Source):
            return self.whole(self.source.read(limit))
        if len(self.source) > limit:
            raise too_large(limit)
        return self.source

    def whole(self, content: bytes) -> bytes:
        """Return the notebook, of which these are the bytes, with the files that it asks for."""
        if not self.beside or not isinstance(self.source, Source):
            return content
        return beside.whole(content, self.source, self.beside)

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


def identified(submissions: Iterable[Submission]) -> list[Submission]:
    """Give each submission an id, by its student; return them sorted by it."""
    found = list(submissions)
    ids = _ids(submission.student for submission in found)
    named = [replace(one, id=ids[one.student], there=one.there or one.student) for one in found]
    return sorted(named, key=lambda submission: submission.id)


def best_of(entries: Iterable[Entry], assignment: str | None) -> list[Entry]:
    """Return the notebooks, else zips, else modules; of several, the one the assignment names."""
    files = list(entries)
    by_kind = ([file for file in files if file.kind == kind] for kind in KINDS)
    best = next((found for found in by_kind if found), [])
    named = [file for file in best if is_named(file.parts[-1], assignment)]
    return named if len(named) == 1 else best


def is_named(name: str, assignment: str | None) -> bool:
    """Whether a file has the assignment's name."""
    return PurePosixPath(name).stem.casefold() == (assignment or "").casefold()


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
