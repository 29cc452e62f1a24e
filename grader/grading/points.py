"""What each check is worth: from the weights that an author gives to the points of a part.

A check is of a kind. *form*: names, shapes, what is returned, orders. *rule*: one equation alone.
*whole*: the part as it stands. Weights divide the points among the checks of one kind; what the
kinds have of a part are shares laid on top, so that one wrong rule costs its own points and the
whole's, 30 to 55 % of the part, whatever else is checked.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from grader.core.errors import AssignmentFault
from grader.grading import marks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest

    from grader.assignments.assignment import Assignment

_WHOLE = 0.35
_FORM = (0.10, 0.25)
"""The shares of the whole, and of form, of which the weights decide within these."""
_ONE_FORM = (0.05, 0.15)
_ONE_RULE = 0.20
"""What one check of form costs of a part, and at most one rule, beside the whole."""
_FEWEST_RULES, _FEWEST_POINTS = 3, 6.0
"""A definition with fewer rules, or a part with fewer points, is free of shares."""
_FREE_WHOLE = 0.5
"""What the whole weighs there, of all other checks together, where nobody says."""

FORM, RULE, WHOLE = "form", "rule", "whole"


def give(items: Sequence[pytest.Item], assignment: Assignment) -> None:
    """Give each check its points. Raises AssignmentFault for one of which nobody says them."""
    for part, points in assignment.points.items():
        checks = [item for item in items if marks.part(item) == part]
        if part in assignment.checks:
            worth = _by_check(checks, part, assignment)
        elif any(marks.is_weighed(item) for item in checks):
            worth = _by_kind(checks, points)
        else:
            weights = [marks.points(item) for item in checks]
            even = math.isclose(math.fsum(weights), points)
            worth = weights if even or not checks else divided(weights, points)
        for item, value in zip(checks, worth, strict=True):
            item.stash[marks.WORTH] = value


def shares(kinds: Sequence[str], weights: Sequence[float | None], points: float) -> list[float]:
    """Return the exact points of one definition's checks, by their kinds and weights.

    A weight of None is of the whole, and for us to choose.
    """
    if _is_free(kinds, points):
        others = math.fsum(weight for weight in weights if weight is not None)
        known = [others * _FREE_WHOLE if weight is None else weight for weight in weights]
        return [points * weight / math.fsum(known) for weight in known]
    of_form = [weight or 0.0 for kind, weight in zip(kinds, weights, strict=True) if kind == FORM]
    of_rules = [weight or 0.0 for kind, weight in zip(kinds, weights, strict=True) if kind == RULE]
    form = _form_share(of_form, math.fsum(of_rules))
    given = {
        FORM: iter(_within(of_form, form, *_ONE_FORM)),
        RULE: iter(_within(of_rules, 1 - _WHOLE - form, 0.0, _ONE_RULE)),
        WHOLE: iter([_WHOLE / kinds.count(WHOLE)] * kinds.count(WHOLE)),
    }
    return [points * next(given[kind]) for kind in kinds]


def divided(exact: Sequence[float], points: float) -> list[float]:
    """Divide points in these proportions, to two decimals; together they are all of the points."""
    total = math.fsum(exact)
    wanted = [points * value / total * 100 for value in exact]
    cents = [math.floor(value + 1e-9) for value in wanted]
    left = round(points * 100) - sum(cents)
    for place in sorted(range(len(wanted)), key=lambda n: cents[n] - wanted[n])[:left]:
        cents[place] += 1
    return [value / 100 for value in cents]


def _is_free(kinds: Sequence[str], points: float) -> bool:
    few = kinds.count(RULE) < _FEWEST_RULES
    return WHOLE not in kinds or few or points < _FEWEST_POINTS


def _form_share(of_form: Sequence[float], of_rules: float) -> float:
    if not of_form:
        return 0.0
    by_weight = math.fsum(of_form) / (math.fsum(of_form) + of_rules) * (1 - _WHOLE)
    least, most = _FORM
    one = _ONE_FORM[1] * len(of_form)
    return min(max(by_weight, least, _ONE_FORM[0] * len(of_form)), most, one)


def _within(weights: Sequence[float], share: float, least: float, most: float) -> list[float]:
    """Divide a share by weights, each between two bounds as far as they leave room."""
    count = len(weights)
    if not count:
        return []
    least, most = min(least, share / count), max(most, share / count)
    low, high = 0.0, 1 / min(weights)
    found = [share / count] * count
    for _ in range(100):  # the scale at which what is cut and what is raised come to the share
        scale = (low + high) / 2
        found = [min(max(weight * scale, least), most) for weight in weights]
        low, high = (scale, high) if math.fsum(found) < share else (low, scale)
    return found


def _by_kind(checks: Sequence[pytest.Item], points: float) -> list[float]:
    """Return what the checks of a part are worth, divided first among its definitions."""
    groups = by_definition(checks)
    weights = [marks.weight(item) for item in checks]
    sums = [math.fsum(weights[n] or 0.0 for n in places) for places in groups]
    exact = [0.0] * len(checks)
    for places, total in zip(groups, sums, strict=True):
        own = points * total / math.fsum(sums)
        kinds = [marks.kind(checks[n]) for n in places]
        for n, value in zip(places, shares(kinds, [weights[n] for n in places], own), strict=True):
            exact[n] = value
    return divided(exact, points)


def by_definition(checks: Sequence[pytest.Item]) -> list[list[int]]:
    """Return the places of the checks of a part that share points: those of one definition.

    Plain checks beside one definition are its own; beside several they are by themselves.
    """
    found: dict[object, list[int]] = {}
    for place, item in enumerate(checks):
        found.setdefault(marks.definition(item), []).append(place)
    definitions = found.keys() - {None}
    return [list(range(len(checks)))] if len(definitions) == 1 else list(found.values())


def _by_check(checks: Sequence[pytest.Item], part: str, assignment: Assignment) -> list[float]:
    """Return what assignment.toml gives each check of a part. Raises AssignmentFault."""
    each = assignment.checks[part]
    names = {marks.identity(item).partition("/")[2] for item in checks}
    for name in each.keys() - names:
        raise _fault(assignment, part, f"has no check {name!r}: its checks are", names)
    for name in names - each.keys():
        raise _fault(assignment, part, f"does not say what {name!r} is worth; it has", each)
    return [each[marks.identity(item).partition("/")[2]] for item in checks]


def _fault(
    assignment: Assignment, part: str, text: str, names: Mapping[str, float] | set[str]
) -> AssignmentFault:
    path, heading = assignment.folder / "assignment.toml", f"[points.{part}]"
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next((n for n, text in enumerate(lines, 1) if text.strip() == heading), 1)
    return AssignmentFault(f"{path}:{line}: {heading} {text} {', '.join(sorted(names))}")
