"""Parts whose work was done by what the assignment shuts: their flag, and the lost points."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from grader.core.errors import Place
from grader.core.i18n import Bilingual, tr
from grader.core.results import Flag

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from grader.core.errors import Delegated
    from grader.core.results import CheckResult

_KIND = "delegation"


def flag_of(flags: Iterable[Flag], part: str) -> Flag | None:
    """Return the flag of a part whose work is done by what is shut, if it has one."""
    return next((flag for flag in flags if (flag.kind, flag.part) == (_KIND, part)), None)


def whose(delegated: Delegated, part: str, parts: Collection[str]) -> str:
    """Return the part whose code ran what is shut: the one known, or the one being checked."""
    return delegated.part if delegated.part in parts else part


def flag(delegated: Delegated, part: str) -> Flag:
    """Return the flag for a part that was seen to run what is shut."""
    text = tr(
        "when it runs it uses {operator}, which has to be written by hand here",
        operator=delegated.operator,
    )
    place = delegated.place
    if place is None:
        return Flag(_KIND, part, text.es, text_en=text.en)
    where = (place.cell, place.line)
    return Flag(_KIND, part, text.es, *where, text.en, place.definition, place.execution)


def why(flags: Iterable[Flag], *parts: str) -> Bilingual:
    """Return why a part has no points: the first of these that is flagged; else nothing."""
    known = list(flags)
    for part in parts:
        if found := flag_of(known, part):
            what = Bilingual(found.text, found.text_en or found.text)
            text = tr("“{name}” {what}", name=part, what=what)
            if not (found.cell and found.line):
                return text
            return text.at(Place(found.cell, found.line, found.definition, found.execution).said)
    return Bilingual("", "")


def without_points(
    results: Iterable[CheckResult], part: str, message: Bilingual
) -> list[CheckResult]:
    """Return results in which no check of a part is passed any more, with the reason."""
    return [
        replace(one, points=0.0, outcome="failed", message=message.es, message_en=message.en)
        if one.part == part and one.outcome == "passed"
        else one
        for one in results
    ]
