"""Every section of the lecture has its place in `docs/instructors/lecture.md`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from grader.assignments import assignment as assignments

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "instructors" / "lecture.md"
HEADINGS = (ROOT / "tests/data/lecture/headings.txt").read_text("utf-8").splitlines()
_ROW = re.compile(r"^\| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
ROWS = _ROW.findall(PAGE.read_text("utf-8"))[1:]
NAMED = sorted({name for _, where, _ in ROWS for name in re.findall(r"`([^`]*)`", where)})


@cache
def parts(assignment: str) -> set[str]:
    """The parts of an assignment, and what else students define in it."""
    found = assignments.load(ROOT / "assignments" / assignment)
    return {*found.points, *found.names}


def test_every_section_stands_in_the_table_in_its_order() -> None:
    assert len(HEADINGS) == 39
    assert [section for section, _, _ in ROWS] == HEADINGS


def test_every_section_says_where_it_is_treated_and_what_of_it() -> None:
    for section, where, what in ROWS:
        assert re.fullmatch(r"`\w+/\w+`(, `\w+/\w+`)*", where), section
        assert what.strip(), section


@pytest.mark.parametrize("name", NAMED)
def test_every_part_that_is_named_is_there(name: str) -> None:
    assignment, _, part = name.partition("/")
    assert part in parts(assignment)


def test_every_assignment_is_of_some_section() -> None:
    named = {name.partition("/")[0] for name in NAMED}
    assert named == set(assignments.names(ROOT / "assignments"))
