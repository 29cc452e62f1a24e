"""A Dask cluster gives the grades that one machine gives, whatever becomes of its workers."""

from __future__ import annotations

import pickle
import shutil
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import tiny
from attacks.grading import comparable
from dask_here import PATIENCE, Cluster, ancestor, cluster

import grader
from grader import batch, crew
from grader import cluster as clusters
from grader.archives import Source
from grader.batch import MOST_TRIES
from grader.errors import BrokenCheck, SandboxFault, UsageError
from grader.grading import Terms, not_graded
from grader.lanes import LOST, Lanes
from grader.sandbox.process import ProcessSandbox
from grader.submission import NO_NOTEBOOK, Submission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.batch import Task

CHECK = '''
import pytest

@pytest.mark.part("f")
@pytest.mark.points(100)
def test_value(student):
    """f da un divisor de 12."""
    assert 12 % student.f() in (0, 1) or pytest.fail()
'''
SLOW = """
import os, time

def f():
    if not os.path.exists({mark!r}):
        with open({mark!r} + ".new", "w") as file:
            file.write(str(os.getpid()))
        os.rename({mark!r} + ".new", {mark!r})
        time.sleep(25)
    return 4
"""
"""It leaves a mark of where it is, and takes long, the first time."""
KILLER = """
import os, signal

def f():
    pids, pid = [], os.getpid()
    while pid > 1:
        pids.append(pid)
        pid = int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
    job = [i for i, pid in enumerate(pids) if "grader.job" in open(f"/proc/{pid}/cmdline").read()]
    os.kill(pids[job[-1] + 1], signal.SIGKILL)
    return 4
"""


@pytest.fixture
def terms(tmp_path: Path) -> Terms:
    (tmp_path / "tiny").mkdir()
    asked = tiny.assignment(tmp_path / "tiny", CHECK)
    return Terms(asked, "seed", ProcessSandbox().image, "process")


def handed_in(name: str, text: str) -> Submission:
    return Submission(name, name, f"{name}.py", text.encode())


def tasks(terms: Terms, **texts: str) -> list[Task]:
    return [(handed_in(name, text), terms) for name, text in texts.items()]


