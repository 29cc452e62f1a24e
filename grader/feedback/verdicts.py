"""What came of checks, put together as a student looks at it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from grader.core.errors import Place
from grader.core.results import text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from grader.core.i18n import Words
    from grader.core.results import CheckResult, Flag, Grade, Notice

_SKELETONS = re.compile(r"NotImplementedError(?: \(|$)")


class Failed(tuple["CheckResult", ...]):
    """Checks of one part that are one thing to look at: the first says what it is.

    Either there is one, or they failed in the same words, or by the same wrong idea, or with
    numbers that nothing explains, of which many follow from the first.
    """

    __slots__ = ()

    @property
    def unexplained(self) -> bool:
        """Whether they are several, with numbers that no idea and no slip gives."""
        return len(self) > 1 and _has_numbers(self[0]) and not self[0].explanation

    @property
    def titled(self) -> bool:
        """Whether the first one's title says what they are about."""
        return len(self) == 1 or self[0].explanation is not None


def failures(grade: Grade) -> list[Failed]:
    """Return what was not right, in order; what is one thing to look at together."""
    failed = [check for check in grade.checks if check.outcome not in ("passed", "skipped")]
    explained = {check.part for check in failed if check.explanation}
    together: dict[tuple[str, ...], list[CheckResult]] = {}
    for check in failed:
        together.setdefault(_reason(check, explained), []).append(check)
    return [Failed(checks) for checks in together.values()]


def skipped(grade: Grade) -> list[tuple[CheckResult, ...]]:
    """Return what was not checked; checks of a part that have one reason together."""
    by_reason: dict[tuple[str, str], list[CheckResult]] = {}
    for check in grade.checks:
        if check.outcome == "skipped":
            by_reason.setdefault((check.part, check.message), []).append(check)
    return [tuple(checks) for checks in by_reason.values()]


def unbegun(grade: Grade) -> list[str]:
    """Return what still is as the skeleton has it: the definitions, or their methods."""
    found = [check for check in grade.checks if unwritten(check)]
    names = (check.definition.removesuffix(".__init__") or check.part for check in found)
    return list(dict.fromkeys(names))


def begun(grade: Grade) -> Grade:
    """Return a grade without the checks of what is not written yet, and what waits for it alone."""
    waiting = {check.part for check in grade.checks if unwritten(check)}
    if not waiting:
        return grade
    failed = [check for check in grade.checks if check.outcome not in ("passed", "skipped")]
    all_wait = all(map(unwritten, failed))
    kept = (
        check
        for check in grade.checks
        if not unwritten(check)
        and not (check.outcome == "skipped" and (all_wait or check.part in waiting))
    )
    return replace(grade, checks=tuple(kept))


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
    """Whether what is checked is as the skeleton has it, which raises this and says no more.

    torch raises it too, with words: of a `forward` that is missing, or has another name.
    """
    return check.outcome == "error" and _SKELETONS.match(check.message) is not None


def heading(checks: Failed, words: Words) -> str:
    """Return what checks that belong together are called: a title, or the count of many."""
    if checks.titled:
        return text(checks[0], "title", words.lang)
    if checks.unexplained:
        return words.plural(
            "{part}: {count} check, and no known mistake gives these numbers",
            "{part}: {count} checks, and no known mistake gives these numbers",
            len(checks),
            part=checks[0].part,
        )
    return words.plural(
        "{part}: {count} check, for one reason",
        "{part}: {count} checks, for one reason",
        len(checks),
        part=checks[0].part,
    )


def advice(checks: Failed, words: Words) -> str:
    """Return where to begin, of what nothing explains; nothing of all else."""
    if not checks.unexplained:
        return ""
    return words(
        "Neither a known mistake nor one slip in an equation gives your numbers. Begin with this "
        "check, “{title}”: others often follow from it.",
        title=text(checks[0], "title", words.lang),
    )


def place(one: CheckResult | Flag | Notice, words: Words) -> str:
    """Return where in the notebook something is, as messages name places; nothing if nowhere."""
    if one.cell is None:
        return ""
    if one.line is None:
        shown = f"In [{one.execution}]" if one.execution else ""
        return shown or words("cell [{cell}]", cell=one.cell)
    return Place(one.cell, one.line, one.definition, one.execution).said.to(words.lang)


def where(check: CheckResult, words: Words) -> str:
    """Return a check's part and place; the part alone once where the place names it."""
    found = place(check, words)
    named = check.definition.split(".")[0] == check.part
    return found if found and named else " · ".join(filter(None, (check.part, found)))


def _reason(check: CheckResult, explained: Collection[str]) -> tuple[str, ...]:
    """Return what checks have in common that are one thing to look at."""
    if check.explanation:
        return (check.part, "", text(check.explanation, "text", "en"))
    if not _has_numbers(check):
        return (check.part, check.outcome, check.message)
    alone = check.part in explained or check.kind == "form"
    return (check.part, check.outcome, check.id if alone else "")


def _has_numbers(check: CheckResult) -> bool:
    return bool(check.counterexample or check.reproduce)
