"""The benchmark's four checks tell right from wrong, in this process and through grader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks import checks, notebooks
from grader import assignment as assignments
from grader.grading import Terms, grade
from grader.sandbox.fake import FakeSandbox
from grader.submission import Submission

if TYPE_CHECKING:
    from collections.abc import Callable

FOUR = assignments.load(notebooks.ROOT / "benchmarks" / "assignments" / "four_checks")
(REFERENCE,) = (notebooks.short(content) for content in notebooks.whole(1))
WRONG = {
    checks.lstm_cell: ("torch.tanh(c_t) ", "torch.sigmoid(c_t) "),
    checks.gru_cell: ("self.hr_h_fc(r_t * h_t_1)", "r_t * self.hr_h_fc(h_t_1)"),
    checks.lstm_learns: ("self.lstm(x[:, t, :]", "self.lstm(x[:, 0, :]"),
    checks.gru_learns: ("self.gru(x[:, t, :]", "self.gru(x[:, 0, :]"),
}


def edited(old: str, new: str) -> bytes:
    changed = REFERENCE.replace(old.encode(), new.encode())
    assert changed != REFERENCE
    return changed


def outcomes(content: bytes) -> list[str]:
    terms = Terms(FOUR, "seed", FakeSandbox.image, FakeSandbox.name)
    graded = grade(Submission("s", "s", "s.ipynb", content), terms, FakeSandbox().lane())
    return [check.outcome for check in graded.checks]


@pytest.mark.parametrize("check", checks.CHECKS)
def test_a_check_passes_on_the_reference_and_fails_on_a_wrong_one(
    check: Callable[[checks.Code], None],
) -> None:
    check(checks.Here(notebooks.definitions(REFERENCE)))
    with pytest.raises(AssertionError):
        check(checks.Here(notebooks.definitions(edited(*WRONG[check]))))


def test_so_do_they_in_grader() -> None:
    assert outcomes(REFERENCE) == ["passed"] * 4
    wrong = outcomes(edited(*WRONG[checks.gru_cell]))
    assert wrong == ["passed", "failed", "passed", "passed"]


def test_no_two_submissions_are_alike() -> None:
    made = [notebooks.short(content) for content in notebooks.whole(60)]
    assert len(set(made)) == len(made)


def test_the_other_graders_are_asked_for_the_same_checks() -> None:
    tested = notebooks.short(REFERENCE, tested=True).decode()
    for check in checks.CHECKS:
        assert f"checks.{check.__name__}(checks.Here(globals()))" in tested
        assert f"checks.{check.__name__}(checks.Here(env))" in notebooks.otter_test(check.__name__)
