"""Texts of a grade as pages show them: in a language, with their mathematics set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.core.results import text as text_of
from grader.feedback import equations

if TYPE_CHECKING:
    from markupsafe import Markup

    from grader.core.i18n import Words
    from grader.feedback.class_numbers import Marks


@dataclass(frozen=True)
class Text:
    """A text, and the language that it is in: not everything is told in both."""

    html: Markup
    lang: str


def said(item: object, name: str, lang: str) -> Text:
    """Return a field in this language; in Spanish, and said to be so, where there is no English."""
    english = getattr(item, f"{name}_en", "") if lang == "en" else ""
    text = text_of(item, name, lang)
    about = (getattr(item, "counterexample", None) or {}).get("quantity")
    return Text(equations.maths(capital(text, about)), "en" if english else "es")


def capital(text: str, name: object = None) -> str:
    """Return a text that begins as sentences do, unless its first word is a name or a variable.

    `name` is that of what the text is about, which may look like a word.
    """
    first = text.partition(" ")[0]
    is_word = len(first) > 1 and first.isalpha() and first != name
    return text[:1].upper() + text[1:] if is_word else text


def without_rejected(marks: Marks, words: Words) -> str:
    """Return that the rejected are not in a class's numbers, and what the average is with them."""
    return words.plural(
        "The rejected submission (mark 0) is not in these numbers; with it the average is {mean}.",
        "The {count} rejected submissions (mark 0) are not in these numbers; with them the average "
        "is {mean}.",
        marks.rejected,
        mean=words.number(marks.mean_of_all),
    )
