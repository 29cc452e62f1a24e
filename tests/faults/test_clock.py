"""Wall clocks that jump while a run goes on: limits, and so grades, know nothing of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from course import RIGHT, Course

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

JUMPY = """
import itertools, time

def jumping(real, unit):
    years = itertools.cycle([0, 10, -10, 3, -30])
    return lambda: real() + next(years) * 31_557_600 * unit

time.time, time.time_ns = jumping(time.time, 1), jumping(time.time_ns, 10**9)
open({mark!r}, "a").write("x")
"""
ENDLESS = RIGHT.replace(
    "return torch", "import time\n        time.sleep(10**6)\n        return torch"
)


def test_a_wall_clock_that_jumps_by_years_changes_nothing(tmp_path: Path) -> None:
    """In every process of the run, workers too; one submission runs into its time limit."""
    course = Course(tmp_path)
    course.hand_in("sin_fin", ENDLESS)
    config = course.assignment / "assignment.toml"
    config.write_text(config.read_text().replace("\nseconds = 30", "\nseconds = 6"))
    whole = course.whole(tmp_path / "whole")
    assert '"timeout"' in whole["sin_fin.json"]

    (tmp_path / "clock").mkdir()
    mark = tmp_path / "processes"
    (tmp_path / "clock" / "sitecustomize.py").write_text(JUMPY.format(mark=str(mark)))
    jumpy = Course(tmp_path, environment={"PYTHONPATH": str(tmp_path / "clock")})
    assert jumpy.whole(tmp_path / "jumpy") == whole
    assert len(mark.read_text()) >= 5  # the main process, two jobs, two workers
