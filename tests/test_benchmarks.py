"""The benchmark's four checks tell right from wrong, in this process and through grader."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("docker")

from benchmarks import checks, growth, notebooks, shown
from benchmarks.contestants import LIMIT, NBGRADER_NAME, Run
from benchmarks.figures import figures
from benchmarks.measure import Cost, Sample, measure
from grader.assignments import assignment as assignments
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.fake import FakeSandbox
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOUR = assignments.load(notebooks.ROOT / "benchmarks" / "assignments" / "four_checks")
(REFERENCE,) = (notebooks.short(content) for content in notebooks.whole(1))
WRONG: dict[Callable[[checks.Code], None], tuple[str, str]] = {
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


@pytest.mark.slow
@pytest.mark.parametrize("check", checks.CHECKS)
def test_a_check_passes_on_the_reference_and_fails_on_a_wrong_one(
    check: Callable[[checks.Code], None],
) -> None:
    check(checks.Here(notebooks.definitions(REFERENCE)))
    with pytest.raises(AssertionError):
        check(checks.Here(notebooks.definitions(edited(*WRONG[check]))))


@pytest.mark.slow
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


def run(name: str, size: int, seconds: float, cpu: float, **stages: float) -> Run:
    return Run(name, size, Cost(seconds, cpu, 0.0, size << 20), stages)


def test_what_starting_costs_is_told_apart_from_what_a_submission_does() -> None:
    found = figures(run("a", 2, 14.0, 9.0, load=1.0), run("a", 6, 22.0, 21.0, load=2.0))
    assert (found.seconds, found.cpu, found.stages) == (2.0, 3.0, {"load": 0.25})
    assert (found.start, found.start_cpu, found.per_minute) == (10.0, 3.0, 30.0)
    assert found.memory == 6 << 20


def test_the_table_has_the_ratios() -> None:
    names = {"grader, lanes": 2.0, NBGRADER_NAME: 10.0, LIMIT: 1.0}
    found = [figures(run(n, 0, 0.0, 0.0), run(n, 1, s, s)) for n, s in names.items()]
    (race,) = shown.tables(found)
    cells = [list(column.cells) for column in race.columns]
    assert [column[0] for column in cells][:6] == [
        "grader, lanes",
        "30.0",
        "5.00",
        "",
        "2.00",
        "2.00",
    ]


def a_class(begins: float, size: int, each: float, memory: int) -> growth.Class:
    """Return a class with a grade a second, each of so many seconds of CPU, all of it its lane's.

    The lane is there a second before the first grade.
    """
    moments = [begins + number for number in range(size)]
    samples = [
        Sample(at, at * each, max(0.0, at - begins) * each, memory)
        for at in (begins + second for second in range(-7, size + 7, 3))
    ]
    return growth.Class(moments, Cost(size, size * each, 0.0, memory, tuple(samples)))


def test_a_large_class_is_told_in_a_small_one_at_the_same_time() -> None:
    large, small = a_class(0.0, 300, 2.0, 300), a_class(100.5, 100, 4.0, 100)
    row = growth.compared(large, small)
    assert row is not None
    assert (row.first, row.count, row.memory) == (101, 100, 300)
    assert (row.each, row.beside) == pytest.approx((2.0, 4.0))


def test_a_small_class_that_went_on_longer_is_not_compared() -> None:
    assert growth.compared(a_class(0.0, 300, 1.0, 1), a_class(270.0, 100, 1.0, 1)) is None


def test_the_last_sample_has_all_that_a_command_used(tmp_path: Path) -> None:
    busy = "import time\nwhile time.process_time() < 0.7: pass"
    cost = measure([sys.executable, "-c", busy], folder=tmp_path, environment={})
    assert cost.cpu >= 0.7
    assert cost.samples[-1].cpu == cost.cpu
    assert len(cost.samples) > 1
    assert sorted(cost.samples, key=lambda one: one.at) == list(cost.samples)
