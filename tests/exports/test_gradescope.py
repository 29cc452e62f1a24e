"""results.json is as Gradescope documents it, whatever a student's code says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.results import CheckResult, Decision, Fingerprint, Flag, Grade, Misconception
from grader.exports.gradescope import results

SCHEMA = json.loads((Path(__file__).parent.parent / "gradescope_schema.json").read_text())
BELIEF = Misconception("gru.reset_after", "reinicias después")
CHECKS = (
    CheckResult("celda/olvido", "celda", "Olvido: f_t", 4, 4, "passed", title_en="Forget: f_t"),
    CheckResult("celda/estado", "celda", "Estado", 0, 6, "failed", "no", misconception=BELIEF),
    CheckResult("modelo/pasos", "modelo", "Pasos", 0, 90, "skipped", "antes «Estado»"),
)
GRADE = Grade(
    *("ana", "ana", "lstm_gru", "graded", 4.0, 100.0, 0.8, 20.0),
    Fingerprint("n", "a", "i", "s", "g"),
    checks=CHECKS,
    flags=(Flag("delegation", "celda", "usa torch.nn.LSTM"),),
)


def told(grade: Grade = GRADE, lang: str = "es", output: str = "", **explained: str) -> Any:
    """The content of results.json, which is as documented."""
    content = results(grade, lang, 12.34, output, explained)
    jsonschema.validate(content, SCHEMA)
    return json.loads(json.dumps(content, ensure_ascii=False, allow_nan=False).encode())


def test_the_score_is_in_points_whatever_the_scale() -> None:
    assert (told()["score"], told()["execution_time"]) == (4.0, 12.3)


def test_each_check_is_a_test_numbered_within_its_part() -> None:
    tests = [(one["number"], one["name"], one["status"]) for one in told()["tests"]]
    assert tests == [
        ("1.1", "celda: Olvido: f_t", "passed"),
        ("1.2", "celda: Estado", "failed"),
        ("2.1", "modelo: Pasos", "failed"),
    ]


def test_points_of_all_tests_are_the_score_and_the_most_there_is() -> None:
    tests = told()["tests"]
    assert sum(one["score"] for one in tests) == GRADE.score
    assert sum(one["max_score"] for one in tests) == GRADE.max_score


def test_a_test_is_tagged_with_its_part_what_came_of_it_and_the_misconception() -> None:
    assert told()["tests"][1]["tags"] == ["celda", "failed", "gru.reset_after"]


def test_titles_are_in_the_language_asked_for() -> None:
    assert told(lang="en")["tests"][0]["name"] == "celda: Forget: f_t"


def test_what_explains_a_check_is_its_output() -> None:
    content = results(GRADE, "es", 0, "todo", {"celda/estado": "Reinicias después."})
    assert content["output"] == "todo"
    assert [one["output"] for one in content["tests"]] == ["", "Reinicias después.", ""]


def test_a_rejected_submission_has_a_score_of_0_and_its_reason() -> None:
    content = told(replace(GRADE, status="rejected", score=0.0, checks=()), output="ilegible")
    assert (content["score"], content["output"], content["tests"]) == (0, "ilegible", [])


def test_what_nobody_measured_has_no_results() -> None:
    with pytest.raises(ValueError, match="not graded"):
        told(replace(GRADE, status="not_graded"))


def test_points_by_hand_count() -> None:
    at = "2026-11-25T10:30:00+00:00"
    decision = Decision("ana", "celda/estado", 5.0, "vale", "Ana Pérez", at)
    content = told(GRADE.with_decisions((decision,)))
    assert (content["score"], content["tests"][1]["score"]) == (9.0, 5.0)


def test_nothing_that_students_read_is_anything_but_text() -> None:
    content = told(output="<script>alert(1)</script>")
    formats = [content["output_format"]]
    for one in content["tests"]:
        formats += [one["output_format"], one["name_format"]]
    assert set(formats) == {"text"}


def test_what_the_instructor_gets_names_no_secret_and_the_kinds_of_flags() -> None:
    about = told()["extra_data"]
    assert about["flags"] == ["delegation"]
    assert (about["mark"], about["scale"]) == (0.8, 20.0)


@given(st.text(max_size=50))
def test_any_text_can_be_stored(said: str) -> None:
    check = replace(CHECKS[1], title=said)
    content = results(replace(GRADE, checks=(check,)), "es", 0, said, {check.id: said})
    json.dumps(content, ensure_ascii=False).encode()
    assert "\x00" not in content["output"] + content["tests"][0]["name"]


def test_a_flood_of_text_is_cut() -> None:
    assert len(told(output="x" * 10**6)["output"]) < 10**5
