"""What came of checks, put together as a student looks at it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from grader.core.results import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.core.i18n import Words
    from grader.core.results import CheckResult, Grade, Notice


def failures(grade: Grade) -> list[tuple[CheckResult, ...]]:
    """Return what was not right, in order; checks of a part that failed for one reason together."""
    failed = [check for check in grade.checks if check.outcome not in ("passed", "skipped")]
    return [tuple(checks) for _, checks in groupby(failed, _reason)]


def skipped(grade: Grade) -> list[tuple[CheckResult, ...]]:
    """Return what was not checked; checks of a part that have one reason together."""
    by_reason: dict[tuple[str, str], list[CheckResult]] = {}
    for check in grade.checks:
        if check.outcome == "skipped":
            by_reason.setdefault((check.part, check.message), []).append(check)
    return [tuple(checks) for checks in by_reason.values()]


def by_part(checks: Iterable[CheckResult]) -> list[tuple[str, list[CheckResult]]]:
    """Return the checks of each part."""
    return [(part, list(found)) for part, found in groupby(checks, lambda check: check.part)]


def alike(notices: Iterable[Notice]) -> list[list[Notice]]:
    """Return the notices, those that say the same together."""
    by_text: dict[str, list[Notice]] = {}
    for notice in notices:
        by_text.setdefault(notice.text, []).append(notice)
    return [*by_text.values()]


def outcome(check: CheckResult, words: Words) -> str:
    """Return the verdict in words; what the skeleton raises means that nothing is there yet."""
    if unwritten(check):
        return words("not written yet")
    return {
        "failed": words("not right"),
        "error": words("raises an exception"),
        "timeout": words("takes too long"),
        "out_of_memory": words("runs out of memory"),
        "crashed": words("crashes"),
    }[check.outcome]


def unwritten(check: CheckResult) -> bool:
    """Whether what is checked is as the skeleton has it."""
    return check.outcome == "error" and check.message.startswith("NotImplementedError")


def heading(checks: tuple[CheckResult, ...], words: Words) -> str:
    """Return what checks that belong together are called: the title of one, the count of many."""
    if len(checks) == 1:
        return text(checks[0], "title", words.lang)
    return words.plural(
        "{part}: {count} check, for one reason",
        "{part}: {count} checks, for one reason",
        len(checks),
        part=checks[0].part,
    )


def place(cell: int | None, line: int | None, words: Words) -> str:
    """Return a place of the notebook as tracebacks name it."""
    if cell is None:
        return ""
    if line is None:
        return words("cell [{cell}]", cell=cell)
    return words("cell [{cell}], line {line}", cell=cell, line=line)


def _reason(check: CheckResult) -> tuple[str, ...]:
    """Return what checks of a part have in common that failed for the same reason."""
    own = check.counterexample or check.reproduce
    return (check.part, check.outcome, check.message, check.id if own else "")
