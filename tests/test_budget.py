"""One slow student cannot hold the class: all checks of a submission share a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import tiny

from grader.grading.grade import Terms, grade
from grader.sandbox.backends.process import ProcessSandbox
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.results import Grade

pytestmark = pytest.mark.slow

CHECKS = '''
import pytest

pytestmark = [pytest.mark.part("f"), pytest.mark.points(50)]

def test_first(student):
    """Primera."""
    student.f()

def test_second(student):
    """Segunda."""
    student.f()
'''
WORK = "def f(): return sum(range(20_000_000))"
SLEEP = "import time\ndef f(): time.sleep(0.5)"


def graded(folder: Path, source: str, limit: str) -> Grade:
    assignment = tiny.assignment(folder, CHECKS, limit)
    terms = Terms(assignment, "seed", "sha256:", "process")
    lane = ProcessSandbox().lane()
    try:
        return grade(Submission("s", "s", "s.py", source.encode()), terms, lane)
    finally:
        lane.close()


@pytest.mark.parametrize(
    ("source", "limit", "of_what"),
    [(WORK, "total_cpu_seconds = 0.05", "de procesador"), (SLEEP, "total_seconds = 0.2", "espera")],
)
def test_what_is_over_the_budget_is_not_run(
    tmp_path: Path, source: str, limit: str, of_what: str
) -> None:
    first, second = graded(tmp_path, source, limit).checks
    assert (first.outcome, second.outcome) == ("passed", "timeout")
    assert of_what in second.message
    assert second.cpu_seconds == 0


@pytest.mark.parametrize(("of_all", "of_f", "outcome"), [(20, 0.2, "timeout"), (0.2, 20, "passed")])
def test_a_part_has_its_own_seconds(
    tmp_path: Path, of_all: float, of_f: float, outcome: str
) -> None:
    limits = f"seconds = {of_all}\npatience = 0.1\n[limits.f]\nseconds = {of_f}"
    assert {check.outcome for check in graded(tmp_path, SLEEP, limits).checks} == {outcome}


def test_waiting_costs_no_processor_time(tmp_path: Path) -> None:
    got = graded(tmp_path, SLEEP, "total_cpu_seconds = 0.4")
    assert [check.outcome for check in got.checks] == ["passed", "passed"]
    assert got.environment["usage"]["cpu_seconds"] < 0.4
