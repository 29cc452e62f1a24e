"""GitHub Classroom's result of a test run: JSON in base64, on one line.

Its reporter takes one from the environment (`<ID>_RESULTS`), adds up the scores of `tests`, of a
result whose `max_score` is not 0, and ends with an error unless `status` is `pass`.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from grader.core.results import text as text_of

if TYPE_CHECKING:
    from grader.core.results import CheckResult, Grade

VERSION = 1
_STATUS = {"passed": "pass", "failed": "fail", "skipped": "fail"}  # anything else: error
_LONGEST = 65_536
"""Linux takes no more than 128 KiB of one variable; base64 makes four bytes of three."""
_MESSAGES = (2000, 500, 120, 0)
"""How much of each message is kept, in characters: the first of these that is short enough."""


def encoded(grade: Grade, lang: str) -> str:
    """Return a grade as Classroom's reporter reads it. The longer the whole, the less of each."""
    text = ""
    for longest in _MESSAGES:
        text = json.dumps(result(grade, lang, longest), ensure_ascii=False)
        if len(text.encode("utf-8", "replace")) <= _LONGEST:
            break
    return base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")


def result(grade: Grade, lang: str, longest: int = _MESSAGES[0]) -> dict[str, Any]:
    """Return a grade as Classroom's result, messages cut to so many characters."""
    tests = [_test(grade, check, lang, longest) for check in grade.checks]
    return {
        "version": VERSION,
        "status": _status(grade),
        "max_score": grade.max_score,
        "tests": tests or [_whole(grade, lang, longest)],
    }


def _status(grade: Grade) -> str:
    if grade.status == "not_graded":
        return "error"
    return "pass" if grade.checks and grade.score >= grade.max_score else "fail"


def _test(grade: Grade, check: CheckResult, lang: str, longest: int) -> dict[str, Any]:
    passed = check.outcome == "passed"
    told = [text_of(check, "title", lang), text_of(check, "message", lang)]
    if check.explanation:
        told.append(text_of(check.explanation, "text", lang))
    return {
        "name": check.id,
        "status": _STATUS.get(check.outcome, "error"),
        "score": round(grade.points(check), 4),
        "message": "" if passed else _cut("\n".join(filter(None, told)), longest),
        "line_no": check.line or 0,
        "execution_time": f"{check.seconds:.3f}s",
    }


def _whole(grade: Grade, lang: str, longest: int) -> dict[str, Any]:
    """Return the one test of a submission without checks: refused, or never graded."""
    return {
        "name": grade.assignment,
        "status": _status(grade),
        "score": 0,
        "message": _cut(text_of(grade, "reason", lang), longest),
        "line_no": 0,
        "execution_time": "0.000s",
    }


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: max(longest - 1, 0)] + "…" * bool(longest)
