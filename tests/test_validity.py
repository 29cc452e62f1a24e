"""What a wrong rule costs, and what explains it: the figures that `grader validate` ends with."""

from __future__ import annotations

import pytest

from grader.core.results import CheckResult, Fingerprint, Grade, Misconception, Reading
from grader.validation import validity
from grader.validation.validity import Measured, measure, of_all

KINDS = {"p/form": "form", "p/a": "rule", "p/b": "rule", "p/c": "rule", "p/whole": "whole"}
GROUPS = {"p": KINDS, "q": {"q/a": "rule", "q/whole": "whole"}}
WORTH = {"p/form": 2.0, "p/a": 3.0, "p/b": 3.0, "p/c": 5.0, "p/whole": 7.0}


def graded(*lost: str, named: str = "", read: str = "") -> Grade:
    """A grade that lost these checks, one of which is named or read."""
    checks = tuple(
        CheckResult(
            name,
            name.partition("/")[0],
            "",
            0.0 if name in lost else WORTH.get(name, 4.0),
            WORTH.get(name, 4.0),
            "failed" if name in lost else "passed",
            misconception=Misconception("idea", "") if name == named else None,
            reading=Reading("h = c") if name == read else None,
        )
        for group in GROUPS.values()
        for name in group
    )
    return Grade("m", "m", "a", "graded", 0, 1, 0, 1, Fingerprint("", "", "", ""), checks=checks)


@pytest.mark.parametrize(
    ("named", "read", "explained"),
    [
        ("p/a", "", "named"),
        ("", "p/a", "read"),
        ("p/whole", "p/a", "named"),
        ("", "", "unexplained"),
    ],
)
def test_a_wrong_rule_costs_a_share_of_its_part(named: str, read: str, explained: str) -> None:
    got = measure(graded("p/a", "p/whole", named=named, read=read), ("p/a", "p/whole"), GROUPS)
    assert got is not None
    assert got.cost == pytest.approx(0.5)
    assert got.explained == explained


def test_what_a_mistake_takes_elsewhere_is_not_its_parts() -> None:
    got = measure(graded("p/a", "p/whole", "q/a"), ("p/a", "p/whole", "q/a"), GROUPS)
    assert got is not None
    assert got.cost == pytest.approx(0.5)


def test_where_the_shares_of_kinds_do_not_apply_no_cost_is_told() -> None:
    got = measure(graded("q/a", "q/whole", named="q/a"), ("q/a", "q/whole"), GROUPS)
    assert got == Measured(None, "named")


@pytest.mark.parametrize("loses", [("p/form",), ("p/*",), ()])
def test_form_and_whole_parts_are_no_rules(loses: tuple[str, ...]) -> None:
    assert measure(graded(*loses), loses, GROUPS) is None


def test_together_they_are_a_sentence() -> None:
    costs = [n / 100 for n in range(30, 50)]
    ways = ("named", "read", "unexplained", "named")
    found = of_all(Measured(cost, ways[n % 4]) for n, cost in enumerate(reversed(costs)))
    assert found is not None
    assert str(found) == (
        "20 wrong rules: 10 named, 5 read, 5 unexplained (75% explained). "
        "One costs 32% of its part (p10), 40% (median), 48% (p90)."
    )
    assert of_all([]) is None
    assert str(of_all([Measured(None, "read")])).endswith("(100% explained).")


def test_a_definition_of_the_kit_is_a_group_and_so_is_what_else_a_part_has() -> None:
    from test_assignments import assignment

    found = validity.groups(assignment("atencion"))
    product = next(group for group in found.values() if "atencion_producto/whole" in group)
    assert product["atencion_producto/scale"] == "rule"
    assert product["atencion_producto/interface"] == "form"
    assert {name.partition("/")[0] for name in product} == {"atencion_producto"}
