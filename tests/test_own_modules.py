"""An assignment's folder holds modules and probes of its own, which its checks import."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import tiny

from grader.assignments import assignment as assignments
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.fake import FakeSandbox
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from pathlib import Path

PIECES = '''
"""What the checks beside this share."""

FACTOR = {factor}


def twice(notebook, name, x):
    return notebook[name](notebook[name](x)) * FACTOR
'''
CHECKS = """
import pytest

from grader.checks import Mismatch
from . import pieces
from .pieces import FACTOR

pytestmark = pytest.mark.part("f")


@pytest.mark.points(100)
def test_f(student):
    "f suma uno, también dos veces."
    if student.run(pieces.twice, name="f", x=3) != 5 * FACTOR:
        raise Mismatch("f no suma uno")
"""
RIGHT = "def f(x): return x + 1"


def made(folder: Path, factor: int) -> Path:
    folder.mkdir(parents=True)
    (folder / "pieces.py").write_text(PIECES.format(factor=factor))
    return tiny.assignment(folder, CHECKS).folder


@pytest.mark.parametrize(("source", "score"), [(RIGHT, 100), ("def f(x): return x + 2", 0)])
def test_a_probe_of_its_own_runs_beside_what_the_student_defines(
    tmp_path: Path, source: str, score: float
) -> None:
    one = assignments.load(made(tmp_path / "assignments" / "one", 2))
    submission = Submission("ana", "ana", "ana.py", source.encode())
    terms = Terms(one, "seed", "sha256:", "fake")
    assert grade(submission, terms, FakeSandbox().lane()).score == score


def test_two_assignments_may_have_modules_of_one_name(tmp_path: Path) -> None:
    for name, factor in (("one", 2), ("other", 5)):
        found = assignments.load(made(tmp_path / "assignments" / name, factor))
        submission = Submission("ana", "ana", "ana.py", RIGHT.encode())
        graded = grade(submission, Terms(found, "s", "sha256:", "fake"), FakeSandbox().lane())
        assert graded.score == 100
        assert factor == sys.modules[f"assignments.{name}.pieces"].FACTOR


@pytest.mark.slow
def test_so_it_is_for_who_runs_the_checks_by_hand(tmp_path: Path) -> None:
    folder = made(tmp_path / "assignments" / "one", 2)
    notebook = tmp_path / "ana.py"
    notebook.write_text(RIGHT)
    command = [sys.executable, "-m", "pytest", "-q", str(folder), "--submission", str(notebook)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert "1 passed" in ran.stdout, ran.stdout
