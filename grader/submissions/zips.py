"""Zips: listed and read in memory, whatever their headers claim."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from itertools import pairwise
from typing import IO, TYPE_CHECKING

from grader.core.i18n import tr
from grader.core.text import plain
from grader.submissions.members import (
    BOMB,
    MAX_ENTRIES,
    MAX_RATIO,
    MAX_TOTAL,
    MEGABYTE,
    Member,
    UnreadableError,
    read_all,
    refuse_name,
    refuse_size,
    refuse_special,
    refuse_twins,
)
from grader.submissions.zip_names import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_READ = 8 * MEGABYTE  # zipfile reads a zip's whole directory at once
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # zipfile inflates the others without bound
ENCRYPTED = 0x1 | 0x40 | 0x2000
LOCAL_HEADER = 30
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, ValueError),
    *(RuntimeError, OverflowError),  # RuntimeError covers NotImplementedError
)


def members(file: IO[bytes]) -> list[Member]:
    """List what a zip holds, once nothing in it looks like an attack.

    A file that is compressed too well is a member with a problem. Raises UnreadableError for
    everything else: names that lead outside, links, devices, encryption, overlaps, too many entries
    or bytes, damage.
    """
    with _opened(file) as archive:
        found = archive.infolist()
        if len(found) > MAX_ENTRIES or sum(info.file_size for info in found) > MAX_TOTAL:
            refuse_size()
        for info in found:
            _refuse(info)
        _refuse_overlaps(found, archive.start_dir)
        listed = [_member(info) for info in found]
    refuse_twins(listed)
    return listed


def read(file: IO[bytes], name: str, limit: int) -> bytes:
    """Return the bytes of a member. Raises UnreadableError."""
    with _opened(file) as archive:
        named = (info for info in archive.infolist() if name in (name_of(info), info.filename))
        info = next(named, None)
        if info is None:
            raise KeyError(name)
        _refuse(info)
        with archive.open(info) as member:
            return read_all(member, limit)


class _Stingy:
    """A file for zipfile that refuses the huge reads and wild offsets of a forged directory."""

    def __init__(self, file: IO[bytes]) -> None:
        self.tell = file.tell
        self.seekable = file.seekable
        self._file = file

    def read(self, size: int = -1) -> bytes:
        most = MAX_READ + 1
        content = self._file.read(min(size, most) if size >= 0 else most)
        if len(content) == most:
            refuse_size()
        return content

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return self._file.seek(offset, whence)
        except OSError as error:
            if whence:  # zipfile tries, from the end, and knows what to make of this
                raise
            raise zipfile.BadZipFile("an offset beyond its end") from error


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(_Stingy(file)) as archive:
            yield archive
    except DAMAGE as error:
        raise UnreadableError(
            tr(
                "The zip is damaged, or is not a zip. Create it again, check that it opens, "
                "and upload it."
            ),
            tr("it is damaged, or not a zip at all ({why})", why=plain(str(error))),
        ) from error


def _member(info: zipfile.ZipInfo) -> Member:
    name = name_of(info)
    bomb = info.file_size > MEGABYTE and info.file_size > MAX_RATIO * info.compress_size
    folder = name.replace("\\", "/").endswith("/")
    return Member(name, info.file_size, folder, BOMB if bomb else None)


def _refuse(info: zipfile.ZipInfo) -> None:
    name = name_of(info)
    refuse_name(name)
    if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        refuse_special(name)
    if info.flag_bits & ENCRYPTED:
        raise UnreadableError(
            tr("The zip is protected with a password. Create it again without one and upload it."),
            tr("{name} in it is encrypted", name=plain(name)),
        )
    if info.compress_type not in METHODS:
        raise UnreadableError(
            tr(
                "The zip uses an unusual compression method. Create it again with the usual "
                "one and upload it."
            ),
            tr("{name} in it is compressed by a method other than deflate", name=plain(name)),
        )


def _refuse_overlaps(found: Sequence[zipfile.ZipInfo], end: int) -> None:
    spans = sorted(
        (info.header_offset, info.header_offset + LOCAL_HEADER + info.compress_size)
        for info in found
    )
    overlap = any(before[1] > after[0] for before, after in pairwise([*spans, (end, end)]))
    if overlap or (spans and spans[0][0] < 0):
        raise UnreadableError(
            tr("The zip is malformed: its files overlap. Create it again and upload it."),
            tr("the files in it overlap"),
        )
