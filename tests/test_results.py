from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.results import (
    CheckResult,
    Decision,
    Fingerprint,
    Flag,
    Grade,
    Misconception,
    Notice,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
numbers = st.floats(0, 100)
places = st.none() | st.integers(1, 100)
outcomes = st.sampled_from(
    ["passed", "failed", "error", "timeout", "out_of_memory", "crashed", "skipped"]
)
plain: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(texts, plain, max_size=3)
checks = st.builds(
    CheckResult,
    id=texts,
    part=texts,
    title=texts,
    points=numbers,
    max_points=numbers,
    outcome=outcomes,
    message=texts,
    counterexample=st.none() | objects,
    reproduce=st.none() | texts,
    misconception=st.none() | st.builds(Misconception, texts, texts, texts),
    data=objects,
)
decisions = st.builds(
    Decision,
    submission=texts,
    check=texts,
    points=st.none() | numbers,
    reason=texts,
    by=texts,
    at=st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    notebook=texts,
)
grades = st.builds(
    Grade,
    submission=texts,
    student=texts,
    assignment=texts,
    status=st.sampled_from(["graded", "rejected", "not_graded"]),
    score=numbers,
    max_score=numbers,
    mark=numbers,
    scale=numbers,
    fingerprint=st.builds(Fingerprint, texts, texts, texts, texts, texts, texts),
    reason=texts,
    checks=st.lists(checks, max_size=3).map(tuple),
    flags=st.lists(st.builds(Flag, texts, texts, texts, places, places), max_size=2).map(tuple),
    notices=st.lists(st.builds(Notice, texts, places, places), max_size=2).map(tuple),
    decisions=st.lists(decisions, max_size=3).map(tuple),
    environment=objects,
)
EMPTY = Grade("s", "s", "a", "graded", 0, 100, 0, 100, Fingerprint("", "", "", ""))


@given(grades)
def test_a_grade_survives_json(grade: Grade) -> None:
    assert Grade.from_json(grade.to_json()) == grade


@given(grades)
def test_json_is_the_same_each_time(grade: Grade) -> None:
    assert Grade.from_json(grade.to_json()).to_json() == grade.to_json()


def test_a_grade_from_before_there_were_decisions_is_read() -> None:
    fields = json.loads(EMPTY.to_json())
    del fields["decisions"]
    assert Grade.from_json(json.dumps(fields)) == EMPTY


@given(decisions)
def test_a_decision_is_one_line(decision: Decision) -> None:
    line = decision.to_json()
    assert "\n" not in line
    assert Decision.from_json(line) == decision


def test_the_schema_comes_first() -> None:
    assert next(iter(json.loads(EMPTY.to_json()))) == "schema"


def test_letters_are_stored_as_they_are() -> None:
    assert "señal ⊙" in replace(EMPTY, reason="señal ⊙").to_json()


@pytest.mark.parametrize("schema", ["0", "2", "null"])
def test_another_schema_is_refused(schema: str) -> None:
    text = EMPTY.to_json().replace('"schema": 1', f'"schema": {schema}')
    with pytest.raises(ValueError, match="results of schema"):
        Grade.from_json(text)


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        replace(EMPTY, score=math.nan).to_json()


FULL = replace(
    EMPTY,
    checks=(CheckResult("p/c", "p", "t", 1.0, 2.0, "failed", data={"x": 1.5}),),
    notices=(Notice("n", 1, 2),),
)


def changed(change: object, *place: str | int) -> str:
    """Return a grade's JSON in which something else stands in a place."""
    fields = json.loads(FULL.to_json())
    inside = fields
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = change
    return json.dumps(fields)


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        (True, ("score",), "Expected `float`, got `bool` - at `$.score`"),
        ("1", ("checks", 0, "points"), "Expected `float`, got `str` - at `$.checks[0].points`"),
        (math.nan, ("checks", 0, "data", "x"), "malformed"),
        (math.inf, ("score",), "malformed"),
        ("lost", ("checks", 0, "outcome"), "Invalid enum value 'lost' - at `$.checks[0].outcome`"),
        (3.0, ("notices", 0, "cell"), "got `float` - at `$.notices[0].cell`"),
        (1, ("checks", 0, "surprise"), "unknown field 'surprise' - at `$.checks[0]`"),
        (1, ("fingerprint", "surprise"), "unknown field 'surprise' - at `$.fingerprint`"),
        ({}, ("checks",), "Expected `array`, got `object` - at `$.checks`"),
    ],
)
def test_what_is_no_grade_is_refused_with_the_place(
    change: object, place: tuple[str | int, ...], words: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        Grade.from_json(changed(change, *place))


@pytest.mark.parametrize("half", ["\ud800", {"\ud800": 1}])
def test_half_a_character_is_refused(half: object) -> None:
    for text in (changed(half, "environment"), changed({"x": half}, "checks", 0, "data")):
        assert "\\ud800" in text
        with pytest.raises(ValueError):  # noqa: PT011 - what is wrong is said in msgspec's words
            Grade.from_json(text)


def test_a_number_too_large_is_refused() -> None:
    text = FULL.to_json().replace('"x": 1.5', '"x": 1e999')
    with pytest.raises(ValueError, match="out of range"):
        Grade.from_json(text)


@pytest.mark.parametrize("name", ["checks", "flags", "notices", "fingerprint", "score"])
def test_a_grade_that_lacks_a_field_is_refused(name: str) -> None:
    fields = json.loads(FULL.to_json())
    del fields[name]
    with pytest.raises(ValueError, match=name):
        Grade.from_json(json.dumps(fields))


def test_a_whole_number_may_stand_where_a_float_does() -> None:
    assert Grade.from_json(changed(1, "checks", 0, "points")) == FULL


@pytest.mark.parametrize("text", ["[" * 100_000, '{"schema": 1, "x": ' + "[" * 100_000])
def test_what_is_nested_too_deeply_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        Grade.from_json(text)
