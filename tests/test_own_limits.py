"""The limits of a student's own check: shorter, and what grading allows is said."""

from __future__ import annotations

from typing import Any

import pytest
from test_lane import Scripted

from grader.core.errors import StudentProcessLost
from grader.core.limits import Limits
from grader.sandbox.lane import StreamLane

LOOP = ["it used more than {seconds} s of processor time: is there a loop that never ends?"]
LOST: list[Any] = ["timeout", [*LOOP, {"seconds": "3"}]]


@pytest.mark.parametrize(
    ("graded", "own"),
    [
        ((60, 25, 30), (10, 3, 10)),
        ((300, 200, 150), (30, 20, 15)),
        ((5, 2, 4), (5, 2, 4)),
        ((100, 30, 100), (10, 3, 10)),
    ],
)
def test_they_are_a_tenth_and_never_too_short(
    graded: tuple[float, float, float], own: tuple[float, float, float]
) -> None:
    seconds, cpu_seconds, load_seconds = graded
    limits = Limits(seconds, cpu_seconds, load_seconds).of_own_check
    assert (limits.seconds, limits.cpu_seconds, limits.load_seconds) == own


@pytest.mark.parametrize(
    "table", [{"seconds": 160.0, "cpu_seconds": 100.0}, {"seconds": 160.0}, {"cpu_seconds": 4.0}]
)
def test_a_part_with_limits_of_its_own_keeps_them(table: dict[str, float]) -> None:
    limits = Limits(60, 25, parts={"aprende": table})
    graded, own = limits.of_part("aprende"), limits.of_own_check.of_part("aprende")
    assert (own.seconds, own.cpu_seconds) == (graded.seconds, graded.cpu_seconds)
    assert limits.of_own_check.of_part("celda").cpu_seconds == 3


def test_the_worker_is_told_of_the_shorter_ones_alone() -> None:
    told = Limits(60, 25).of_own_check.to_wire()
    assert (told["seconds"], told["cpu_seconds"]) == (10, 3)
    assert "graded" not in told


def lost(limits: Limits, part: str = "", said: Any = LOST) -> str:
    """What is said of a check that was lost under these limits, in English."""
    lane = StreamLane(Scripted(call={"lost": said}))
    with (
        lane.open(b"", "a.ipynb", ["f"], limits) as session,
        session.check(0, None, part) as check,
        pytest.raises(StudentProcessLost) as raised,
    ):
        check.ask("call", name="f", args=[], kwargs={})
    return raised.value.message.en


def test_a_loop_is_told_with_what_grading_allows() -> None:
    said = lost(Limits(60, 25).of_own_check)
    assert said.endswith("(grading allows 60 s, and 25 s of processor time)")


def test_nothing_is_said_of_grading_where_it_allows_no_more() -> None:
    limits = Limits(60, 25, parts={"aprende": {"seconds": 160}})
    assert "grading" not in lost(limits)
    assert "grading" not in lost(limits.of_own_check, "aprende")
    assert "grading" not in lost(Limits(9, 2).of_own_check)
    crashed = ["crashed", ["the process crashed ({signal})", {"signal": "SIGSEGV"}]]
    assert "grading" not in lost(limits.of_own_check, said=crashed)


def test_a_loop_while_definitions_run_is_told_so_too() -> None:
    lane = StreamLane(Scripted(define={"ran": {"lost": LOST}, "tripped": []}))
    with lane.open(b"", "a.ipynb", ["f"], Limits(load_seconds=30).of_own_check) as session:
        assert session.report.lost is not None
        assert session.report.lost.message.es.endswith("(al calificar se permiten 30 s)")
