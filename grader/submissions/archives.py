"""Folders, zips and tars as they come: listed and read without trusting anything in them.

Archives are read in memory and never unpacked to disk, links are never followed, only regular files
are opened, and every read stops at a limit, whatever a header claims.
"""

from __future__ import annotations

import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from grader.core.errors import GraderError, UsageError
from grader.core.i18n import Bilingual, tr
from grader.core.text import plain
from grader.submissions import tars, zips
from grader.submissions.members import (
    MEGABYTE,
    Member,
    UnreadableError,
    read_all,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

MAX_WITHIN = 128 * MEGABYTE  # an archive inside an archive is held in memory
MAX_DEPTH = 32  # folders in folders; what lies deeper is not looked at
HEAD = 4096  # bytes that say what a file is

IGNORED = {"__macosx", "__pycache__", "__init__.py", "thumbs.db", "desktop.ini"}
NOTEBOOK, MODULE, ZIP = ".ipynb", ".py", ".zip"
TARS = (".tar.gz", ".tgz", ".tar")

LINK = tr("Your submission is a link, not a file. Upload the file itself.")
SPECIAL = tr("Your submission is not a regular file. Upload your notebook file.")


@dataclass(frozen=True)
class Source:
    """Where a file's bytes are: on disk, or in a member of an archive (of an archive…) on disk."""

    path: Path
    members: tuple[str, ...] = ()

    def __str__(self) -> str:
        return plain(" » ".join((str(self.path), *self.members)))

    @property
    def name(self) -> str:
        """The file's own name, without its folders."""
        return (
            PurePosixPath(self.members[-1].replace("\\", "/")).name
            if self.members
            else self.path.name
        )

    def read(self, limit: int) -> bytes:
        """Return the bytes, `limit` of them at most.

        Raises UnreadableError for a file that is larger, damaged or not regular, GraderError
        where the file is gone or may not be read.
        """
        if not self.members:
            with _open_regular(self.path) as file:
                return read_all(file, limit)
        archive = Source(self.path, self.members[:-1])
        with archive.open() as file:
            content: bytes = _form(archive, file).read(file, self.members[-1], limit)
        return content

    def head(self) -> bytes:
        """Return the first bytes. Raises as `read` does."""
        if self.members:
            return self.read(MAX_WITHIN)[:HEAD]
        with _open_regular(self.path) as file:
            return file.read(HEAD)

    def open(self) -> IO[bytes]:
        """Open it to be read anywhere. Raises as `read` does."""
        return io.BytesIO(self.read(MAX_WITHIN)) if self.members else _open_regular(self.path)


@dataclass(frozen=True)
class Entry:
    """A file or a folder that was listed; `problem` says why it cannot be used.

    `parts` are its names from the folder on that is looked at, `above` those before. `taken_for`
    is what its content shows it to be, whatever its name says, and `note` says so. In a folder
    that is `perhaps` several people's nothing is chosen; what lies `beside` the folder of what was
    handed in is nobody's.
    """

    parts: tuple[str, ...]
    source: Source
    size: int = 0
    problem: Bilingual | None = None
    folder: bool = False
    above: tuple[str, ...] = ()
    taken_for: str = ""
    note: Bilingual | None = None
    perhaps: bool = False
    beside: bool = False

    @property
    def kind(self) -> str:
        """NOTEBOOK, MODULE or ZIP, which stands for tars too; empty for anything else."""
        if self.folder:
            return ""
        return self.taken_for or kind_of(self.parts[-1])


def kind_of(name: str) -> str:
    """Return what a file is by its ending."""
    lower = name.lower()
    if lower.endswith((ZIP, *TARS)):
        return ZIP
    ending = PurePosixPath(lower).suffix
    return ending if ending in (NOTEBOOK, MODULE) else ""


def list_folder(root: Path) -> list[Entry]:
    """List what lies below a folder, sorted; links are entries with a problem.

    Raises UsageError where a folder cannot be read.
    """
    entries: list[Entry] = []
    pending: list[tuple[str, ...]] = [()]
    while pending:
        parts = pending.pop()
        for item in _scan(root.joinpath(*parts)):
            entry = _on_disk(item, root, (*parts, item.name))
            entries.append(entry)
            if entry.folder and not entry.problem and len(entry.parts) < MAX_DEPTH:
                pending.append(entry.parts)
    return sorted(entries, key=lambda entry: entry.parts)


def list_archive(source: Source) -> list[Entry]:
    """List what a zip or tar holds, sorted, once nothing in it looks like an attack.

    A file that is compressed too well is an entry with a problem, so that in an archive of a whole
    class it costs its own student alone. Raises UnreadableError for everything else: names that
    lead outside, links, devices, encryption, overlaps, too many entries or bytes, damage.
    """
    with source.open() as file:
        members: list[Member] = _form(source, file).members(file)
    entries = [_in_archive(member, source) for member in members]
    kept = [entry for entry in entries if _is_kept(entry.parts)]
    return sorted(kept, key=lambda entry: entry.parts)


def _form(source: Source, file: IO[bytes]) -> ModuleType:
    """Return what reads an archive: by its first bytes, or else by its name."""
    head = file.read(HEAD)
    file.seek(0)
    named = source.name.lower().endswith(TARS) and not head.startswith(b"PK")
    return tars if named or tars.is_tar(head) else zips


def _is_kept(parts: Sequence[str]) -> bool:
    return 0 < len(parts) <= MAX_DEPTH and not any(_is_ignored(part) for part in parts)


def _is_ignored(name: str) -> bool:
    return name.startswith(".") or name.lower() in IGNORED


def _is_results(item: os.DirEntry[str]) -> bool:
    """Whether this is a folder that a former run wrote its results into."""
    return item.is_dir(follow_symlinks=False) and Path(item.path, "journal.sqlite").is_file()


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as items:
            return [item for item in items if not (_is_ignored(item.name) or _is_results(item))]
    except OSError as error:
        raise UsageError(
            tr(
                "Cannot read the folder {folder} ({why}): fix its permissions or leave it out.",
                folder=plain(str(folder)),
                why=error.strerror,
            )
        ) from error


def _on_disk(item: os.DirEntry[str], root: Path, parts: tuple[str, ...]) -> Entry:
    source = Source(root.joinpath(*parts))
    if item.is_symlink():
        return Entry(parts, source, problem=LINK, folder=_leads_to_folder(item))
    try:
        status = item.stat(follow_symlinks=False)
    except OSError:  # gone by now, or a name that is too long with its folders
        return Entry(parts, source, problem=SPECIAL)
    folder = stat.S_ISDIR(status.st_mode)
    problem = None if folder or stat.S_ISREG(status.st_mode) else SPECIAL
    return Entry(parts, source, status.st_size, problem, folder)


def _leads_to_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:  # a link to itself, or to where nobody may look
        return False


def _open_regular(path: Path) -> IO[bytes]:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise UnreadableError(SPECIAL, tr("it is not a regular file"))
        return os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb")
    except OSError as error:
        raise GraderError(
            tr(
                "Cannot read {path} ({why}): fix its permissions, or put it back, and run again.",
                path=plain(str(path)),
                why=error.strerror,
            )
        ) from error


def _in_archive(member: Member, source: Source) -> Entry:
    parts = tuple(part for part in member.path.split("/") if part not in {"", "."})
    inside = Source(source.path, (*source.members, member.name))
    return Entry(parts, inside, member.size, member.problem, member.folder)
