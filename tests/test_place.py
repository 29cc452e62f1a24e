"""A check that was not passed says where the notebook defines what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import tiny

from grader.grading.grade import Terms, grade
from grader.sandbox.backends.fake import FakeSandbox
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from pathlib import Path

CHECK = '''
import pytest

@pytest.mark.part("f")
@pytest.mark.points(100)
def test_one(student):
    """Da uno."""
    student.f()
'''


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("x = 1\n\ndef f():\n    return 1 / 0", (1, 3)),
        ("x = 1\n\ndef f():\n    return 1", (None, None)),
    ],
    ids=["fails", "passes"],
)
def test_place(tmp_path: Path, source: str, place: tuple[int | None, int | None]) -> None:
    terms = Terms(tiny.assignment(tmp_path, CHECK), "seed", "sha256:", "fake")
    submission = Submission("s", "s", "s.py", source.encode())
    (check,) = grade(submission, terms, FakeSandbox().lane()).checks
    assert (check.cell, check.line) == place
