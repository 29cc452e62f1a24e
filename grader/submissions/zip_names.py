"""The names in a zip as they were, also where the zip does not say how they are written.

A flag says that a name is UTF-8. macOS's and Moodle's zips lack it though their names are, and
Windows writes the code page of old consoles. Info-ZIP adds a field with the name in UTF-8.
"""

from __future__ import annotations

import struct
import unicodedata
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zipfile import ZipInfo

_UTF8 = 0x800
_UNICODE_PATH = 0x7075
_PAGES = ("cp437", "cp850")  # zipfile reads the first, which has every byte


def name_of(info: ZipInfo) -> str:
    """Return a member's name: of the field, else UTF-8 where it is that, else of a code page."""
    name = info.orig_filename
    if info.flag_bits & _UTF8 or name.isascii():
        return name
    raw = name.encode("cp437")
    told = _field(info.extra, raw)
    for content in filter(None, (told, raw)):
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            continue
    return min((raw.decode(page) for page in _PAGES), key=_strange)


def _field(extra: bytes, raw: bytes) -> bytes:
    """Return the name in the field for it, where that is of this name; empty otherwise."""
    while len(extra) >= struct.calcsize("<HH"):
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and len(field) > struct.calcsize("<BL"):
            version, crc = struct.unpack_from("<BL", field)
            return field[5:] if version == 1 and crc == zlib.crc32(raw) else b""
    return b""


def _strange(name: str) -> int:
    """Return how many characters a person's or a file's name would hardly have."""
    return sum(
        not (char.isascii() or unicodedata.name(char, "").startswith("LATIN ")) for char in name
    )
