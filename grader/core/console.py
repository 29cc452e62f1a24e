"""What is told to the person at the terminal."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING

from rich.console import Console

from grader.core.i18n import same

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.i18n import Bilingual

    Tell = Callable[[Bilingual | str], None]
    """Tells the person who waits a sentence. It pickles: jobs tell things too."""

_CONTROL = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\n"}


def plain(text: str) -> str:
    """Return a text without control characters, so that it cannot steer the terminal."""
    return text.translate(_CONTROL)


def tell(text: Bilingual | str, lang: str = "en") -> None:
    """Tell the person who waits, on standard error and in a language."""
    said = plain(same(text).to(lang))
    print(f"grader: {said}", file=sys.stderr)  # noqa: T201 - for the person who waits


def telling(lang: str) -> Tell:
    """Return what tells things in a language."""
    return functools.partial(tell, lang=lang)


def console(*, stderr: bool = False) -> Console:
    """Return a console that neither guesses at markup in names nor breaks words in pipes."""
    return Console(stderr=stderr, highlight=False, soft_wrap=not stderr)
