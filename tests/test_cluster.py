"""A Dask cluster gives the grades that one machine gives, whatever becomes of its workers."""

from __future__ import annotations

import copy
import pickle
import shutil
import signal
from collections import deque
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("distributed")

import tiny
from attacks.grading import comparable
from dask_here import PATIENCE, SLOW, Cluster, cluster, when_marked
from namespaces import HOST, namespaces

import grader
from grader.core.errors import AssignmentFault, BrokenCheck, GraderError, SandboxFault, UsageError
from grader.grading.grade import Terms, not_graded
from grader.sandbox.backends.process import ProcessSandbox
from grader.scheduling import dask as clusters
from grader.scheduling import dask_workers, local
from grader.scheduling.lanes import LOST, Lanes
from grader.submissions.archives import Source
from grader.submissions.model import NO_NOTEBOOK, Submission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.core.results import Grade
    from grader.scheduling.lanes import Answer
    from grader.scheduling.local import Task

CHECK = '''
import pytest
from grader.checks import Mismatch

@pytest.mark.part("f")
@pytest.mark.points(100)
def test_value(student):
    """f da un divisor de 12."""
    if 12 % student.f():
        raise Mismatch("no lo es")
'''
TEXTS = {
    "wrong": "def f(): return 5",
    "breaks_the_check": "def f(): return 0",
    "right": "def f(): return 12",
    "torn": "def f(:",
    "ends": "def f(): exit()",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cluster")


@pytest.fixture(scope="module")
def terms(folder: Path) -> Terms:
    (folder / "tiny").mkdir()
    asked = tiny.assignment(folder / "tiny", CHECK)
    return Terms(asked, "seed", ProcessSandbox().image, "process")


@pytest.fixture(scope="module")
def asked(terms: Terms, folder: Path) -> list[Task]:
    (folder / "disk.py").write_text("def f(): return 3")
    on_disk = Submission("disk", "Disco", "disk.py", Source(folder / "disk.py"))
    nothing = Submission("none", "none", "none.txt", problem=NO_NOTEBOOK)
    slow = SLOW.format(mark=str(folder / "mark"))
    return [(on_disk, terms), (nothing, terms), *tasks(terms, slow=slow, **TEXTS)]


@pytest.fixture(scope="module")
def alone(asked: list[Task], folder: Path) -> list[str]:
    """What this machine gives without a cluster."""
    (folder / "mark").touch()
    return sorted(comparable(grade.to_json()) for grade in local.run(asked, ProcessSandbox, 1))


@pytest.fixture(scope="module")
def pair(folder: Path) -> Iterator[Cluster]:
    """Two workers, each with a lane, in network namespaces where these can be made."""
    with ExitStack() as stack:
        try:
            names = stack.enter_context(namespaces(2))
        except OSError as error:
            names = []
            warn = str(error)
        made = stack.enter_context(cluster(folder / "pair", host=HOST if names else "127.0.0.1"))
        made.without = "" if names else warn
        for name in names or ["", ""]:
            made.worker(before=["ip", "netns", "exec", name] if name else ())
        wait_for(made, 2)
        yield made


def tasks(terms: Terms, **texts: str) -> list[Task]:
    return [
        (Submission(name, name, f"{name}.py", text.encode()), terms) for name, text in texts.items()
    ]


def on_the(made: Cluster, asked: list[Task], **options: Any) -> list[str]:
    grades = clusters.run(asked, made.address, **options)
    return sorted(comparable(grade.to_json()) for grade in grades)


def wait_for(made: Cluster, workers: int) -> None:
    client = dask_workers.connect(made.address)
    client.wait_for_workers(workers, timeout=PATIENCE)
    client.close()


@pytest.mark.slow
def test_the_grades_are_those_of_one_machine(
    pair: Cluster, asked: list[Task], alone: list[str]
) -> None:
    told: list[str] = []
    assert on_the(pair, asked, tell=told.append) == alone
    assert not told


@pytest.mark.slow
def test_they_came_from_two_machines(pair: Cluster) -> None:
    """As far as the network can tell: each in a network namespace of its own."""
    if pair.without:
        pytest.skip(f"no network namespaces here: {pair.without}")
    client = dask_workers.connect(pair.address)
    hosts = {urlsplit(worker).hostname for worker in client.nthreads()}
    client.close()
    assert len(hosts) == 2


@pytest.mark.slow
def test_a_worker_killed_midway_loses_nothing(
    asked: list[Task], alone: list[str], folder: Path
) -> None:
    (folder / "mark").unlink()
    told: list[str] = []
    started: list[str] = []
    with cluster(folder / "killed", workers=2) as made:
        thread = when_marked(folder / "mark", made, signal.SIGKILL)
        grades = on_the(made, asked, tell=told.append, started=lambda one: started.append(one.id))
        thread.join()
    assert grades == alone
    assert sorted(started) == sorted(["slow", *(submission.id for submission, _ in asked)])
    assert len(told) == 1
    assert "was lost: other workers grade its submissions" in told[0]


@pytest.mark.slow
def test_a_worker_with_another_grader_is_refused_before_anything(
    terms: Terms, tmp_path: Path
) -> None:
    other = tmp_path / "other" / "grader"
    shutil.copytree(Path(grader.__file__).parent, other, ignore=shutil.ignore_patterns("_*_"))
    with (other / "protocol" / "wire.py").open("a") as file:
        file.write("# another\n")
    started: list[Submission] = []
    with cluster(tmp_path / "dask") as made:
        made.worker(PYTHONPATH=str(other.parent))
        asked = tasks(terms, a="def f(): return 3")
        with pytest.raises(UsageError, match="cannot take part: its copy of grader differs"):
            list(clusters.run(asked, made.address, started=started.append))
    assert not started


@pytest.mark.slow
def test_where_there_is_no_worker_it_says_so(
    terms: Terms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_workers, "WORKERS_SECONDS", 1.0)
    with (
        cluster(tmp_path / "dask") as made,
        pytest.raises(SandboxFault, match=r"no worker at tcp.* can grade"),
    ):
        list(clusters.run(tasks(terms, a=""), made.address))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "fault", "said"),
    [
        ("tcp://127.0.0.1:9", SandboxFault, "no Dask scheduler answers at tcp://127.0.0.1:9"),
        ("nonsense://there", UsageError, "'nonsense://there' is not a scheduler's address"),
        ("tls://127.0.0.1:9", UsageError, "is not a scheduler's address"),
    ],
)
def test_where_there_is_no_scheduler_it_says_so(
    terms: Terms,
    address: str,
    fault: type[Exception],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dask_workers, "CONNECT_SECONDS", 1.0)
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
    terms: Terms, change: Callable[[Grade], Grade]
) -> None:
    (task,) = tasks(terms, a="def f(): return 3")
    answer = ("", change(not_graded(*task, "for a test")).to_json())
    with pytest.raises(SandboxFault, match="another submission's grade"):
        clusters._grade(task, answer)


