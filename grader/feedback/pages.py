"""What every page is made with: templates, the words of a language, and a strict policy.

A page is one file: its style and its script stand in it, and its Content-Security-Policy names
them by hash, so that nothing else runs and nothing is loaded from anywhere. Hence no template may
have `style=` or `on…=` attributes. All that a page shows is escaped unless it is `Markup`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache, partial
from pathlib import Path

import jinja2
from markupsafe import Markup

from grader.core.i18n import Words
from grader.feedback import decided

FOLDER = Path(__file__).parent / "templates"
_MOST_CHARACTERS = 20_000
"""Of a text: more than that is no message to anybody, whoever wrote it."""
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no page may hold, or what turns the text around it backwards."""


@cache
def environment(lang: str) -> jinja2.Environment:
    """Return the templates in one language.

    They know `words` and `plural`, the filters `number`, `percent` and `date` (as the language
    writes them) and `digits` (as Python writes them, four significant digits).
    """
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=clean,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    words = Words(lang)
    made.globals.update(lang=lang, words=words, plural=words.plural)
    made.filters.update(number=words.number, percent=words.percent, date=words.date, digits=digits)
    made.filters["decided"] = partial(decided.sentence, words=words)
    return made


def page(template: str, lang: str, like: str = "", **values: object) -> str:
    """Return a page from a template that extends `base.html.jinja`.

    Its style is `style.css` and, where there is one, the file of the template's name that ends in
    `.css`; its script the one that ends in `.js`. It has those of another template before, where it
    is `like` that one.
    """
    stems = (like, template.partition(".")[0]) if like else (template.partition(".")[0],)
    style = _text("style.css") + "".join(_text(f"{stem}.css") for stem in stems)
    script = "".join(_text(f"{stem}.js") for stem in stems)
    inline = {"style": Markup(style), "script": Markup(script)}  # noqa: S704 - files of ours
    made = environment(lang).get_template(template)
    return made.render(policy=_policy(style, script), **inline, **values)


def clean(value: object) -> object:
    """Return what a template shows, a text without what could spoil the page."""
    if isinstance(value, str) and not isinstance(value, Markup):
        text = value[:_MOST_CHARACTERS] + "…" * (len(value) > _MOST_CHARACTERS)
        return _HARMFUL.sub("\ufffd", text)
    return value


def digits(value: object) -> str:
    """Return a number as Python writes it, at four significant digits; other things as they are."""
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.4g}"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)  # noqa: PLR2004


@cache
def _text(name: str) -> str:
    path = FOLDER / name
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def _policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy: this style, this script, pictures in the page alone."""
    rules = {
        "default-src": "'none'",
        "style-src": _hash(style),
        "script-src": _hash(script) if script else "'none'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
