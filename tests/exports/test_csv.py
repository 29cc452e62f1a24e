from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.results import Fingerprint, Flag, Grade
from grader.core.spreadsheet import neutral
from grader.exports.csv import HEADER, table

GRADE = Grade("ana", "ana", "lstm_gru", "graded", 87.5, 100, 87.5, 100, Fingerprint("", "", "", ""))
FLAG = Flag("delegation", "celdaLSTM", "usa torch.nn.LSTM")


def rows(*grades: Grade) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table(grades), newline="")))


def test_a_grade_is_a_line() -> None:
    assert table([GRADE]) == ",".join(HEADER) + "\nana,ana,lstm_gru,87.5,100,graded,\n"


def test_a_class_without_grades_has_its_header() -> None:
    assert table([]) == ",".join(HEADER) + "\n"


def test_what_could_not_be_measured_has_no_score() -> None:
    assert rows(replace(GRADE, status="not_graded", score=0))[0]["score"] == ""


def test_a_rejected_submission_has_a_score_of_zero() -> None:
    assert rows(replace(GRADE, status="rejected", score=0))[0]["score"] == "0"


def test_a_kind_of_flag_is_named_once() -> None:
    other = replace(FLAG, kind="attack")
    assert rows(replace(GRADE, flags=(FLAG, other, FLAG)))[0]["flags"] == "attack delegation"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
@pytest.mark.parametrize("field", ["submission", "student", "assignment"])
def test_no_text_is_a_formula(first: str, field: str) -> None:
    formula = f"{first}HYPERLINK('http://x')"
    texts: dict[str, Any] = {field: formula}
    (row,) = rows(replace(GRADE, **texts))
    assert row[field] == "'" + formula.replace("\r", " ")


def test_no_name_starts_a_line_of_its_own() -> None:
    assert len(rows(replace(GRADE, student="ana\r=1+1"))) == 1


def test_a_text_that_is_no_formula_stays_as_it_is() -> None:
    assert neutral("a=b") == "a=b"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_no_name_breaks_the_table(name: str) -> None:
    (row,) = rows(replace(GRADE, student=name))
    assert (row["student"], row["status"]) == (neutral(name), "graded")
