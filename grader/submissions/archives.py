"""Folders and zips as they come: listed and read without trusting anything in them.

Zips are read in memory and never unpacked to disk, links are never followed, only regular files
are opened, and every read stops at a limit, whatever a header claims.
"""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, NoReturn

from grader.core.errors import GraderError, UsageError
from grader.core.i18n import Bilingual, tr
from grader.core.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MEGABYTE = 2**20
MAX_ENTRIES = 10_000
MAX_TOTAL = 2048 * MEGABYTE
MAX_RATIO = 200  # of files over a megabyte; notebooks shrink by 3 to 30
MAX_ZIPPED_ZIP = 128 * MEGABYTE  # a zip inside a zip is held in memory
MAX_ZIP_READ = 8 * MEGABYTE  # zipfile reads a zip's whole directory at once
MAX_DEPTH = 32  # folders in folders; what lies deeper is not looked at
MAX_NAME = 1024  # characters; disks have room for 255 bytes

MENTIONED = 100  # characters of such a name
IGNORED = {"__macosx", "__pycache__", "__init__.py", "thumbs.db", "desktop.ini"}
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # zipfile inflates the others without bound
ENCRYPTED = 0x1 | 0x40 | 0x2000
LOCAL_HEADER = 30
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, ValueError),
    *(RuntimeError, OverflowError),  # RuntimeError covers NotImplementedError
)

LINK = tr("Your submission is a link, not a file. Upload the file itself.")
SPECIAL = tr("Your submission is not a regular file. Upload your notebook file.")
BOMB = tr(
    "A file in your zip is more than 200 times larger unpacked than packed. Clear the outputs "
    "of its cells and upload only the notebook."
)


class UnreadableError(Exception):
    """A file that cannot be used: `said` tells its student so, `why` the instructor."""

    def __init__(self, said: Bilingual, why: Bilingual) -> None:
        super().__init__(said, why)
        self.said = said
        self.why = why

    def __str__(self) -> str:
        return self.said.es


@dataclass(frozen=True)
class Source:
    """Where a file's bytes are: on disk, or in a member of a zip (of a zip…) on disk."""

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
                return _read_all(file, limit)
        with _open_zip(Source(self.path, self.members[:-1])) as archive:
            info = archive.getinfo(self.members[-1])
            _refuse_member(info)
            with archive.open(info) as member:
                return _read_all(member, limit)


@dataclass(frozen=True)
class Entry:
    """A file or a folder that was listed; `problem` says why it cannot be used."""

    parts: tuple[str, ...]
    source: Source
    size: int = 0
    problem: Bilingual | None = None
    folder: bool = False

    @property
    def suffix(self) -> str:
        """The ending in lower case, with its dot; empty for a folder."""
        return "" if self.folder else PurePosixPath(self.parts[-1]).suffix.lower()


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


def list_zip(source: Source) -> list[Entry]:
    """List what a zip holds, sorted, once nothing in it looks like an attack.

    A file that is compressed too well is an entry with a problem, so that in a zip of a whole
    class it costs its own student alone. Raises UnreadableError for everything else: names that
    lead outside, links, devices, encryption, overlaps, too many entries or bytes, damage.
    """
    with _open_zip(source) as archive:
        members = archive.infolist()
        _refuse(members, archive.start_dir)
    entries = [_in_zip(info, source) for info in members]
    kept = [entry for entry in entries if _is_kept(entry.parts)]
    return sorted(kept, key=lambda entry: entry.parts)


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


def _read_all(file: IO[bytes], limit: int) -> bytes:
    content = io.BytesIO()
    while chunk := file.read(MEGABYTE):
        content.write(chunk)
        if content.tell() > limit:
            raise too_large(limit)
    return content.getvalue()


def too_large(limit: int) -> UnreadableError:
    """Return what to raise, or to say, about a file of more than `limit` bytes."""
    most = f"{limit // MEGABYTE} MB"
    return UnreadableError(
        tr(
            "The file is larger than {most}. Clear the outputs of its cells and hand it in again.",
            most=most,
        ),
        tr("a file in it is larger than {most}", most=most),
    )


class _Stingy:
    """A file for zipfile that refuses the huge reads and wild offsets of a forged directory."""

    def __init__(self, file: IO[bytes]) -> None:
        self.tell = file.tell
        self.seekable = file.seekable
        self._file = file

    def read(self, size: int = -1) -> bytes:
        most = MAX_ZIP_READ + 1
        content = self._file.read(min(size, most) if size >= 0 else most)
        if len(content) == most:
            _refuse_size()
        return content

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return self._file.seek(offset, whence)
        except OSError as error:
            if whence:  # zipfile tries, from the end, and knows what to make of this
                raise
            raise zipfile.BadZipFile("an offset beyond its end") from error


