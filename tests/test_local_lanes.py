"""Many submissions: what goes wrong with one of them is nobody else's trouble."""

from __future__ import annotations

import functools
import os
import signal
from concurrent.futures import Future, ProcessPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import pytest
import tiny

from grader.core.errors import BrokenCheck
from grader.grading.grade import Terms
from grader.sandbox.backends.process import ProcessSandbox
from grader.scheduling import local
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.results import Grade

pytestmark = pytest.mark.slow

CHECK = '''
import pytest

@pytest.mark.part("f")
@pytest.mark.points(100)
def test_value(student):
    """f da un divisor de 12."""
    assert 12 % student.f() in (0, 1) or pytest.fail()
'''


@pytest.fixture
def terms(tmp_path: Path) -> Terms:
    return Terms(tiny.assignment(tmp_path, CHECK), "seed", "sha256:", "process")


def run(terms: Terms, **sources: str) -> dict[str, Grade]:
    tasks = [
        (Submission(name, name, f"{name}.py", f"def f(): return {value}".encode()), terms)
        for name, value in sources.items()
    ]
    make = functools.partial(ProcessSandbox)
    return {grade.student: grade for grade in local.run(tasks, make, jobs=1)}


def test_a_check_that_breaks_on_one_submission_costs_nobody_a_point(terms: Terms) -> None:
    grades = run(terms, ana="3", broken="0", carla="4", dario="6")
    assert {name: grade.status for name, grade in grades.items()} == {
        "ana": "graded",
        "broken": "not_graded",
        "carla": "graded",
        "dario": "graded",
    }
    assert "f/value is broken: ZeroDivisionError" in grades["broken"].reason_en
    assert [grades[name].score for name in ("ana", "carla", "dario")] == [100, 100, 100]


@pytest.mark.parametrize("sources", [{"a": "0"}, {"a": "0", "b": "0", "c": "3", "d": "0"}])
def test_a_check_that_breaks_on_all_or_on_many_ends_the_run(
    terms: Terms, sources: dict[str, str]
) -> None:
    with pytest.raises(BrokenCheck, match="f/value is broken"):
        run(terms, **sources)


class LatePool(ProcessPoolExecutor):
    """Takes a second task only when the first has ended: then its process may be gone."""

    first: Future[Grade] | None = None

    def submit(self, *given: Any, **named: Any) -> Future[Any]:
        if self.first is None:
            self.first = super().submit(*given, **named)
            return self.first
        wait([self.first])
        return super().submit(*given, **named)


def test_a_process_that_dies_just_before_it_gets_work_ends_no_run(
    terms: Terms, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "ProcessPoolExecutor", LatePool)
    lethal = LethalOnce(tmp_path_factory.mktemp("mark") / "killed")
    tasks = [
        (Submission(name, name, f"{name}.py", f"def f(): return {value}".encode()), terms)
        for name, value in {"kills": 3, "ana": 4, "eva": 6}.items()
    ]
    grades = {one.student: one for one in local.run(tasks, lethal, jobs=2)}
    assert {name: grade.status for name, grade in grades.items()} == dict.fromkeys(grades, "graded")
    assert set(grades) == {"kills", "ana", "eva"}


class LethalOnce:
    """Makes a sandbox; the first process that asks for one is killed."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __call__(self) -> ProcessSandbox:
        try:
            self.mark.touch(exist_ok=False)
        except FileExistsError:
            return ProcessSandbox()
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError
