"""Zips for places that take them; the same files give the same bytes."""

from __future__ import annotations

import io
import stat
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can tell


def zipped(files: Mapping[str, bytes], mode: Callable[[str], int] = lambda _: 0o644) -> bytes:
    """Return a zip of these files by name; `mode` gives each its permissions."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in sorted(files.items()):
            member = zipfile.ZipInfo(name, _LONG_AGO)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # Unix, whose modes these are
            member.external_attr = (stat.S_IFREG | mode(name)) << 16
            archive.writestr(member, content)
    return data.getvalue()
