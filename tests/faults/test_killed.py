"""However a run is ended, running again comes to the same bytes as one that nobody disturbed."""

from __future__ import annotations

import os
import random
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest
from course import (
    FULL,
    PATIENCE,
    SUBMISSIONS,
    Course,
    assert_one_sentence,
    end,
    graded,
    interrupt,
    outcome,
    said,
    until,
)

from grader.core.results import Grade
from grader.storage.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

MOMENTS = 30 if FULL else 3
SEED = int(os.environ.get("GRADER_FAULTS_SEED") or random.SystemRandom().randrange(10**6))
"""Draws the moments; a test's name shows it, so that a failure can be repeated."""
SECONDS_A_GRADE = 1.5
WRITES = range(1, 4 * len(SUBMISSIONS) + 3) if FULL else (7, 19)
"""A draft and a rename for each copy of what was handed in, each grade, and for grades.csv."""
DIE_AT_WRITE = """
import os, signal, sys
left = {count}
def watch(event, arguments):
    global left
    writes = event in ("os.rename", "os.remove") or event == "open" and "w" in str(arguments[1])
    if writes and {out!r} in str(arguments[0]):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return Course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def whole(course: Course) -> dict[str, Any]:
    return course.whole(course.root / "whole")


def assert_goes_on_to(whole: dict[str, Any], course: Course, out: Path) -> None:
    status, words = course.run(out)
    assert status == 0, words
    assert outcome(out) == whole


def test_an_undisturbed_run_grades_everything(whole: dict[str, Any]) -> None:
    assert set(whole) == {*(f"{name}.json" for name in SUBMISSIONS), "grades.csv"}


@pytest.mark.parametrize("moment", range(MOMENTS), ids=lambda number: f"{SEED}-{number}")
def test_killed_at_a_random_moment(course: Course, whole: dict[str, Any], moment: int) -> None:
    draw = random.Random(f"{SEED} {moment}")  # noqa: S311 - for a moment, not for a secret
    count, more = draw.randrange(len(SUBMISSIONS) + 1), draw.random() * SECONDS_A_GRADE
    out = course.root / f"moment{moment}"
    process = course.start(out, "--seed", "faults")
    until(lambda: graded(out) >= count, process)
    time.sleep(more)
    process.kill()
    process.wait()
    if not (out / "journal.sqlite").exists():  # before anything was stored, the seed too
        course.whole(out)
    assert_goes_on_to(whole, course, out)


@pytest.mark.parametrize("count", WRITES)
def test_killed_as_a_file_is_written(course: Course, whole: dict[str, Any], count: int) -> None:
    out = course.root / f"write{count}"
    before = DIE_AT_WRITE.format(count=count, out=str(out))
    process = Course(course.root, before=before).start(out, "--seed", "faults")
    assert process.wait(5 * PATIENCE) == -signal.SIGKILL, said(out)
    assert_goes_on_to(whole, course, out)


def test_killed_while_all_is_graded_again(course: Course, whole: dict[str, Any]) -> None:
    out = course.root / "again"
    course.whole(out)
    process = course.start(out, "--regrade")
    assert until(lambda: graded(out) >= 1, process), said(out)
    process.kill()
    process.wait()
    assert_goes_on_to(whole, course, out)
    assert 0 < graded(out) < len(SUBMISSIONS)


def test_ctrl_c(course: Course, whole: dict[str, Any]) -> None:
    out = course.root / "ctrl_c"
    process = course.start(out, "--seed", "faults")
    assert until(lambda: graded(out) >= 1, process), said(out)
    assert interrupt(process) == 130
    kept = stored(out)
    told = f"interrupted: {len(kept)} of {len(SUBMISSIONS)} {'is' if len(kept) == 1 else 'are'}"
    assert told in said(out)
    assert_one_sentence(said(out), "The page of those who are graded", "index.html")
    files = {path.stem: path.read_text() for path in (out / "results").glob("[!.]*")}
    assert {name: Grade.from_json(text) for name, text in files.items()}.items() <= kept.items()
    assert_goes_on_to(whole, course, out)
    assert graded(out) == len(SUBMISSIONS) - len(kept)


def stored(out: Path) -> dict[str, Grade]:
    """Return the grades that the journal has; files are written after it."""
    with Journal(out) as journal:
        assert journal.damaged == 0
        return {grade.submission: grade for grade in journal.grades()}


def test_a_second_run_on_the_folder_is_refused(course: Course, whole: dict[str, Any]) -> None:
    out = course.root / "two"
    first = course.start(out, "--seed", "faults")
    try:
        assert until(lambda: graded(out) >= 1, first), said(out)
        first.send_signal(signal.SIGSTOP)  # it is in the middle, however slow the second one is
        second = course.root / "second"
        status = course.start(second, "--out", str(out)).wait(PATIENCE)
        first.send_signal(signal.SIGCONT)
        assert status == 1
        assert_one_sentence(said(second), "another run is writing to")
        assert first.wait(5 * PATIENCE) == 0, said(out)
    finally:
        end(first)
    assert outcome(out) == whole
