"""Points follow from weights and kinds: one wrong rule costs 30 to 55 % of what it is a rule of."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import tiny

from grader.assignments import assignment as assignments
from grader.core.errors import AssignmentFault
from grader.grading import suite
from grader.grading.marks import identity, kind
from grader.grading.marks import part as of_part
from grader.grading.marks import points as worth
from grader.grading.points import divided, shares

FORM, RULE, WHOLE = "form", "rule", "whole"
LSTM_GRU = Path(__file__).parents[2] / "assignments" / "lstm_gru"
DEFINITIONS: list[tuple[list[float], list[float]]] = [
    ([1, 1], [3, 3, 4]),
    ([1, 1, 1], [1, 2, 3, 4, 5]),
    ([1], [9, 1, 1, 1]),
    ([1, 1, 1, 1, 1], [2] * 12),
    ([4, 1], [1, 1, 1]),
]


def divide(form: list[float], rules: list[float], points: float = 20) -> dict[str, list[float]]:
    kinds = [FORM] * len(form) + [RULE] * len(rules) + [WHOLE]
    got = shares(kinds, [*form, *rules, None], points)
    return {kind: [p for k, p in zip(kinds, got, strict=True) if k == kind] for kind in set(kinds)}


@pytest.mark.parametrize(("form", "rules"), DEFINITIONS)
def test_a_wrong_rule_costs_30_to_55_percent_with_the_whole(
    form: list[float], rules: list[float]
) -> None:
    got = divide(form, rules)
    assert math.fsum(p for each in got.values() for p in each) == pytest.approx(20)
    assert got[WHOLE] == [pytest.approx(7)]
    assert all(0.30 <= (rule + 7) / 20 <= 0.55 + 1e-9 for rule in got[RULE])


@pytest.mark.parametrize(("form", "rules"), DEFINITIONS)
def test_a_wrong_form_costs_5_to_15_percent(form: list[float], rules: list[float]) -> None:
    got = divide(form, rules)
    assert 0.10 - 1e-9 <= math.fsum(got[FORM]) / 20 <= 0.25 + 1e-9
    assert all(0.05 - 1e-9 <= one / 20 <= 0.15 + 1e-9 for one in got[FORM])


@pytest.mark.parametrize(("form", "rules"), DEFINITIONS)
def test_a_heavier_rule_is_never_worth_less(form: list[float], rules: list[float]) -> None:
    pairs = sorted(zip(rules, divide(form, rules)[RULE], strict=True))
    assert [points for _, points in pairs] == sorted(points for _, points in pairs)


@pytest.mark.parametrize(
    ("kinds", "weights", "points", "expected"),
    [
        ([FORM, RULE, RULE], [1, 1, 2], 8, [2, 2, 4]),  # no whole
        ([FORM, RULE, RULE, WHOLE], [1, 1, 2, None], 12, [2, 2, 4, 4]),  # two rules
        ([RULE, RULE, RULE, WHOLE], [1, 1, 2, 1], 5, [1, 1, 2, 1]),  # under 6 points
    ],
)
def test_what_is_small_or_has_no_whole_is_divided_by_weight(
    kinds: list[str], weights: list[float | None], points: float, expected: list[float]
) -> None:
    assert shares(kinds, weights, points) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("exact", "points"), [([1, 1, 1], 100), ([2, 3, 7], 0.5), ([1e-9, 1, 5], 24), ([5], 3)]
)
def test_rounded_points_are_all_of_them(exact: list[float], points: float) -> None:
    got = divided(exact, points)
    assert math.fsum(got) == pytest.approx(points, abs=1e-9)
    assert all(round(one, 2) == one for one in got)


TWO = """
import pytest
pytestmark = pytest.mark.part("f")
@pytest.mark.points(60)
def test_one(student):
    '''Uno.

    One.
    '''
@pytest.mark.points(40)
def test_two(student):
    '''Dos.

    Two.
    '''
"""


def by_check(folder: Path, table: str) -> dict[str, float]:
    tiny.assignment(folder, TWO)
    path = folder / "assignment.toml"
    path.write_text(path.read_text().replace("[points]\nf = 100\n", table))
    return {identity(one): worth(one) for one in suite.collect(assignments.load(folder))}


@pytest.mark.parametrize("part", ["celdaLSTM", "celdaGRU"])
def test_a_plain_check_beside_one_definition_shares_with_its_checks(part: str) -> None:
    """That of reset_parameters is among those of form: the whole keeps its share."""
    checks = [one for one in suite.collect(assignments.load(LSTM_GRU)) if of_part(one) == part]
    total = math.fsum(worth(one) for one in checks)
    share = {
        of: math.fsum(worth(one) for one in checks if kind(one) == of) / total
        for of in (FORM, RULE, WHOLE)
    }
    assert share[WHOLE] == pytest.approx(0.35, abs=0.001)
    assert 0.10 <= share[FORM] <= 0.25 + 0.001


def test_an_instructor_gives_points_by_check(tmp_path: Path) -> None:
    assert by_check(tmp_path, "[points.f]\none = 10\ntwo = 90\n") == {"f/one": 10, "f/two": 90}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("[points.f]\none = 100\n", r"toml:4: \[points.f\] does not say what 'two' is worth"),
        ("[points.f]\none = 10\ntwo = 80\nthree = 10\n", r"toml:4: .* has no check 'three'"),
        ("[points.f]\none = -10\ntwo = 110\n", "no check can have less than 0"),
        ("[points.f]\none = 10\ntwo = 80\n", "add up to 90"),
    ],
)
def test_a_table_that_does_not_fit_the_checks_is_an_error(
    tmp_path: Path, table: str, says: str
) -> None:
    with pytest.raises(AssignmentFault, match=says):
        by_check(tmp_path, table)
