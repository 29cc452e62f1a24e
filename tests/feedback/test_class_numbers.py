"""What a class's grades say together."""

from __future__ import annotations

from dataclasses import replace

import classroom
import pytest
from classroom import BELIEF, FAILED, HARD, PASSED

from grader.core.results import CheckResult, Flag, Grade
from grader.feedback.class_numbers import numbers


def graded(name: str, *checks: CheckResult, mark: float = 0.0) -> Grade:
    return replace(classroom.student(name, 1.0, *checks), mark=mark)


def test_marks_are_of_those_who_were_graded_and_full_marks_are_in_the_last_tenth() -> None:
    class_ = [graded(str(mark), mark=mark) for mark in (0.0, 1.9, 2.0, 20.0)]
    rejected = replace(graded("r"), status="rejected")
    marks = numbers([*class_, rejected]).marks
    assert marks
    assert (marks.mean, marks.rejected) == (5.975, 1)
    assert marks.mean_of_all == pytest.approx(4.78)
    assert (marks.median, marks.lowest, marks.highest, marks.scale) == (1.95, 0, 20, 20)
    assert marks.bins == (2, 1, 0, 0, 0, 0, 0, 0, 0, 1)


def test_a_class_in_which_nobody_was_graded_has_no_marks() -> None:
    assert numbers([replace(graded("r"), status="rejected")]).marks is None


def test_a_pass_rate_is_of_those_for_whom_the_check_could_be_made() -> None:
    skipped = replace(FAILED, outcome="skipped")
    crashed = replace(FAILED, outcome="crashed")
    checks = {"a": PASSED, "b": FAILED, "c": crashed, "d": PASSED, "e": skipped}
    (rate,) = numbers([graded(name, check) for name, check in checks.items()]).rates
    assert (rate.share, rate.made, rate.failed, rate.skipped) == (0.5, 4, ("b", "c"), 1)


@pytest.mark.parametrize(
    ("failing", "passing", "marked"), [(4, 1, True), (3, 2, False), (4, 0, False), (5, 0, True)]
)
def test_a_check_is_marked_that_four_of_five_fail_where_enough_were_asked(
    failing: int, passing: int, *, marked: bool
) -> None:
    class_ = [graded(str(n), FAILED if n < failing else PASSED) for n in range(failing + passing)]
    assert numbers(class_).rates[0].suspicious == marked


def test_misconceptions_come_by_frequency_and_who_shows_one_twice_has_it_once() -> None:
    rare = replace(HARD, misconception=replace(BELIEF, id="a.rare"))
    twice = replace(FAILED, id="celdaLSTM/again")
    class_ = [graded("ana", FAILED, twice, rare), graded("eva", FAILED)]
    found = [
        (getattr(one.misconception, "id", ""), one.students)
        for one in numbers(class_).misconceptions
    ]
    assert found == [(BELIEF.id, ("ana", "eva")), ("a.rare", ("ana",))]


def test_what_was_remarked_of_several_is_told_once_with_all_its_places() -> None:
    flags = [Flag("conduct", "f", "usa eval", cell) for cell in (1, 2)]
    class_ = [replace(graded(name), flags=tuple(flags)) for name in ("ana", "eva")]
    (remark,) = numbers(class_).flags
    assert [(name, [one.cell for one in places]) for name, places in remark.seen] == [
        ("ana", [1, 2]),
        ("eva", [1, 2]),
    ]


def test_a_decision_mends_points_and_no_pass_rate() -> None:
    (bruno,) = [grade for grade in classroom.grades() if grade.student == "Bruno"]
    found = numbers([bruno])
    assert found.parts[0].points == 3.0
    assert found.rates[0].share == 0.0


def test_versions_that_differ_are_all_told_with_how_many_have_them() -> None:
    old = replace(graded("ana"), environment={"torch": "2.7"})
    new = [replace(graded(name), environment={"torch": "2.8"}) for name in ("eva", "zoe")]
    (torch,) = [fact for fact in numbers([old, *new]).facts if fact.name == "torch"]
    assert torch.values == (("2.8", 2), ("2.7", 1))
