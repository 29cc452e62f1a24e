"""From what a check raised to its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis.errors import Flaky

from grader.checks import Mismatch, Skipped
from grader.core.errors import Delegated, StudentFault, StudentProcessLost
from grader.core.i18n import Bilingual, same, tr
from grader.core.results import CheckResult, Misconception, Reading
from grader.grading import marks
from grader.grading.shrinking import ShrinkBudgetExceeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.errors import Place
    from grader.core.results import Outcome
    from grader.grading.shrinking import Smallest


_NOTHING = Bilingual("", "")


@dataclass(frozen=True)
class Verdict:
    """What came of a check: `witness` is the failure to show, `cell` repeats it in a notebook."""

    outcome: Outcome
    message: Bilingual = _NOTHING
    witness: Mismatch | None = None
    cell: str | None = None

    @property
    def misconception(self) -> Misconception | None:
        """The wrong idea that explains the failure, if it is a known one."""
        found = self.witness.misconception if self.witness else None
        if not found or found.reading:
            return None
        return Misconception(found.id, found.es, found.en, found.term)

    @property
    def reading(self) -> Reading | None:
        """The equation that explains the failure, if it has no name."""
        found = self.witness.misconception if self.witness else None
        if not found or not found.reading:
            return None
        return Reading(found.reading.text, text=found.es, text_en=found.en)


def judge(  # noqa: PLR0911 - one line an outcome
    failure: BaseException | None,
    smallest: Smallest | None,
    cell: Callable[[Mismatch | None], str | None],
) -> Verdict | None:
    """Return what a check's failure says of the student; None for one that is not the student's.

    `smallest` is the smallest failure that the check came by; `cell` writes the cell of the last.
    """
    match failure:
        case None:
            return Verdict("passed")
        case Mismatch():
            return Verdict("failed", failure.message, failure, cell(failure))
        case StudentFault():
            return Verdict(failure.outcome, failure.said, cell=cell(None))
        case Delegated():
            return Verdict("failed")
        case ShrinkBudgetExceeded() | StudentProcessLost() if smallest:
            return Verdict("failed", smallest.mismatch.message, smallest.mismatch, smallest.cell)
        case StudentProcessLost():
            return Verdict(failure.outcome, failure.message)
        case Flaky():
            return _changing(smallest)
        case Skipped():
            return Verdict("skipped", failure.said)
        case pytest.skip.Exception():
            return Verdict("skipped", same(str(failure.msg)))
        case _:
            return None


def _changing(smallest: Smallest | None) -> Verdict:
    text = tr(
        "it gives different results for the same input: does it use random numbers, or "
        "keep something from one call to the next?"
    )
    if smallest is None:
        return Verdict("failed", text)
    return Verdict("failed", text, smallest.mismatch, smallest.cell)


def result(item: pytest.Item, verdict: Verdict, place: Place | None, seconds: float) -> CheckResult:
    """Return a check's result; `place` is where it failed, as far as is known."""
    points, title = marks.points(item), marks.title(item)
    shown = place if verdict.outcome not in ("passed", "skipped") else None
    return CheckResult(
        id=marks.identity(item),
        part=marks.part(item),
        title=title.es,
        title_en=title.en,
        points=points if verdict.outcome == "passed" else 0.0,
        max_points=points,
        outcome=verdict.outcome,
        message=verdict.message.es,
        message_en=verdict.message.en,
        counterexample=verdict.witness.counterexample if verdict.witness else None,
        reproduce=verdict.cell,
        misconception=verdict.misconception,
        reading=verdict.reading,
        cell=shown.cell if shown else None,
        line=shown.line if shown else None,
        definition=shown.definition if shown else "",
        execution=shown.execution if shown else None,
        seconds=round(seconds, 4),
        kind=marks.kind(item) if marks.is_weighed(item) else "",
    )