@pytest.mark.parametrize("kind", [AssignmentFault, BrokenCheck, GraderError, SandboxFault])
def test_a_fault_elsewhere_is_the_same_fault_here(terms: Terms, kind: type[GraderError]) -> None:
    (task,) = tasks(terms, a="")
    with pytest.raises(kind, match="this was told") as raised:
        clusters._grade(task, (kind.__name__, "this was told"))
    assert raised.type is kind


def test_lanes_that_were_moved_are_to_be_examined_again(terms: Terms) -> None:
    moved = copy.copy(Lanes(clusters.order_of(terms), "elsewhere"))
    assert moved.grade(b"")[0] == LOST


class FakeCrew:
    """Workers whose answers come at once; whoever is to grade "bad" is lost with all it has."""

    def __init__(self, fit: dict[str, int]) -> None:
        self.fit = fit
        self.under_way: dict[str, tuple[str, str]] = {}
        self.companies: list[set[str]] = []

    def look(self) -> None:
        for worker, names in self._by_worker().items():
            if "bad" in names:
                self.companies.append(names)
                del self.fit[worker]
                self.fit[f"{worker}'"] = 2  # a nanny starts it again

    def grade(self, worker: str, submission: bytes) -> str:
        name = pickle.loads(submission).id  # noqa: S301 - ours
        key = f"{name} {len(self.under_way)}"
        self.under_way[key] = worker, name
        return key

    def answer(self, key: str) -> Answer | None:
        worker, name = self.under_way[key]
        if worker not in self.fit or "bad" in self._by_worker()[worker]:
            return None
        del self.under_way[key]
        return "", name

    def rest(self) -> None:
        pass

    def _by_worker(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for worker, name in self.under_way.values():
            if worker in self.fit:
                found.setdefault(worker, set()).add(name)
        return found


def test_those_that_were_on_a_lost_worker_have_one_to_themselves(
    terms: Terms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that only the one that takes workers down is set aside."""

    def grade(task: Task, answer: Answer) -> Grade:
        return not_graded(task[0], task[1], answer[1])

    monkeypatch.setattr(clusters, "_grade", grade)
    asked = tasks(terms, **dict.fromkeys(("bad", "a", "b", "c", "d"), ""))
    fake: Any = FakeCrew({"one": 2, "two": 2})
    run = clusters._Run(local.Queue(deque(asked)), fake, 0, lambda _: None)
    reasons = {grade.submission: grade.reason_en for grade in run.grades()}
    assert "given up after 3 tries: the worker" in reasons.pop("bad")
    assert reasons == {name: name for name in "abcd"}
    assert len(fake.companies[0]) == 2
    assert fake.companies[1:] == [{"bad"}] * 3
