"""What a worker says, read without believing any of it: types, messages, values.

A message counts only if the catalogue has it, and is said in the catalogue's words. Its values are
texts, cut, and put into its holes as they stand: nothing in them is looked into.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any

from grader.core.errors import Delegated, Place, StudentFault, StudentProcessLost
from grader.core.i18n import Bilingual, knows, same, tr
from grader.sandbox.api import Report
from grader.sandbox.outline import Outline, outline_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.core.errors import FaultOutcome
    from grader.protocol import wire

_OUTCOMES: tuple[FaultOutcome, ...] = ("error", "timeout", "out_of_memory", "crashed")
_MOST_FLAGS = 200
_MOST_NOTICES = 200
_DEEPEST = 5  # messages within messages
_LONGEST = 1000
_DIGEST = 16
_FOLDERS = re.compile(
    r"(?<![\w.])/(?:etc|home|lib|lib64|mnt|opt|proc|root|run|sys|tmp|usr|var|work)/(?:[^\s/'\":,;]+/)*"
)
_IDS = re.compile(r"\b[0-9a-f]{32,}\b")


def said(told: object, depth: int = 0) -> Bilingual:
    """Return in both languages what a worker told. Raises ValueError for what is none of ours."""
    match told:
        case [str(message), dict(values)] if depth < _DEEPEST and knows(message):
            if set(values) == _holes(message):
                return tr(message, **{name: _value(values[name], depth) for name in values})
    raise ValueError("not a message of the catalogue")


def report_of(reading: wire.Message, running: wire.Message) -> Report:
    """Read what the worker read in a notebook, and what came of running it.

    Raises StudentProcessLost where the reader's report is none. Of the second the student's process
    told most: what is amiss there costs it what it tells, and nothing of the first.
    """
    try:
        read = reading["reading"]
        absent = {text(name): said(why) for name, why in read["absent"].items()}
        outline = outline_of(read.get("outline"))
        notices = _notices(read["notices"])
        flags = [
            _with_place(flag, {key: text(flag[key]) for key in ("kind", "part")})
            for flag in read["flags"][:_MOST_FLAGS]
            if type(flag["cell"]) is int and type(flag["line"]) is int
        ]
        unreadable = None if read["unreadable"] is None else said(read["unreadable"])
        known = {name: outline.at(place) for name, place in places(read["places"]).items()}
        code = text(read["code"], _DIGEST)
        renamed = {text(name): text(one) for name, one in read["renamed"].items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise StudentProcessLost("crashed", tr("the notebook could not be read")) from error
    lost = None
    defined: tuple[str, ...] = ()
    try:
        ran = running["ran"]
        if "lost" in ran:
            lost = lost_of(ran["lost"])
        else:
            notices += _notices(ran["notices"])
            absent |= {text(name): said(why) for name, why in ran["failed"].items()}
            defined = tuple(name for name in map(text, ran["defined"]) if name in absent)
        flags += [_sprung(one) for one in running["tripped"]]
    except (KeyError, TypeError, AttributeError, ValueError):
        lost = StudentProcessLost("crashed", tr("the sandbox sent a malformed reply"))
    return Report(
        defined=defined,
        missing={name: why for name, why in absent.items() if name not in defined},
        notices=tuple(_named(one, outline) for one in notices[:_MOST_NOTICES]),
        flags=tuple(_named(one, outline) for one in flags),
        unreadable=unreadable,
        code=code,
        lost=lost,
        places=known,
        outline=outline,
        renamed=renamed,
    )


def _named(told: dict[str, Any], outline: Outline) -> dict[str, Any]:
    """Return a notice or a flag with the names of its place."""
    where = place(told["cell"], told["line"])
    found = outline.at(where) if where else None
    return {
        **told,
        "definition": found.definition if found else "",
        "execution": found.execution if found else outline.executions.get(told["cell"]),
    }


def _notices(told: Any) -> list[dict[str, Any]]:
    return [
        _with_place(note, {})
        for note in told[:_MOST_NOTICES]
        if all(type(note[key]) in {int, type(None)} for key in ("cell", "line"))
    ]


def _sprung(told: Any) -> dict[str, Any]:
    """Return the flag of what is shut and ran while definitions did: for a person to look at."""
    what, part, cell, line = told
    why = (
        tr("it uses {operator}, which has to be written by hand here", operator=text(what, 100))
        if isinstance(what, str)
        else said(what)
    )
    words = tr("while its definitions run, {what}: a person should look at it", what=why)
    where = place(cell, line)
    return {
        "kind": "conduct",
        "part": text(part, 100),
        "text": words.es,
        "text_en": words.en,
        "cell": where and where.cell,
        "line": where and where.line,
    }


def delegated(tripped: Any, outline: Outline) -> Delegated:
    """Return what a tripwire said, believing none of its types."""
    try:
        operator, part, cell, line = tripped
    except (TypeError, ValueError):
        return Delegated("torch")
    where = place(cell, line)
    return Delegated(text(operator, 100), text(part, 100), where and outline.at(where))


def lost_of(told: object) -> StudentProcessLost:
    """Return how the student's process was lost, as the worker says it or a student forged it."""
    try:
        match told:
            case [outcome, why]:
                known: list[FaultOutcome] = [one for one in _OUTCOMES if one == outcome]
                return StudentProcessLost(next(iter(known), "crashed"), said(why))
    except ValueError:
        pass
    return StudentProcessLost("crashed", tr("the sandbox sent a malformed reply"))


def fault(raised: Any, outline: Outline) -> StudentFault:
    """Return the student's exception as the worker described it, with the names of its place.

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
    where = place(cell, line)
    return StudentFault(Bilingual(*line_of), where and outline.at(where))


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
    return without_host(text(told)) if isinstance(told, str) else said(told, depth + 1)


def without_host(told: str) -> str:
    """Return a text of the student's process with what it may say of this machine cut.

    Of files that are not the student's the name stays and the folders go; of ids, as engines give
    them, nothing.
    """
    return _IDS.sub("…", _FOLDERS.sub("…/", told))


def _holes(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def _what(told: object) -> Bilingual:
    """Return what an exception says: the student's own text, or a message of the worker's."""
    if isinstance(told, str):
        return same(without_host(text(told, 2000)))
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
