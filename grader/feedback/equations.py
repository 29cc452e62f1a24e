"""Equations as titles and messages write them (f_t = σ(W_xf x_t + …)), as HTML.

Subscripts and names of code are set as such; a term can be marked. Whatever else the text holds is
escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup, escape

from grader.feedback.pages import clean

_TOKEN = re.compile(
    r"(?<!\w)(?:"
    r"(?P<base>[A-Za-z]\u0303?)_(?:\{(?P<braced>[^{}\s]{1,12})\}|(?P<sub>(?<=W_)[a-z]{2}|[A-Za-z]))"
    r"|(?P<name>[A-Za-z]\w*(?:\.\w+)+|[A-Za-z]\w*_\w+)"
    r")(?!\w)"
)
_LETTER = re.compile(r"(?<!\w)[A-Zb-df-hj-np-tv-xz](?!\w)")  # a, e, o, u and y are words


@dataclass(frozen=True)
class Title:
    """A check's title: what it is about, in words, and the equation it stands for, if any."""

    words: Markup
    equation: Markup

    @property
    def in_code(self) -> bool:
        """Whether the equation is about names of code and has no variable."""
        return "<var>" not in self.equation


def title(text: str, term: str = "") -> Title:
    """Split a title into words and equation, the term marked where it stands."""
    words, colon, equation = text.strip().removesuffix(".").partition(": ")
    if not colon or "=" not in equation:
        return Title(maths(text.strip().removesuffix("."), term), Markup())
    here = term in equation
    return Title(maths(words, "" if here else term), maths(equation, term, variables=True))


def maths(text: str, term: str = "", *, variables: bool = False) -> Markup:
    """Return a text with its subscripts, names of code and, where it occurs, the term marked.

    In an equation single letters are `variables`.
    """
    before, found, after = text.partition(term) if term else (text, "", "")
    pieces = [_set(before, variables=variables)]
    if found:
        pieces += [Markup("<mark>{}</mark>").format(_set(found, variables=variables))]
    return Markup().join([*pieces, _set(after, variables=variables)])


def _set(text: str, *, variables: bool) -> Markup:
    pieces, end = [], 0
    for match in _TOKEN.finditer(text):
        pieces += [_plain(text[end : match.start()], variables=variables), _token(match)]
        end = match.end()
    return Markup().join([*pieces, _plain(text[end:], variables=variables)])


def _token(match: re.Match[str]) -> Markup:
    if match["name"]:
        return Markup("<code>{}</code>").format(match["name"])
    below = (match["braced"] or match["sub"]).replace("-", "−")
    return Markup("<var>{}<sub>{}</sub></var>").format(match["base"], below)


def _plain(text: str, *, variables: bool) -> Markup:
    text = str(clean(text))
    if not variables:
        return escape(text)
    return Markup(_LETTER.sub(r"<var>\g<0></var>", str(escape(text))))  # noqa: S704 - escaped above
