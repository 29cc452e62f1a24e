"""Checks that are edited while a run goes on: grades of before and after are not mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from course import SUBMISSIONS, Course, assert_one_sentence, graded, outcome, said, until

from grader.assignments.assignment import load
from grader.storage.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_checks_that_are_edited_while_a_run_goes_on(tmp_path: Path) -> None:
    course = Course(tmp_path)
    whole = course.whole(tmp_path / "whole")
    out, checks = tmp_path / "out", course.assignment / "test_celda_rnn.py"
    former, digest = checks.read_text(), load(course.assignment).digest
    process = course.start(out, "--seed", "faults")
    assert until(lambda: graded(out) >= 1, process), said(out)
    checks.write_text(former.replace("points(10)", "points(9)") + "\n# edited\n")
    assert process.wait(300) == 2
    assert_one_sentence(said(out), "were edited while the run was going on", "--regrade")
    with Journal(out) as journal:
        kept = journal.rows
    assert 0 < len(kept) < len(SUBMISSIONS)
    assert {row.fingerprint.assignment for row in kept.values()} == {digest}

    status, words = course.run(out)
    assert status == 2
    assert_one_sentence(words, "the assignment's files were edited", "--regrade", "another --out")
    status, words = course.run(out, "--seed", "another")
    assert_one_sentence(words, "were edited", "the seed has changed")

    checks.write_text(former)
    status, words = course.run(out)
    assert status == 0, words
    assert outcome(out) == whole
    assert graded(out) == len(SUBMISSIONS) - len(kept)
