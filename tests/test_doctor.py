"""grader doctor: what it finds is what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.core.errors import SandboxFault
from grader.sandbox import conformance, doctor
from grader.sandbox.backends.process import ProcessSandbox
from grader.sandbox.conformance import Case

if TYPE_CHECKING:
    from grader.sandbox.api import Sandbox
    from grader.sandbox.doctor import State

CORE = ("tensors_cross_exactly", "a_reply_is_bounded", "there_is_no_network")


def _few(monkeypatch: pytest.MonkeyPatch, *more: Case) -> None:
    chosen = [case for case in conformance.CASES if case.name in CORE]
    monkeypatch.setattr(conformance, "CASES", [*chosen, *more])


def _broken(_: Sandbox) -> None:
    raise AssertionError("a limit that was not tripped")


@pytest.mark.slow
def test_what_holds_what_breaks_and_what_is_not_promised_are_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _few(monkeypatch, Case("never_so", _broken, needs_protection=False))
    found = {one.what: one for one in doctor.examine(ProcessSandbox, "cpu")}
    assert found["tensors cross exactly"].state == "good"
    assert found["there is no network"].state == "doubtful"
    assert found["never so"].state == "bad"
    assert "a limit that was not tripped" in found["never so"].found
    assert found["protection"].advice


def test_a_sandbox_that_cannot_be_opened_is_a_finding_with_its_remedy() -> None:
    def closed() -> Sandbox:
        raise SandboxFault("no engine answers: start it")

    *_, last = doctor.examine(closed, "cpu")
    assert (last.state, last.advice) == ("bad", "no engine answers: start it")


def test_a_missing_gpu_is_said_only_to_who_wants_one() -> None:
    def closed() -> Sandbox:
        raise SandboxFault("none")

    for device in ("cpu", "cuda"):
        names = [one.what for one in doctor.examine(closed, device)]
        assert ("GPU" in names) == (device == "cuda")


@pytest.mark.parametrize(
    ("states", "told"),
    [
        (["good"] * 3, "3 of 3 good: ready to grade"),
        (["good", "doubtful"], "1 of 2 good, 1 to know of (!): ready to grade"),
        (["good", "bad", "doubtful"], "1 of 3 good, 1 to know of (!): 1 to fix before grading (✗)"),
        (["bad", "bad"], "0 of 2 good: 2 to fix before grading (✗)"),
    ],
)
def test_it_ends_with_how_many_of_all_are_good(states: list[State], told: str) -> None:
    assert doctor.total(states) == told