@contextmanager
def _open_zip(source: Source) -> Iterator[zipfile.ZipFile]:
    try:
        with _open_seekable(source) as file, zipfile.ZipFile(_Stingy(file)) as archive:
            yield archive
    except DAMAGE as error:
        raise UnreadableError(
            tr(
                "The zip is damaged, or is not a zip. Create it again, check that it opens, "
                "and upload it."
            ),
            tr("it is damaged, or not a zip at all ({why})", why=plain(str(error))),
        ) from error


def _open_seekable(source: Source) -> IO[bytes]:
    if source.members:
        return io.BytesIO(source.read(MAX_ZIPPED_ZIP))
    return _open_regular(source.path)


def _in_zip(info: zipfile.ZipInfo, source: Source) -> Entry:
    parts = tuple(part for part in _slashes(info).split("/") if part not in {"", "."})
    bomb = info.file_size > MEGABYTE and info.file_size > MAX_RATIO * info.compress_size
    member = Source(source.path, (*source.members, info.filename))
    folder = _slashes(info).endswith("/")
    return Entry(parts, member, info.file_size, BOMB if bomb else None, folder)


def _slashes(info: zipfile.ZipInfo) -> str:
    return info.orig_filename.replace("\\", "/")


def _refuse(members: Sequence[zipfile.ZipInfo], end: int) -> None:
    if len(members) > MAX_ENTRIES or sum(info.file_size for info in members) > MAX_TOTAL:
        _refuse_size()
    for info in members:
        _refuse_member(info)
    _refuse_twins(members)
    _refuse_overlaps(members, end)


def _refuse_size() -> NoReturn:
    raise UnreadableError(
        tr(
            "The zip contains more than {entries} files or more than {size} GB. Upload only "
            "the notebook.",
            entries=MAX_ENTRIES,
            size=MAX_TOTAL // 2**30,
        ),
        tr(
            "it holds more than {entries} files or {size} GiB",
            entries=MAX_ENTRIES,
            size=MAX_TOTAL // 2**30,
        ),
    )


def _refuse_member(info: zipfile.ZipInfo) -> None:
    name, path = plain(info.orig_filename), _slashes(info)
    parts = path.split("/")
    outside = re.match(r"/|[A-Za-z]:", path) or ".." in parts
    if outside or "\0" in path or max(map(len, parts)) > MAX_NAME:
        name = name[:MENTIONED]
        raise UnreadableError(
            tr(
                "The zip contains a file with an invalid name, {name}. Upload only the notebook.",
                name=name,
            ),
            tr("the name {name} in it is not valid, or leads outside the zip", name=name),
        )
    if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise UnreadableError(
            tr("The zip contains a link or a device, {name}. Upload the file itself.", name=name),
            tr("{name} in it is a link or a device", name=name),
        )
    if info.flag_bits & ENCRYPTED:
        raise UnreadableError(
            tr("The zip is protected with a password. Create it again without one and upload it."),
            tr("{name} in it is encrypted", name=name),
        )
    if info.compress_type not in METHODS:
        raise UnreadableError(
            tr(
                "The zip uses an unusual compression method. Create it again with the usual "
                "one and upload it."
            ),
            tr("{name} in it is compressed by a method other than deflate", name=name),
        )


def _refuse_twins(members: Sequence[zipfile.ZipInfo]) -> None:
    names = Counter(_slashes(info) for info in members)
    for name, count in names.items():
        if count > 1 and not name.endswith("/"):
            raise UnreadableError(
                tr(
                    "The zip contains two files with the same name, {name}. Keep only one and "
                    "hand it in again.",
                    name=plain(name),
                ),
                tr("it holds two files named {name}", name=plain(name)),
            )


def _refuse_overlaps(members: Sequence[zipfile.ZipInfo], end: int) -> None:
    spans = sorted(
        (info.header_offset, info.header_offset + LOCAL_HEADER + info.compress_size)
        for info in members
    )
    overlap = any(before[1] > after[0] for before, after in pairwise([*spans, (end, end)]))
    if overlap or (spans and spans[0][0] < 0):
        raise UnreadableError(
            tr("The zip is malformed: its files overlap. Create it again and upload it."),
            tr("the files in it overlap"),
        )
