"""Where each submission came from, and a copy of what was handed in: `submissions/<sha256>`.

A dispute can so be settled when the folder of the downloads is gone, and without the roster: a
submission's own id there is kept beside the one that its grade has.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from grader.core import files
from grader.core.errors import GraderError
from grader.core.i18n import Bilingual, tr
from grader.submissions.archives import Source
from grader.submissions.members import UnreadableError
from grader.submissions.model import MAX_NOTEBOOK

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submissions.model import Submission

FOLDER = "submissions"
NOTHING = sha256(b"").hexdigest()
"""What a grade has for the digest of a notebook that nobody could read, and of an empty one."""


@dataclass(frozen=True)
class Origin:
    """Where a submission came from: a file, or an `entry` of a zip (of a zip…).

    `student` is the id there, `digest` of the bytes as they were handed in; it is empty where
    there were none that can be read. `notes` are what the student was told of how it was found, in
    Spanish and in English.
    """

    student: str
    filename: str
    path: str = ""
    entry: tuple[str, ...] = ()
    digest: str = ""
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> tuple[Bilingual, ...]:
        """The notes."""
        return tuple(Bilingual(*note) for note in self.notes)

    def to_json(self) -> str:
        """Return it as text; `msgspec` refuses what names on a disk may hold, and json does not."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Origin:
        """Read what `to_json` wrote. Raises ValueError."""
        return msgspec.convert(json.loads(text), cls)


def origin(submission: Submission, content: bytes | None) -> Origin:
    """Return where a submission came from, of which this is what was handed in."""
    digest = "" if content is None else sha256(content).hexdigest()
    there = submission.there or submission.student
    notes = tuple((note.es, note.en) for note in submission.notes)
    return Origin(there, submission.filename, *place(submission), digest, notes)


def place(submission: Submission) -> tuple[str, tuple[str, ...]]:
    """Return a submission's file, and its entry where that is a zip; empty where it has none."""
    source = submission.source
    return (str(source.path), source.members) if isinstance(source, Source) else ("", ())


def content(submission: Submission) -> bytes | None:
    """Return what was handed in; None where that cannot be read. Raises GraderError.

    A damaged zip is handed in as well, though nobody can read a notebook in it.
    """
    source = submission.source
    try:
        if not isinstance(source, Source):
            return source
        return submission.whole(source.read(MAX_NOTEBOOK))
    except UnreadableError:
        return None


def keep(results: Path, content: bytes) -> None:
    """Keep a copy of what was handed in, once. Raises GraderError."""
    digest = sha256(content).hexdigest()
    if kept(results, digest) is not None:
        return
    path = results / FOLDER / digest
    try:
        path.parent.mkdir(exist_ok=True)
        files.write(path, content)
    except OSError as error:
        raise GraderError(
            tr(
                "{path} cannot be written ({why}): make room or give access, or keep no copies of "
                "what was handed in, with --no-copies",
                path=path,
                why=error.strerror,
            )
        ) from error


def kept(results: Path, digest: str) -> bytes | None:
    """Return the copy with this digest; None where there is none, or it is damaged."""
    try:
        content = (results / FOLDER / digest).read_bytes()
    except OSError:
        return None
    return content if sha256(content).hexdigest() == digest else None
