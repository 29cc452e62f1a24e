"""What a worker says, read without believing any of it: types, messages, values.

A message counts only if the catalogue has it, and is said in the catalogue's words. Its values are
texts, cut, and put into its holes as they stand: nothing in them is looked into.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from grader.core.errors import Place, StudentFault, StudentProcessLost
from grader.core.i18n import Bilingual, knows, same, tr
from grader.sandbox.api import Report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.protocol import wire

_MOST_FLAGS = 200
_MOST_NOTICES = 200
_DEEPEST = 3  # messages within messages
_LONGEST = 1000


def said(told: object, depth: int = 0) -> Bilingual:
    """Return in both languages what a worker told. Raises ValueError for what is none of ours."""
    match told:
        case [str(message), dict(values)] if depth < _DEEPEST and knows(message):
            if set(values) == _holes(message):
                return tr(message, **{name: _value(values[name], depth) for name in values})
    raise ValueError("not a message of the catalogue")


def report_of(message: wire.Message) -> Report:
    """Read the worker's report. Raises StudentProcessLost."""
    try:
        report = message["report"]
        return Report(
            defined=tuple(text(name) for name in report["defined"]),
            missing={text(name): said(why) for name, why in report["missing"].items()},
            notices=tuple(
                _with_place(note, {})
                for note in report["notices"][:_MOST_NOTICES]
                if all(type(note[key]) in {int, type(None)} for key in ("cell", "line"))
            ),
            flags=tuple(
                _with_place(flag, {key: text(flag[key]) for key in ("kind", "part")})
                for flag in report["flags"][:_MOST_FLAGS]
                if type(flag["cell"]) is int and type(flag["line"]) is int
            ),
            unreadable=None if report["unreadable"] is None else said(report["unreadable"]),
            places=places(report["places"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise StudentProcessLost("crashed", tr("the notebook could not be read")) from error


def fault(raised: Any) -> StudentFault:
    """Return the student's exception as the worker described it.

    Raises StudentProcessLost for an exception that means that memory ran out.
    """
    try:
        name, told, cell, line, memory = raised
    except (TypeError, ValueError):
        return StudentFault(tr("an exception that cannot be read"))
    if memory is True:
        raise StudentProcessLost("out_of_memory", tr("it ran out of memory"))
    what = _what(told)
    line_of = [f"{text(name, 200)}: {one}".rstrip(": ") for one in (what.es, what.en)]
    return StudentFault(Bilingual(*line_of), place(cell, line))


def place(cell: object, line: object) -> Place | None:
    """Return a place of the notebook, if that is what this is."""
    return Place(cell, line) if type(cell) is int and type(line) is int else None


def places(told: Mapping[str, Any]) -> dict[str, Place]:
    """Return where a notebook defines names, as far as it says places. Raises AttributeError."""
    found = {text(name): place(*pair) for name, pair in told.items() if _is_pair(pair)}
    return {name: where for name, where in found.items() if where}


def text(told: object, most: int = _LONGEST) -> str:
    """Return a text, cut; nothing for what is none: it may be nested too deeply to be shown."""
    return told[:most] if isinstance(told, str) else ""


def _value(told: object, depth: int) -> Bilingual | str:
    return text(told) if isinstance(told, str) else said(told, depth + 1)


def _holes(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def _what(told: object) -> Bilingual:
    """Return what an exception says: the student's own text, or a message of the worker's."""
    if isinstance(told, str):
        return same(text(told, 2000))
    try:
        return said(told)
    except ValueError:
        return same("")


def _with_place(told: Mapping[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    words = said(told["text"])
    where = {"cell": told["cell"], "line": told["line"]}
    return {**fields, "text": words.es, "text_en": words.en, **where}


def _is_pair(told: object) -> bool:
    return isinstance(told, list) and len(told) == len(("cell", "line"))
