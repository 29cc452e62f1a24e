"""GitHub Classroom's result says what the grade says, and fits into a variable."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from classroom import FAILED, PASSED, grades, student

from grader.exports.github import encoded

if TYPE_CHECKING:
    from grader.core.results import Grade

ONE_VARIABLE = 131_072 - len("GRADER_RESULTS=") - 1


def read(grade: Grade, lang: str = "en") -> dict[str, Any]:
    """Return what the reporter reads."""
    told: dict[str, Any] = json.loads(base64.b64decode(encoded(grade, lang)).decode())
    return told


def test_a_result_has_what_the_reporter_looks_for() -> None:
    told = read(student("ana", 1.0, PASSED, replace(FAILED, seconds=0.25)))
    assert (told["version"], told["status"], told["max_score"]) == (1, "fail", 10.0)
    passed, failed = told["tests"]
    assert (passed["name"], passed["status"], passed["score"]) == (PASSED.id, "pass", 4.0)
    assert (failed["status"], failed["score"], failed["execution_time"]) == ("fail", 0.0, "0.250s")
    assert "c_t does not agree" in failed["message"]


@pytest.mark.parametrize("grade", grades(), ids=lambda grade: grade.student)
def test_scores_add_up_to_the_grade(grade: Grade) -> None:
    assert sum(test["score"] for test in read(grade)["tests"]) == grade.score


def test_full_marks_pass() -> None:
    assert read(student("ana", 1.0, replace(PASSED, points=10.0)))["status"] == "pass"


@pytest.mark.parametrize(
    ("outcome", "status"), [("error", "error"), ("timeout", "error"), ("skipped", "fail")]
)
def test_an_outcome_has_its_status(outcome: Any, status: str) -> None:
    (test,) = read(student("ana", 1.0, replace(FAILED, outcome=outcome)))["tests"]
    assert test["status"] == status


@pytest.mark.parametrize(("status", "told"), [("rejected", "fail"), ("not_graded", "error")])
def test_a_submission_without_checks_says_why(status: str, told: str) -> None:
    result = read(student("ana", 1.0, status=status, reason="por esto"))
    assert (result["status"], result["max_score"]) == (told, 10.0)
    assert [test["message"] for test in result["tests"]] == ["por esto"]


@pytest.mark.parametrize("text", ["x" * 5000, "\ud800" * 5000, "𝄞" * 5000])
def test_it_fits_into_a_variable_on_one_line(text: str) -> None:
    checks = [replace(FAILED, id=f"celdaLSTM/{number}", message=text) for number in range(100)]
    whole = encoded(student("ana", 1.0, *checks), "es")
    assert len(whole) <= ONE_VARIABLE
    assert "\n" not in whole
