"""What zips and tars have in common: the files in them, and what is refused whatever the form."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, NoReturn

from grader.core.i18n import Bilingual, tr
from grader.core.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

MEGABYTE = 2**20
MAX_ENTRIES = 10_000
MAX_TOTAL = 2048 * MEGABYTE
MAX_RATIO = 200  # of files over a megabyte; notebooks shrink by 3 to 30
MAX_NAME = 1024  # characters; disks have room for 255 bytes

_MENTIONED = 100  # characters of such a name

BOMB = tr(
    "A file in your archive is more than 200 times larger unpacked than packed. Clear the outputs "
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
class Member:
    """A file or folder in an archive, by its name there; `problem` says why it cannot be used."""

    name: str
    size: int
    folder: bool = False
    problem: Bilingual | None = None

    @property
    def path(self) -> str:
        """The name with the slashes that it is meant to have."""
        return self.name.replace("\\", "/")


def refuse_size() -> NoReturn:
    """Raise UnreadableError for an archive of too many files or bytes."""
    raise UnreadableError(
        tr(
            "The archive contains more than {entries} files or more than {size} GB. Upload only "
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


def refuse_name(name: str) -> None:
    """Raise UnreadableError for a name that leads outside, or that no disk could have."""
    path = name.replace("\\", "/")
    parts = path.split("/")
    outside = re.match(r"/|[A-Za-z]:", path) or ".." in parts
    if outside or "\0" in path or max(map(len, parts)) > MAX_NAME:
        shown = plain(name)[:_MENTIONED]
        raise UnreadableError(
            tr(
                "The archive contains a file with an invalid name, {name}. Upload only the "
                "notebook.",
                name=shown,
            ),
            tr("the name {name} in it is not valid, or leads outside the archive", name=shown),
        )


def refuse_special(name: str) -> NoReturn:
    """Raise UnreadableError for a link or a device."""
    shown = plain(name)[:_MENTIONED]
    raise UnreadableError(
        tr("The archive contains a link or a device, {name}. Upload the file itself.", name=shown),
        tr("{name} in it is a link or a device", name=shown),
    )


def refuse_twins(members: Iterable[Member]) -> None:
    """Raise UnreadableError where two files have one name."""
    names = Counter(one.path for one in members if not one.folder)
    for name, count in names.items():
        if count > 1:
            raise UnreadableError(
                tr(
                    "The archive contains two files with the same name, {name}. Keep only one and "
                    "hand it in again.",
                    name=plain(name),
                ),
                tr("it holds two files named {name}", name=plain(name)),
            )


def read_all(file: IO[bytes], limit: int) -> bytes:
    """Return the bytes of a file. Raises UnreadableError for more than `limit`."""
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
