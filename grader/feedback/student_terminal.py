"""One student's grade on a terminal: the parts, the first failure in full, the rest in a line each.

What is right is told by a count alone: a student who works on one part looks for what is not.
"""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from grader.core.console import plain
from grader.core.i18n import Words
from grader.core.results import text as text_of
from grader.feedback import decided, terminal, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from grader.core.results import CheckResult, Grade

_LONGEST_LINE = 150
_LONGEST_TITLE = 60


def render(grade: Grade, lang: str) -> RenderableType:
    """Return a student's grade; of a submission that was not graded, why."""
    words = Words(lang)
    if grade.status != "graded":
        return Text(plain(text_of(grade, "reason", lang)), style="yellow")
    begun = verdicts.begun(grade)
    shown: list[RenderableType] = [_parts(grade, words)]
    for block in (
        _decisions(grade, words),
        terminal.flags(grade, lang),
        _first(begun, words),
        _others(begun, words),
        _skipped(begun, words),
        _unbegun(grade, words),
        _notices(grade, words),
    ):
        lines = list(block)
        shown += ["", *lines] if lines else []
    return Group(*shown)


def _parts(grade: Grade, words: Words) -> Table:
    """Return a line for each part: its points, and how many checks passed, failed, were skipped."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for justify in ("left", "right", "right", "right", "right"):
        table.add_column(justify=justify, no_wrap=True)
    groups = verdicts.by_part(grade.checks)
    for part, checks in groups:
        table.add_row(Text(plain(part)), _points(grade, checks, words), *_counts(checks))
    if len(groups) > 1:
        total = words.number(grade.score)
        most = math.fsum(check.max_points for check in grade.checks)
        table.add_row(Text(words("Total"), style="bold"), f"{total}/{words.number(most)}")
    return table


def _points(grade: Grade, checks: list[CheckResult], words: Words) -> str:
    points = math.fsum(grade.points(check) for check in checks)
    most = math.fsum(check.max_points for check in checks)
    return f"{words.number(points)}/{words.number(most)}"


def _counts(checks: list[CheckResult]) -> tuple[Text, ...]:
    passed = sum(check.outcome == "passed" for check in checks)
    skipped = sum(check.outcome == "skipped" or verdicts.unwritten(check) for check in checks)
    failed = len(checks) - passed - skipped
    marks = (("✓", passed, "green"), ("✗", failed, "red"), ("–", skipped, "dim"))
    return tuple(Text(f"{mark} {count}" if count else "", style) for mark, count, style in marks)


def _decisions(grade: Grade, words: Words) -> Iterator[Text]:
    for check in grade.checks:
        if decision := grade.decided(check):
            title = text_of(check, "title", words.lang)
            told = decided.sentence(decision, grade, words)
            yield Text(plain(f"✎ {check.part}: {title}: {told}"), style="yellow")


def _first(grade: Grade, words: Words) -> Iterator[RenderableType]:
    for checks in verdicts.failures(grade)[:1]:
        where = f"{_where(checks[0], words)} · {verdicts.outcome(checks[0], words)}"
        yield Text(where, style="dim")
        if not checks.titled:
            yield Text(f"✗ {plain(verdicts.heading(checks, words))}", style="bold red")
        if advice := verdicts.advice(checks, words):
            yield Text(plain(advice))
        if checks.titled or checks.unexplained:
            yield terminal.explanation(checks[0], words.lang)
        else:
            yield Text(plain(text_of(checks[0], "message", words.lang)))


def _others(grade: Grade, words: Words) -> Iterator[Text]:
    for checks in verdicts.failures(grade)[1:]:
        asked = _without_equation(verdicts.heading(checks, words))
        line = f"✗ {_where(checks[0], words)}: {_short(asked, _LONGEST_TITLE)}"
        yield Text(_short(f"{line} → {_why(checks[0], words)}"), style="red")


def _skipped(grade: Grade, words: Words) -> Iterator[Text]:
    for checks in verdicts.skipped(grade):
        count = words.plural("{count} not checked", "{count} not checked", len(checks))
        why = text_of(checks[0], "message", words.lang)
        yield Text(_short(f"– {checks[0].part}: {count}: {why}"), style="dim")


def _unbegun(grade: Grade, words: Words) -> Iterator[Text]:
    if names := verdicts.unbegun(grade):
        yield Text(plain(words("Not written yet: {names}.", names=", ".join(names))), style="dim")


def _notices(grade: Grade, words: Words) -> Iterator[Text]:
    not_run = words("the definitions do not need it, and it is not run")  # the course's own cells
    for alike in verdicts.alike(grade.notices):
        if text_of(alike[0], "text", words.lang) == not_run:
            continue
        places = [verdicts.place(one, words) for one in alike]
        where = "; ".join(filter(None, places))
        told = text_of(alike[0], "text", words.lang)
        yield Text(plain(f"· {told}: {where}" if where else f"· {told}"), style="dim")


def _where(check: CheckResult, words: Words) -> str:
    return plain(verdicts.where(check, words))


def _why(check: CheckResult, words: Words) -> str:
    """Return in a few words what is behind a failure: the misconception, or what was seen."""
    if check.explanation:
        return text_of(check.explanation, "text", words.lang)
    return text_of(check, "message", words.lang)


def _without_equation(title: str) -> str:
    """Return a title's words: there is one line for what was asked and for what came of it."""
    words, _, equation = title.partition(": ")
    return words if "=" in equation else title


def _short(line: str, most: int = _LONGEST_LINE) -> str:
    return textwrap.shorten(plain(line), most, placeholder=" …")
