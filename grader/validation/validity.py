"""What marks measure: what a wrong rule costs of its part, and whether anything explains it."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grader.assignments.assignment import Assignment
    from grader.core.results import CheckResult, Grade

NAMED, READ, UNEXPLAINED = "named", "read", "unexplained"
"""A mistake has a name, or the equation that gives its numbers is shown, or neither."""
_FEWEST_RULES, _FEWEST_POINTS = 3, 6
"""What has fewer is free of the shares of kinds: what a mistake costs there says little."""


@dataclass(frozen=True)
class Measured:
    """What came of one wrong rule.

    `cost` is the share of the part's points that is lost, from 0 to 1; None where the part is too
    small for it to say something. A part of several functions is each of them.
    """

    cost: float | None
    explained: str


Groups = dict[str, dict[str, str]]
"""By group, a definition's checks or a part's own: its checks, each with its kind."""


def groups(assignment: Assignment) -> Groups:
    """Return the checks that share points: a definition's, or what else a part has."""
    from grader.grading import marks, points, suite

    items = suite.collect(assignment)
    found: Groups = {}
    for part in assignment.points:
        checks = [item for item in items if marks.part(item) == part]
        for places in points.by_definition(checks):
            kinds = {marks.identity(checks[n]): marks.kind(checks[n]) for n in places}
            found[f"{part}, {len(found)}"] = kinds
    return found


def measure(grade: Grade, loses: Sequence[str], groups: Groups) -> Measured | None:
    """Return what a wrong solution, which should lose these checks, came to.

    None for a mistake of form alone, and for one that takes a whole part.
    """
    by_id = {check.id: check for check in grade.checks}
    for group in groups.values():
        if not any(group.get(check) in ("rule", "whole") for check in loses):
            continue
        of_group = [by_id[name] for name in group if name in by_id]
        lost = [check for check in of_group if check.outcome != "passed"]
        rules = [check for check in lost if group[check.id] != "form"]
        return Measured(_cost(of_group, group), _explained(rules))
    return None


def _cost(checks: Sequence[CheckResult], kinds: Mapping[str, str]) -> float | None:
    of_group = [kinds[check.id] for check in checks]
    worth = math.fsum(check.max_points for check in checks)
    shared = "whole" in of_group and of_group.count("rule") >= _FEWEST_RULES
    if not shared or worth < _FEWEST_POINTS:
        return None
    return 1 - math.fsum(check.points for check in checks) / worth


def _explained(lost: Sequence[CheckResult]) -> str:
    if any(check.misconception for check in lost):
        return NAMED
    return READ if any(check.reading for check in lost) else UNEXPLAINED


@dataclass(frozen=True)
class Validity:
    """What came of all wrong rules together: how many, how they are explained, what they cost.

    `costs` are the 10th percentile, the median and the 90th, as shares of the part.
    """

    mistakes: int
    explained: Mapping[str, int]
    costs: tuple[float, float, float] | None

    def __str__(self) -> str:
        """Return it as a sentence or two."""
        counts = ", ".join(f"{count} {how}" for how, count in self.explained.items())
        share = 1 - self.explained[UNEXPLAINED] / self.mistakes
        told = f"{self.mistakes} wrong rules: {counts} ({share:.0%} explained)."
        if self.costs is None:
            return told
        low, median, high = (f"{cost:.0%}" for cost in self.costs)
        return f"{told} One costs {low} of its part (p10), {median} (median), {high} (p90)."


def of_all(measured: Iterable[Measured]) -> Validity | None:
    """Return what came of them together; None for none."""
    every = list(measured)
    if not every:
        return None
    counts = Counter(one.explained for one in every)
    costs = sorted(one.cost for one in every if one.cost is not None)
    return Validity(
        len(every),
        {how: counts[how] for how in (NAMED, READ, UNEXPLAINED)},
        (_at(costs, 0.1), _at(costs, 0.5), _at(costs, 0.9)) if costs else None,
    )


def _at(values: Sequence[float], share: float) -> float:
    """Return the value below which so many lie: one of them."""
    return values[min(len(values) - 1, int(share * len(values)))]
