"""On a Dask cluster, workers that stop answering, and a submission that takes each of them down."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
import tiny
from attacks.grading import comparable
from course import FULL
from dask_here import SLOW, cluster, when_marked

from grader.grading.grade import Terms
from grader.sandbox.backends.process import ProcessSandbox
from grader.scheduling import dask as clusters
from grader.scheduling import local
from grader.scheduling.local import MOST_TRIES
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from grader.core.results import Grade
    from grader.scheduling.local import Task

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FULL, reason="takes minutes: make faults"),
]
pytest.importorskip("distributed")

CHECK = '''
import pytest
from grader.checks import Mismatch

@pytest.mark.part("f")
@pytest.mark.points(100)
def test_value(student):
    """f da 3."""
    if student.f() != 3:
        raise Mismatch("no lo es")
'''
KILLER = """
import os, signal

def f():
    pids, pid = [], os.getpid()
    while pid > 1:
        pids.append(pid)
        pid = int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
    job = [i for i, pid in enumerate(pids) if "lane_process" in open(f"/proc/{pid}/cmdline").read()]
    os.kill(pids[job[-1] + 1], signal.SIGKILL)
    return 4
"""
OTHERS = {"a": "def f(): return 3", "b": "def f(): return 5", "c": "def f(): return 12"}


@pytest.fixture
def terms(tmp_path: Path) -> Terms:
    (tmp_path / "tiny").mkdir()
    asked = tiny.assignment(tmp_path / "tiny", CHECK)
    return Terms(asked, "seed", ProcessSandbox().image, "process")


def tasks(terms: Terms, **texts: str) -> list[Task]:
    return [
        (Submission(name, name, f"{name}.py", text.encode()), terms) for name, text in texts.items()
    ]


def told(grades: Iterable[Grade]) -> list[str]:
    return sorted(comparable(grade.to_json()) for grade in grades)


def test_a_worker_that_does_not_answer_is_done_without(
    terms: Terms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "_budget", lambda _: 60.0)
    monkeypatch.setattr(clusters, "LATE_SECONDS", 0.0)
    mark = tmp_path / "mark"
    asked = tasks(terms, slow=SLOW.format(mark=str(mark)), **OTHERS)
    said: list[object] = []
    with cluster(tmp_path / "dask", workers=2) as made:
        thread = when_marked(mark, made, signal.SIGSTOP)
        grades = told(clusters.run(asked, made.address, tell=said.append))
        thread.join()
    assert grades == told(local.run(asked, ProcessSandbox, 1))
    assert len(said) == 1


def test_what_takes_every_worker_down_is_set_aside(terms: Terms, tmp_path: Path) -> None:
    others = tasks(terms, **OTHERS)
    with cluster(tmp_path / "dask") as made:
        made.worker("--nanny", "--nthreads", "2")
        asked = [*tasks(terms, killer=KILLER), *others]
        grades = {grade.submission: grade for grade in clusters.run(asked, made.address)}
    killer = grades.pop("killer")
    assert killer.status == "not_graded"
    assert f"given up after {MOST_TRIES} tries: the worker" in killer.reason_en
    assert told(grades.values()) == told(local.run(others, ProcessSandbox, 1))
