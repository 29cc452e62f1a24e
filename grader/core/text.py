"""Texts of other people's, fit to be shown."""

from __future__ import annotations


def plain(text: str) -> str:
    r"""Return the text with what does not print (ESC, RTL marks, lone surrogates) as `\x1b`."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
