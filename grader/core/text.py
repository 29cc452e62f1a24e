"""Texts of other people's, fit to be shown."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST_NAME = 100
_ALIKE = 0.8  # a letter in eight may be another: celdaLSTN is celdaLSTM, celdaRNN is no celdaGRU


def plain(text: str) -> str:
    r"""Return the text with what does not print (ESC, RTL marks, lone surrogates) as `\x1b`."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that somebody who typed this one most likely meant, if there is one."""
    by_letters = {one.lower(): one for one in known}
    found = difflib.get_close_matches(name[:_LONGEST_NAME].lower(), by_letters, n=1, cutoff=_ALIKE)
    return by_letters[found[0]] if found else None
