"""What is told to the person at the terminal."""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from typing import TYPE_CHECKING

from rich.console import Console

from grader.core.i18n import same

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.i18n import Bilingual

    Tell = Callable[[Bilingual | str], None]
    """Tells the person who waits a sentence. It pickles: jobs tell things too."""

_CONTROL = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\n"}
_UNSEEN = re.compile("[^\n\x20-\x7e]")


def plain(text: str) -> str:
    r"""Return a text that cannot steer the terminal, nor be read otherwise than it is.

    Control characters become spaces; what formats, turns the direction of reading or stands for no
    character is shown as `\u202e`.
    """
    return _UNSEEN.sub(lambda found: _shown(found[0]), text.translate(_CONTROL))


def _shown(char: str) -> str:
    if unicodedata.category(char) in {"Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return char.encode("unicode_escape").decode("ascii")
    return char


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
