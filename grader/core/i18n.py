"""What the program says, in Spanish and in English: one catalogue.

A message is written once, in English, where it is said, with {holes} for what varies; the Spanish
of all of them is in `locale/es`. `make words` brings the catalogue up to date, and a test fails on
a message that is missing there or that nobody says any more.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

LANGUAGES = ("es", "en")
DOMAIN = "grader"
FOLDER = Path(__file__).parents[1] / "locale"


@dataclass(frozen=True)
class Bilingual:
    """A message in both languages."""

    es: str
    en: str

    def __str__(self) -> str:
        return self.es

    def to(self, lang: str) -> str:
        """Return it in one language."""
        return self.es if lang == "es" else self.en

    def at(self, place: Bilingual) -> Bilingual:
        """Return it with where that is, in parentheses."""
        return Bilingual(f"{self.es} ({place.es})", f"{self.en} ({place.en})")


def tr(message: str, /, **values: object) -> Bilingual:
    """Return a message of the catalogue in both languages; a `Bilingual` value is said in each.

    Raises KeyError for a hole that has no value.
    """
    return Bilingual(*(Words(lang)(message, **values) for lang in LANGUAGES))


def plural(one: str, many: str, count: int, /, **values: object) -> Bilingual:
    """Return the message for this many in both languages; `{count}` is the number."""
    return Bilingual(*(Words(lang).plural(one, many, count, **values) for lang in LANGUAGES))


def same(said: Bilingual | str) -> Bilingual:
    """Return a message as it is; of a text that is nobody's to translate, the same in both."""
    return said if isinstance(said, Bilingual) else Bilingual(said, said)


def joined(between: Bilingual | str, said: Iterable[Bilingual | str]) -> Bilingual:
    """Return messages as one, in each language."""
    all_ = [same(one) for one in said]
    return Bilingual(
        *(same(between).to(lang).join(one.to(lang) for one in all_) for lang in LANGUAGES)
    )


def all_of(names: Iterable[str]) -> Bilingual:
    """Return names as one text: a and b."""
    return joined(tr(" and "), names)


def one_of(names: Iterable[str]) -> Bilingual:
    """Return names as one text: a or b."""
    return joined(tr(" or "), names)


def some_of(names: Sequence[str], most: int) -> Bilingual:
    """Return the first of these names, and of how many more there are the number."""
    first, more = ", ".join(names[:most]), len(names) - most
    return tr("{names} and {more} more", names=first, more=more) if more > 0 else same(first)


def knows(message: str) -> bool:
    """Whether the catalogue has this message: only then is it one of ours."""
    try:
        return bool(message) and bool(_strict().gettext(message))
    except KeyError:
        return False


@dataclass(frozen=True)
class Words:
    """The catalogue in one language, and how that language writes numbers and dates."""

    lang: str

    def __call__(self, message: str, /, **values: object) -> str:
        """Return a message in this language."""
        return self._fill(_catalogue(self.lang).gettext(message), values)

    def plural(self, one: str, many: str, count: int, **values: object) -> str:
        """Return the message for this many; `{count}` is the number."""
        text = _catalogue(self.lang).ngettext(one, many, count)
        return self._fill(text, {"count": count, **values})

    def number(self, value: float, digits: int = 2) -> str:
        """Return a number with at most so many decimals, none of them for show."""
        from babel.numbers import format_decimal

        pattern = "#,##0." + "#" * digits
        return str(format_decimal(value, pattern, locale=self.lang))

    def percent(self, value: float) -> str:
        """Return a share of 1 as a whole percentage."""
        from babel.numbers import format_percent

        return str(format_percent(value, locale=self.lang))

    def date(self, moment: datetime) -> str:
        """Return a day and time of day."""
        from babel.dates import format_datetime

        return str(format_datetime(moment, "medium", locale=self.lang))

    def _fill(self, text: str, values: dict[str, object]) -> str:
        said = {
            name: value.to(self.lang) if isinstance(value, Bilingual) else value
            for name, value in values.items()
        }
        return text.format_map(said) if said else text


class _Absent(gettext.NullTranslations):
    """Where messages are looked for that the catalogue does not have."""

    def gettext(self, message: str) -> str:
        """Find nothing."""
        raise KeyError(message)


@cache
def _strict() -> gettext.NullTranslations:
    catalogue = gettext.translation(DOMAIN, FOLDER, ["es"])
    catalogue.add_fallback(_Absent())
    return catalogue


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    if lang == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, FOLDER, [lang])
