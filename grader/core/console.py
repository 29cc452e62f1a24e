"""What is told to the person at the terminal."""

from __future__ import annotations

import sys

from rich.console import Console

_CONTROL = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\n"}


def plain(text: str) -> str:
    """Return a text without control characters, so that it cannot steer the terminal."""
    return text.translate(_CONTROL)


def tell(text: str) -> None:
    """Tell the person who waits, on standard error."""
    print(f"grader: {plain(text)}", file=sys.stderr)  # noqa: T201 - for the person who waits


def console(*, stderr: bool = False) -> Console:
    """Return a console that neither guesses at markup in names nor breaks words in pipes."""
    return Console(stderr=stderr, highlight=False, soft_wrap=not stderr)
