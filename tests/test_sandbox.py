"""The conformance list against every sandbox, and that a closed lane leaves nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.core.errors import SandboxFault
from grader.sandbox import conformance
from grader.sandbox.backends.process import ProcessStream
from grader.sandbox.conformance import CASES, Case

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from grader.core.limits import Limits
    from grader.sandbox.api import Lane, Sandbox, Session
    from grader.sandbox.backends.bubblewrap import BubblewrapSandbox
    from grader.sandbox.backends.docker import DockerSandbox
    from grader.sandbox.backends.process import ProcessSandbox

HELD_BY_A_PROCESS = [case for case in CASES if not case.needs_protection]
CORE = ("tensors_cross_exactly", "an_endless_loop_times_out", "a_crash_costs_one_check")


class OneLane:
    """A sandbox whose cases share a lane, each as a neighbour of those before it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.name = sandbox.name
        self.protects = sandbox.protects
        self.image = sandbox.image
        self.kept: Lane | None = None

    def lane(self) -> SharedLane:
        self.kept = self.kept or self.sandbox.lane()
        return SharedLane(self, self.kept)

    def reap(self) -> None:
        if self.kept is not None:
            self.kept.close()
            self.kept = None


class SharedLane:
    """A lane that closing does not end."""

    def __init__(self, owner: OneLane, lane: Lane) -> None:
        self.owner = owner
        self.shared = lane
        self.versions, self.gpus = lane.versions, lane.gpus

    def open(
        self,
        content: bytes,
        filename: str,
        names: Sequence[str],
        limits: Limits,
        shut: Mapping[str, Sequence[str]] | None = None,
    ) -> AbstractContextManager[Session]:
        return self.shared.open(content, filename, names, limits, shut)

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def docker_lane(docker_sandbox: DockerSandbox) -> Iterator[OneLane]:
    shared = OneLane(docker_sandbox)
    yield shared
    shared.reap()


@pytest.fixture(scope="module")
def bubblewrap_lane(bubblewrap_sandbox: BubblewrapSandbox) -> Iterator[OneLane]:
    shared = OneLane(bubblewrap_sandbox)
    yield shared
    shared.reap()


@pytest.fixture(scope="module")
def process_lane(process_sandbox: ProcessSandbox) -> Iterator[OneLane]:
    shared = OneLane(process_sandbox)
    yield shared
    shared.reap()


def check(case: Case, shared: OneLane) -> None:
    try:
        case.check(shared)
    except BaseException:
        shared.reap()  # the case that follows gets a lane of its own
        raise


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_docker_keeps_every_promise(docker_lane: OneLane, case: Case) -> None:
    check(case, docker_lane)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bubblewrap_keeps_every_promise(
    bubblewrap_lane: OneLane, bubblewrap_sandbox: BubblewrapSandbox, case: Case
) -> None:
    if case.needs_group and not bubblewrap_sandbox.bounded:
        pytest.skip("no control group can be created here, and nothing else bounds a lane in all")
    check(case, bubblewrap_lane)


@pytest.mark.parametrize("case", HELD_BY_A_PROCESS, ids=lambda case: case.name)
def test_a_process_keeps_those_that_need_no_protection(process_lane: OneLane, case: Case) -> None:
    check(case, process_lane)


def test_what_a_process_cannot_hold_is_listed_and_said(
    process_sandbox: ProcessSandbox, docker_sandbox: DockerSandbox
) -> None:
    names = {case.name for case in CASES if case.needs_protection}
    assert names > {"there_is_no_network", "a_fork_bomb_is_bounded", "there_is_no_privilege"}
    assert docker_sandbox.protects
    assert not process_sandbox.protects


def test_every_promise_is_listed_once_and_described() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    for case in CASES:
        assert case.check.__doc__, case.name


@pytest.mark.parametrize("case", [c for c in CASES if c.name in CORE], ids=lambda case: case.name)
def test_a_lane_for_one_submission_keeps_them_too(
    docker_sandbox: DockerSandbox, case: Case
) -> None:
    case.check(docker_sandbox)


def test_a_fork_bomb_in_one_lane_leaves_the_others_their_processes(
    docker_sandbox: DockerSandbox,
) -> None:
    """The kernel counts a user's processes over all containers of a machine."""
    bomb = b"""
import os, time
def f():
    try:
        while True:
            if os.fork() == 0:
                time.sleep(600)
    except OSError:
        return os.getuid()
"""
    asked: dict[str, Any] = {"name": "f", "args": [], "kwargs": {}}
    lanes = [docker_sandbox.lane(), docker_sandbox.lane()]
    try:
        users = []
        with (
            lanes[0].open(bomb, "a.py", ["f"], conformance.SMALL) as first,
            lanes[1].open(bomb, "a.py", ["f"], conformance.SMALL) as second,
            first.check(1) as check,
        ):
            users.append(check.ask("call", **asked))
            with second.check(1) as other:
                users.append(other.ask("call", **asked))
        assert len(set(users)) == len(users)
    finally:
        for lane in lanes:
            lane.close()


def test_a_closed_container_is_gone(docker_sandbox: DockerSandbox) -> None:
    from grader.sandbox.backends.docker import ContainerStream

    lane = docker_sandbox.lane()
    assert isinstance(lane.stream, ContainerStream)
    mine = lane.stream.container
    assert mine in containers(docker_sandbox)
    lane.close()
    assert mine not in containers(docker_sandbox)
    assert_ended(lane)


def test_reaping_removes_lanes_that_nobody_closed(docker_sandbox: DockerSandbox) -> None:
    other = type(docker_sandbox)(docker_sandbox.limits)
    lane = other.lane()
    other.reap()
    assert containers(other) == set()
    lane.close()
    other.client.close()


def test_a_closed_process_and_its_folder_are_gone(process_sandbox: ProcessSandbox) -> None:
    lane = process_sandbox.lane()
    stream: Any = lane.stream
    assert isinstance(stream, ProcessStream)
    arguments = Path(f"/proc/{stream.process.pid}/cmdline").read_text().split("\0")
    folder = arguments[arguments.index("--scratch") + 1]
    assert Path(folder).is_dir()
    lane.close()
    assert stream.process.returncode is not None
    assert not Path(folder).exists()
    assert folder not in command_lines()
    assert_ended(lane)


def assert_ended(lane: Lane) -> None:
    with (
        pytest.raises((SandboxFault, ValueError)),
        lane.open(b"def f(): return 1", "a.py", ["f"], conformance.SMALL),
    ):
        pass


def containers(sandbox: DockerSandbox) -> set[str]:
    from grader.sandbox.backends.docker import RUN_LABEL

    labels = {"label": f"{RUN_LABEL}={sandbox.run}"}
    return {found["Id"] for found in sandbox.client.api.containers(all=True, filters=labels)}


def command_lines() -> str:
    """Return the command lines of this process's children."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return "\n".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in children)
