"""JUnit's XML is valid, whatever students' code said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

pytest.importorskip("lxml")

from classroom import FAILED, PASSED, grades, hostile, student
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from grader.exports.junit import document

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))


def valid(data: bytes) -> ET.Element:
    """Return the document, having validated it."""
    SCHEMA.assertValid(etree.fromstring(data))
    return ET.fromstring(data)  # noqa: S314 - our own


def case(outcome: str, **fields: Any) -> ET.Element:
    check = replace(FAILED, **{"outcome": outcome, **fields})
    root = valid(document([student("ana", 1.0, check)], "en"))
    return root[0][0]


@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_class_is_valid(lang: str) -> None:
    root = valid(document(grades(), lang))
    assert [suite.get("name") for suite in root] == [grade.student for grade in grades()]


def test_no_grades_are_valid() -> None:
    assert len(valid(document([], "es"))) == 0


def test_hostile_texts_are_valid() -> None:
    valid(document(hostile(grades()), "es"))


@given(st.text())
def test_any_text_is_valid(text: str) -> None:
    check = replace(FAILED, message=text, title=text, reproduce=text, part=text or "p")
    valid(document([student("a" + text, 1.0, check)], "es"))


def test_a_check_that_passed_is_a_case_with_nothing_in_it() -> None:
    (suite,) = valid(document([student("ana", 1.0, PASSED)], "es"))
    assert [len(one) for one in suite] == [0]
    assert suite[0].get("classname") == "celdaLSTM"
    assert suite[0].get("name") == "celdaLSTM/cell_update"


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        ("failed", "failure"),
        ("error", "error"),
        ("timeout", "error"),
        ("crashed", "error"),
        ("skipped", "skipped"),
    ],
)
def test_an_outcome_has_its_kind(outcome: str, kind: str) -> None:
    assert [one.tag for one in case(outcome)] == [kind]


def test_the_first_line_is_the_message_and_the_whole_is_inside() -> None:
    (failure,) = case("failed", message_en="one\ntwo\x1b")
    assert failure.get("message") == "one"
    assert failure.text
    for words in ("two\ufffd", "the term f_t", "0 of 4 points.", "celda = celdaLSTM(1, 2)"):
        assert words in failure.text


def test_numbers_add_up() -> None:
    checks = (PASSED, FAILED, replace(FAILED, outcome="error"), replace(FAILED, outcome="skipped"))
    root = valid(document([student("ana", 1.0, *checks), student("eva", 1.0, FAILED)], "es"))
    names = ("tests", "failures", "errors", "skipped")
    assert [root[0].get(name) for name in names] == ["4", "1", "1", "1"]
    assert [root.get(name) for name in names[:3]] == ["5", "2", "1"]


@pytest.mark.parametrize(("status", "kind"), [("rejected", "failure"), ("not_graded", "error")])
def test_a_submission_without_checks_is_one_case(status: str, kind: str) -> None:
    (suite,) = valid(document([student("ana", 1.0, status=status, reason="por esto")], "es"))
    assert [one.tag for one in suite[0]] == [kind]
    assert suite[0][0].text == "por esto"
