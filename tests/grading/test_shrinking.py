"""A check that draws cases shows the smallest that fails, and does not look for it for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tiny

from grader.checks import Mismatch
from grader.grading import shrinking
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.fake import FakeSandbox
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from grader.core.results import CheckResult

CHECKS = '''
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from grader.checks import Mismatch

@pytest.mark.part("f")
@pytest.mark.points(100)
@given(size=st.integers(1, 50))
def test_size(student, size):
    """Da el tamaño."""
    got = student.f(torch.ones(size))
    if got != size:
        raise Mismatch("mal", inputs={"x": torch.ones(size)}, expected=size, got=got)
'''
WRONG = "def f(x): return len(x) if len(x) < 4 else 0"
UNSTEADY = "seen = []\ndef f(x):\n    seen.append(1)\n    return len(x) - (len(seen) == 3)"


def graded(folder: Path, source: str, seed: str = "seed") -> CheckResult:
    terms = Terms(tiny.assignment(folder, CHECKS), seed, "sha256:", "fake")
    submission = Submission("s", "s", "s.py", source.encode())
    (check,) = grade(submission, terms, FakeSandbox().lane()).checks
    return check


def shown(check: CheckResult) -> int:
    assert check.counterexample
    return len(check.counterexample["inputs"]["x"]["values"])


def test_the_smallest_failing_case_is_shown_with_its_cell(tmp_path: Path) -> None:
    check = graded(tmp_path, WRONG)
    assert (check.outcome, shown(check)) == ("failed", 4)
    assert "f(torch.tensor([1.0, 1.0, 1.0, 1.0]))" in (check.reproduce or "")


def test_the_same_seed_shows_the_same_case(tmp_path: Path) -> None:
    once, again = (graded(tmp_path, WRONG).counterexample for _ in range(2))
    assert once == again


def test_when_the_budget_is_spent_the_smallest_so_far_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shrinking, "MOST_CALLS", 0)
    check = graded(tmp_path, WRONG)
    assert (check.outcome, check.message) == ("failed", "mal")
    assert shown(check) > 4


def test_a_function_that_gives_now_this_and_now_that_fails_with_what_was_seen(
    tmp_path: Path,
) -> None:
    check = graded(tmp_path, UNSTEADY)
    assert check.outcome == "failed"
    assert "the same input" in check.message_en
    assert check.counterexample


def test_the_first_of_two_alike_is_kept() -> None:
    first, second = (Mismatch(text, inputs={"x": 1}) for text in ("a", "b"))
    kept = shrinking.smaller(None, first, lambda _: "one")
    assert shrinking.smaller(kept, second, lambda _: "two") is kept