def locally(asked: list[Task]) -> list[str]:
    return sorted(comparable(grade.to_json()) for grade in batch.run(asked, ProcessSandbox, 1))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers, each with a lane."""
    with cluster(tmp_path_factory.mktemp("pair"), workers=2) as made:
        yield made


def on_the(pair: Cluster, asked: list[Task], **options: object) -> list[str]:
    grades = clusters.run(asked, pair.address, **options)  # type: ignore[arg-type]
    return sorted(comparable(grade.to_json()) for grade in grades)


def test_the_grades_are_those_of_one_machine(pair: Cluster, terms: Terms, tmp_path: Path) -> None:
    (tmp_path / "disk.py").write_text("def f(): return 3")
    on_disk = Submission("disk", "Disco", "disk.py", Source(tmp_path / "disk.py"))
    nothing = Submission("none", "none", "none.txt", problem=NO_NOTEBOOK)
    asked = tasks(terms, wrong="def f(): return 5", torn="def f(:", ends="def f(): exit()")
    asked += [(on_disk, terms), (nothing, terms)]
    told: list[str] = []
    assert on_the(pair, asked, tell=told.append) == locally(asked)
    assert not told


def test_a_check_that_breaks_on_all_ends_the_run(pair: Cluster, terms: Terms) -> None:
    with pytest.raises(BrokenCheck, match="f/value is broken"):
        on_the(pair, tasks(terms, a="def f(): return 0"))


def when_marked(mark: Path, workers: Cluster, do: int) -> threading.Thread:
    """Send a signal to the worker that grades what leaves the mark, once it is there."""

    def wait() -> None:
        deadline = time.monotonic() + PATIENCE
        while not mark.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        by_pid = {process.pid: process for process in workers.workers}
        by_pid[ancestor(int(mark.read_text()), list(by_pid))].send_signal(do)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def few(terms: Terms, tmp_path: Path) -> tuple[Path, list[Task]]:
    mark = tmp_path / "mark"
    texts = {name: f"def f(): return {value}" for name, value in (("a", 3), ("b", 5), ("c", 12))}
    return mark, tasks(terms, slow=SLOW.format(mark=str(mark)), **texts)


def test_a_worker_killed_midway_loses_nothing(terms: Terms, tmp_path: Path) -> None:
    mark, asked = few(terms, tmp_path)
    told: list[str] = []
    started: list[str] = []
    with cluster(tmp_path / "dask", workers=2) as made:
        thread = when_marked(mark, made, signal.SIGKILL)
        grades = on_the(made, asked, tell=told.append, started=lambda one: started.append(one.id))
        thread.join()
    assert grades == locally(asked)
    assert sorted(started) == ["a", "b", "c", "slow", "slow"]
    assert len(told) == 1
    assert "was lost: what it had is graded by others" in told[0]


def test_a_worker_that_does_not_answer_is_done_without(
    terms: Terms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "_budget", lambda _: 60.0)
    monkeypatch.setattr(clusters, "LATE_SECONDS", 0.0)
    mark, asked = few(terms, tmp_path)
    told: list[str] = []
    with cluster(tmp_path / "dask", workers=2) as made:
        thread = when_marked(mark, made, signal.SIGSTOP)
        grades = on_the(made, asked, tell=told.append)
        thread.join()
    assert grades == locally(asked)
    assert len(told) == 1


def test_what_takes_every_worker_down_is_set_aside(terms: Terms, tmp_path: Path) -> None:
    rest = tasks(terms, a="def f(): return 3", b="def f(): return 5")
    with cluster(tmp_path / "dask") as made:
        made.worker("--nanny", "--nthreads", "2")
        asked = [*tasks(terms, killer=KILLER), *rest]
        grades = {grade.submission: grade for grade in clusters.run(asked, made.address)}
    killer = grades.pop("killer")
    assert killer.status == "not_graded"
    assert f"given up after {MOST_TRIES} tries: the worker" in killer.reason
    assert sorted(comparable(grade.to_json()) for grade in grades.values()) == locally(rest)


def test_a_worker_with_another_grader_is_refused_before_anything(
    terms: Terms, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "grader"
    shutil.copytree(Path(grader.__file__).parent, other, ignore=shutil.ignore_patterns("_*_"))
    with (other / "wire.py").open("a") as file:
        file.write("# another\n")
    started: list[Submission] = []
    with cluster(tmp_path / "dask", workers=1) as made:
        made.worker(PYTHONPATH=str(other.parent))
        wait_for(made, 2)
        asked = tasks(terms, a="def f(): return 3")
        with pytest.raises(UsageError, match="tcp://.* cannot take part: its grader's own files"):
            list(clusters.run(asked, made.address, started=started.append))
    assert not started


def wait_for(made: Cluster, workers: int) -> None:
    client = crew.connect(made.address)
    client.wait_for_workers(workers, timeout=PATIENCE)
    client.close()


def test_where_there_is_no_worker_it_says_so(
    terms: Terms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "WORKERS_SECONDS", 1.0)
    with (
        cluster(tmp_path / "dask") as made,
        pytest.raises(SandboxFault, match="there is no worker at tcp://127.0.0.1:"),
    ):
        list(clusters.run(tasks(terms, a=""), made.address))


@pytest.mark.parametrize(
    ("address", "fault", "said"),
    [
        ("tcp://127.0.0.1:9", SandboxFault, "no Dask scheduler answers at tcp://127.0.0.1:9"),
        ("nonsense://there", UsageError, "'nonsense://there' cannot be used"),
        ("tls://127.0.0.1:9", UsageError, "cannot be used as a scheduler's address"),
    ],
)
def test_where_there_is_no_scheduler_it_says_so(
    terms: Terms,
    address: str,
    fault: type[Exception],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crew, "CONNECT_SECONDS", 1.0)
    with pytest.raises(fault, match=said):
        list(clusters.run(tasks(terms, a=""), address))


def test_without_anything_to_grade_nobody_is_asked() -> None:
    assert list(clusters.run([], "tcp://127.0.0.1:9")) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda grade: replace(grade, submission="b"),
        lambda grade: replace(grade, fingerprint=replace(grade.fingerprint, notebook="0")),
    ],
)
def test_a_grade_of_something_else_is_no_answer(
    terms: Terms, change: Callable[..., batch.Grade]
) -> None:
    (task,) = tasks(terms, a="def f(): return 3")
    answer = ("", change(not_graded(*task, "for a test")).to_json())
    with pytest.raises(SandboxFault, match="another submission's grade"):
        clusters._grade(task, answer)


def test_lanes_that_were_moved_are_to_be_examined_again(terms: Terms) -> None:
    moved = pickle.loads(pickle.dumps(Lanes(clusters.order_of(terms), "elsewhere")))
    assert moved.grade(b"")[0] == LOST
