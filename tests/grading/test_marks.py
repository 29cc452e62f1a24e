"""An assignment whose marks do not add up is refused; titles, order and prerequisites are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import tiny

from grader.core.errors import AssignmentFault
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.fake import FakeSandbox
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.results import Grade

CHECKS = '''
import pytest

pytestmark = pytest.mark.part("f")

@pytest.mark.points(60)
def test_first(student):
    """Da uno: f() = 1.

    It gives one:
    f() = 1.
    """
    if student.f() != 1:
        pytest.skip("no")

@pytest.mark.points(40)
@pytest.mark.needs("first")
def test_second(student):
    student.f()
'''


def graded(folder: Path, checks: str, source: str = "def f(): return 1") -> Grade:
    terms = Terms(tiny.assignment(folder, checks), "seed", "sha256:", "fake")
    return grade(Submission("s", "s", "s.py", source.encode()), terms, FakeSandbox().lane())


def test_a_docstring_gives_the_titles_and_else_the_name(tmp_path: Path) -> None:
    first, second = graded(tmp_path, CHECKS).checks
    assert (first.id, first.part, first.max_points) == ("f/first", "f", 60)
    assert (first.title, first.title_en) == ("Da uno: f() = 1.", "It gives one: f() = 1.")
    assert (second.title, second.title_en) == ("second", "second")


def test_a_check_whose_prerequisite_did_not_pass_is_skipped(tmp_path: Path) -> None:
    _, second = graded(tmp_path, CHECKS, "def f(): return 2").checks
    assert (second.outcome, second.points) == ("skipped", 0)
    assert "«Da uno»" in second.message
    assert "“It gives one”" in second.message_en


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("@pytest.mark.points(40)\n", "", "test_second has no points: mark it with pytest.mark"),
        ("points(40)", "points()", "test_second has no points"),
        ('part("f")', 'part("g")', "test_first: assignment.toml gives no points to 'g'"),
        ('needs("first")', 'needs("frist")', "needs 'f/frist', which is no check: .* f/first"),
        ("import pytest", "import pytest, nothing", "cannot be read: .*No module named 'nothing'"),
    ],
)
def test_marks_that_do_not_add_up_are_the_assignments_fault(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    with pytest.raises(AssignmentFault, match=says):
        graded(tmp_path, CHECKS.replace(old, new))


def test_points_that_do_not_sum_to_the_parts_are_its_shares(tmp_path: Path) -> None:
    first, second = graded(tmp_path, CHECKS.replace("points(40)", "points(30)")).checks
    assert (first.max_points, second.max_points) == (66.67, 33.33)
