"""What a check raised, and what that says of the student."""

from __future__ import annotations

import pytest
from hypothesis.errors import Flaky

from grader.checks import Mismatch, Skipped
from grader.checks.misconceptions import Misconception
from grader.core.errors import Delegated, Place, SandboxFault, StudentFault, StudentProcessLost
from grader.core.i18n import tr
from grader.grading.judging import Verdict, judge
from grader.grading.shrinking import ShrinkBudgetExceeded, Smallest

EXPECTED = tr("expected")
WRONG = Mismatch("mal", inputs={"x": 1}, expected=1, got=2)
SMALLEST = Smallest(Mismatch("menor"), "f(0)")


def judged(failure: BaseException | None, smallest: Smallest | None = SMALLEST) -> Verdict | None:
    return judge(failure, smallest, lambda found: "f(1)" if found else "f()")


def test_a_wrong_number_is_shown_with_its_cell() -> None:
    assert judged(WRONG) == Verdict("failed", WRONG.message, WRONG, "f(1)")


def test_an_exception_of_the_students_says_where() -> None:
    fault = StudentFault("ValueError: no", Place(2, 3))
    verdict = judged(fault)
    assert verdict == Verdict("error", fault.said, cell="f()")
    assert verdict.message.es.endswith("(celda [2], línea 3)")


@pytest.mark.parametrize(
    "failure", [StudentProcessLost("timeout", EXPECTED), ShrinkBudgetExceeded()]
)
def test_what_ended_the_search_leaves_the_smallest_failure(failure: BaseException) -> None:
    assert judged(failure) == Verdict(
        "failed", SMALLEST.mismatch.message, SMALLEST.mismatch, "f(0)"
    )


def test_a_process_that_is_lost_before_any_failure_is_just_that() -> None:
    lost = StudentProcessLost("out_of_memory", EXPECTED)
    assert judged(lost, None) == Verdict("out_of_memory", EXPECTED)


@pytest.mark.parametrize(("smallest", "cell"), [(None, None), (SMALLEST, "f(0)")])
def test_results_that_change_fail(smallest: Smallest | None, cell: str | None) -> None:
    verdict = judged(Flaky("now so"), smallest)
    assert verdict
    assert (verdict.outcome, verdict.cell) == ("failed", cell)
    assert "the same input" in verdict.message.en


@pytest.mark.parametrize(
    ("failure", "outcome", "english"),
    [
        (None, "passed", ""),
        (Skipped(EXPECTED), "skipped", "expected"),
        (pytest.skip.Exception("later"), "skipped", "later"),
        (Delegated("lstm_cell"), "failed", ""),  # whose flag has the words
    ],
)
def test_other_outcomes(failure: BaseException | None, outcome: str, english: str) -> None:
    verdict = judged(failure)
    assert verdict
    assert (verdict.outcome, verdict.message.en) == (outcome, english)


@pytest.mark.parametrize("failure", [SandboxFault("gone"), ZeroDivisionError(), AssertionError()])
def test_what_is_not_the_students_is_no_outcome(failure: BaseException) -> None:
    assert judged(failure) is None


def test_a_misconception_is_told_in_both_languages() -> None:
    misconception = Misconception("sin_olvido", {}, "no olvida", "does not forget", "f_t")
    verdict = Verdict("failed", witness=Mismatch("mal", misconception=misconception))
    told = verdict.misconception
    assert told
    assert (told.id, told.text, told.text_en, told.term) == (
        *("sin_olvido", "no olvida", "does not forget", "f_t"),
    )
