"""What people decided about a submission, in sentences for a terminal or a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.core.i18n import Words
    from grader.core.results import Decision, Grade


def sentence(decision: Decision, grade: Grade, words: Words) -> str:
    """Return one decision in a sentence or two, on one line; not made safe to show anywhere."""
    values = {
        "by": " ".join(decision.by.split()),
        "date": words.date(decision.moment),
        "reason": " ".join(decision.reason.split()),
    }
    if decision.points is None:
        return words("{by} withdrew the decision on {date} (UTC). {reason}", **values)
    values["points"] = words.number(decision.points)
    for check in grade.checks:
        if check.id == decision.check:
            values["most"] = words.number(check.max_points)
            values["automatic"] = words.number(check.points)
            return words(
                "{by} decided on {date} (UTC): {points} of {most} points, instead of the "
                "automatic {automatic}. {reason}",
                **values,
            )
    return words("{by} decided on {date} (UTC): {points} points. {reason}", **values)
