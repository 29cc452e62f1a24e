"""Tars, compressed by gzip or not: listed and read in memory, under the limits that zips have."""

from __future__ import annotations

import tarfile
import zlib
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, TYPE_CHECKING, cast

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
    too_large,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn, Self

GZIP = b"\x1f\x8b"
MARK, MARK_AT = b"ustar", 257
MAX_HEADERS = 8 * MEGABYTE  # of all long names and attributes, which tarfile holds
MAX_PASSED_OVER = 512 * MEGABYTE  # of what is packed too well: a second's work
CHUNK = 64 * 1024
DAMAGE = (
    *(tarfile.TarError, zlib.error, EOFError, KeyError, ValueError, OverflowError),
    *(IndexError, RecursionError),
)


def is_tar(head: bytes) -> bool:
    """Whether a file that begins so is a tar, or something that gzip compressed."""
    return head.startswith(GZIP) or head[MARK_AT:].startswith(MARK)


def members(file: IO[bytes]) -> list[Member]:
    """List what a tar holds. Raises UnreadableError as `zips.members` does.

    A file is compressed too well where reading it takes few of the packed bytes: it is a member
    with a problem.
    """
    listed: list[Member] = []
    total = before = 0
    with _opened(file) as (archive, stream):
        for info in archive:
            _forget(archive)
            _judge(listed, stream.taken - before)
            before = stream.taken
            listed.append(_member(info))
            total += info.size
            if len(listed) > MAX_ENTRIES or total > MAX_TOTAL:
                refuse_size()
        _judge(listed, stream.taken - before)
    refuse_twins(listed)
    return listed


def read(file: IO[bytes], name: str, limit: int) -> bytes:
    """Return the bytes of a member. Raises UnreadableError."""
    with _opened(file) as (archive, _):
        for info in archive:
            _forget(archive)
            if info.name == name and not _member(info).folder:
                if info.size > limit:
                    raise too_large(limit)
                found = archive.extractfile(info)
                return read_all(found, limit) if found else b""
        raise KeyError(name)


def _forget(archive: tarfile.TarFile) -> None:
    """Let go of the members that were read, which tarfile keeps."""
    vars(archive)["members"] = []


def _judge(listed: list[Member], taken: int) -> None:
    """Give the last member its problem where it was packed into too few bytes."""
    if listed and listed[-1].size > max(MEGABYTE, MAX_RATIO * taken):
        listed[-1] = replace(listed[-1], problem=BOMB)


def _member(info: tarfile.TarInfo) -> Member:
    refuse_name(info.name)
    if not (info.isfile() or info.isdir()):
        refuse_special(info.name)
    return Member(info.name, info.size, info.isdir())


class _Stream:
    """A file as tarfile reads it, from front to back; `taken` counts the bytes of the file."""

    def __init__(self, file: IO[bytes]) -> None:
        head = file.read(len(GZIP))
        file.seek(0)
        self._file = file
        self._zipped = head == GZIP
        self._inflate = zlib.decompressobj(wbits=31)
        self._waiting = b""
        self._given = 0
        self._taken = 0
        self._empty = 0

    @property
    def taken(self) -> int:
        """How many bytes of the file it took to give what was read."""
        return self._taken - len(self._waiting)

    def read(self, size: int) -> bytes:
        """Return the next bytes, of which there are fewer than asked for at the end alone."""
        content = bytearray()
        while len(content) < size and (more := self._more(size - len(content))):
            content += more
        self._given += len(content)
        self._empty += not content
        if self._empty > 1:  # tarfile asks for all that a header claims, block by block
            raise EOFError("it ends too early")
        if self._given > MAX_TOTAL + MAX_ENTRIES * CHUNK:
            refuse_size()
        if self._given > max(MAX_PASSED_OVER, MAX_RATIO * self.taken):
            why = tr("what is in it is more than 200 times larger unpacked than packed")
            raise UnreadableError(BOMB, why)
        return bytes(content)

    def _more(self, size: int) -> bytes:
        """Return some bytes, `size` at most; none at the end."""
        content = b""
        while not content:
            if not self._waiting:
                self._waiting = self._file.read(CHUNK)
                self._taken += len(self._waiting)
            if not self._zipped:
                content, self._waiting = self._waiting[:size], self._waiting[size:]
                return content
            if self._inflate.eof:  # gzip allows another part to follow
                if not self._waiting.strip(b"\0"):
                    return b""
                self._inflate = zlib.decompressobj(wbits=31)
            elif not self._waiting:
                raise EOFError("it ends too early")
            content = self._inflate.decompress(self._waiting, size)
            self._waiting = self._inflate.unused_data or self._inflate.unconsumed_tail
        return content


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[tuple[tarfile.TarFile, _Stream]]:
    try:
        stream = _Stream(file)
        with tarfile.open(
            fileobj=cast("IO[bytes]", stream), mode="r|", tarinfo=_stingy()
        ) as archive:
            yield archive, stream
    except DAMAGE as error:
        raise UnreadableError(
            tr(
                "The tar is damaged, or is not a tar. Create it again, check that it opens, "
                "and upload it."
            ),
            tr("it is damaged, or not a tar at all ({why})", why=plain(str(error))),
        ) from error


def _stingy() -> type[tarfile.TarInfo]:
    """Return a class of members for one tar that holds little of what a header claims."""
    held = 0

    class Info(tarfile.TarInfo):
        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
            nonlocal held
            try:
                info = super().frombuf(buf, encoding, errors)
            except tarfile.HeaderError as error:
                if bytes(buf).strip(b"\0"):  # not the end, which tarfile would take it for
                    raise ValueError("a damaged header") from error
                raise
            if info.size < 0:
                raise ValueError("a size below 0")
            if not (info.isfile() or info.isdir()):
                held += info.size
            if held > MAX_HEADERS:
                refuse_size()
            return info

        def _refuse_sparse(self, *_: object) -> NoReturn:
            raise ValueError("a sparse file, whose map may have any size")

        _proc_sparse = _proc_gnusparse_00 = _proc_gnusparse_01 = _refuse_sparse
        _proc_gnusparse_10 = _refuse_sparse

    return Info
