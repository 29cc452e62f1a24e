"""Whether a case got what it must get."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attacks.corpus import Case
    from grader.core.results import CheckResult, Grade

GRACE = 20.0
"""Seconds that a check may take beyond its limit: to kill and wipe a fork bomb, beside another one
on two cores, takes up to 16."""


def broken(case: Case, grade: Grade | None, most_seconds: float) -> list[str]:
    """Return what is not as the case demands, in words."""
    if grade is None:
        return ["it has no grade"]
    wrong = []
    if grade.status != case.status:
        wrong.append(f"it is {grade.status}, not {case.status}: {grade.reason}")
    if grade.score != case.points:
        wrong.append(f"it has {grade.score:g} points, not {case.points:g}")
    wrong += _lost(case, grade.checks)
    wrong += _flags(case, grade)
    texts = [grade.reason, *(check.message for check in grade.checks if check.outcome != "passed")]
    if case.says and not any(re.search(case.says, text) for text in texts):
        wrong.append(f"nothing says {case.says!r}: {texts[0] or texts[1:2]}")
    if case.hides and (found := [text for text in texts if re.search(case.hides, text)]):
        wrong.append(f"it says {found[0]!r}")
    slow = [
        check for check in grade.checks if check.seconds > (case.seconds or most_seconds) + GRACE
    ]
    wrong += [f"{check.id} took {check.seconds:g} s" for check in slow]
    return wrong


def _lost(case: Case, checks: tuple[CheckResult, ...]) -> list[str]:
    wrong = []
    for check in checks:
        expected = _matches(check.id, case.loses) and not _matches(check.id, case.keeps)
        if (check.outcome != "passed") != expected:
            wrong.append(f"{check.id} is {check.outcome}: {check.message}")
    if case.outcomes and checks:
        seen = {check.outcome for check in checks} - {"passed", "skipped"}
        if not seen or not seen <= set(case.outcomes):
            wrong.append(f"what ran ended as {sorted(seen)}, not as {sorted(case.outcomes)}")
    return wrong


def _flags(case: Case, grade: Grade) -> list[str]:
    seen = {f"{flag.kind}:{flag.part}" for flag in grade.flags}
    wanted = set(case.flags)
    more = {flag for flag in seen - wanted if flag.startswith("delegation:")}
    return [f"it lacks the flag {flag}" for flag in sorted(wanted - seen)] + [
        f"it is flagged {flag}" for flag in sorted(more)
    ]


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)
