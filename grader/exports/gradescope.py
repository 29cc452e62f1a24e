"""results.json: a grade as Gradescope reads it from an autograder.

All that students read is `text`, which Gradescope shows as it stands: nothing of what a student
wrote can become HTML, Markdown or a colour there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from grader.core.results import text as text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.core.results import CheckResult, Grade, Json

_FORMAT = "text"
_LONGEST = 20_000
"""Characters of one output: more is no message to anybody, whoever wrote it."""
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What turns text around, or what neither a terminal nor a database should be given."""


def results(
    grade: Grade, lang: str, seconds: float, output: str, explained: Mapping[str, str]
) -> Json:
    """Return results.json's content: points out of 100, a test for each check.

    `output` is about the whole submission, `explained` about checks, by id; `seconds` is what
    grading took. Raises ValueError for a grade that nobody measured: it has no score at all.
    """
    if grade.status == "not_graded":
        raise ValueError("what was not graded has no results")
    parts = list(dict.fromkeys(check.part for check in grade.checks))
    numbers: dict[str, int] = {}
    tests = []
    for check in grade.checks:
        numbers[check.part] = numbers.get(check.part, 0) + 1
        number = f"{parts.index(check.part) + 1}.{numbers[check.part]}"
        tests.append(_test(grade, check, number, lang, explained.get(check.id, "")))
    return {
        "score": grade.score,
        "execution_time": round(seconds, 1),
        "output": _clean(output),
        "output_format": _FORMAT,
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": _about(grade),
    }


def _test(grade: Grade, check: CheckResult, number: str, lang: str, explained: str) -> Json:
    mistake = [check.misconception.id] if check.misconception else []
    return {
        "name": _clean(f"{check.part}: {text_of(check, 'title', lang)}"),
        "name_format": _FORMAT,
        "number": number,
        "score": grade.points(check),
        "max_score": check.max_points,
        "status": "passed" if check.outcome == "passed" else "failed",
        "output": _clean(explained),
        "output_format": _FORMAT,
        "tags": [check.part, check.outcome, *mistake],
        "visibility": "visible",
    }


def _about(grade: Grade) -> dict[str, Any]:
    """Return what an instructor may want to know later, and no student's text."""
    prints = grade.fingerprint
    return {
        "assignment": grade.assignment,
        "status": grade.status,
        "mark": grade.mark,
        "scale": grade.scale,
        "flags": sorted({flag.kind for flag in grade.flags}),
        "notebook": prints.notebook,
        "checks": prints.assignment,
        "seed": prints.seed,
        "environment": grade.environment,
    }


def _clean(text: str) -> str:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
    return _HARMFUL.sub(" ", cut)
