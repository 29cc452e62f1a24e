"""However a run ends, no container, process or folder of it is left."""

from __future__ import annotations

import json
import os
import secrets
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from course import RIGHT, SUBMISSIONS, Course, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from docker.client import DockerClient

pytestmark = pytest.mark.slow

SLOW = (
    RIGHT
    + """
    import time
    time.sleep(4)
"""
)
PATIENCE = 20.0  # seconds for what was killed to be gone


class Run:
    """A run of `grader grade` over a small course and a slow submission."""

    def __init__(self, sandbox: str, client: DockerClient | None, folder: Path) -> None:
        self.client = client
        self.label = secrets.token_hex(8)  # drawn here, to tell this run's from others' containers
        self.out = folder / "out"
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        course = Course(
            folder,
            sandbox,
            before=f"import secrets; secrets.token_hex = lambda _: {self.label!r}",
            environment={"TMPDIR": str(self.scratch)},
        )
        course.hand_in("lento", SLOW)
        self.process = course.start(self.out, "--seed", "leftovers")

    def wait_until_graded(self, count: int) -> None:
        """Wait until so many submissions are graded, and others are under way."""
        eventually(lambda: len(self.grades()) >= count or self.process.poll() is not None, 120)
        assert self.process.poll() is None, self.end()

    def grades(self) -> list[Path]:
        return list(self.out.glob("results/*.json"))

    def end(self) -> tuple[int, str]:
        """Return the exit status and what was said."""
        return self.process.wait(180), said(self.out)

    def processes(self) -> dict[int, str]:
        """Return what still runs of this run, by its environment: process id, command line."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                if f"TMPDIR={self.scratch}\0" in (entry / "environ").read_text():
                    found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
            except (OSError, ValueError):
                continue
        return found

    def jobs(self) -> list[int]:
        return [pid for pid, command in self.processes().items() if "spawn_main" in command]

    def left(self) -> list[str]:
        """Return the containers, processes and files that are left of this run."""
        containers: list[str] = []
        if self.client is not None:
            from grader.sandbox.backends.docker import RUN_LABEL

            labels = {"label": f"{RUN_LABEL}={self.label}"}
            found = self.client.api.containers(all=True, filters=labels)
            containers = [container["Id"] for container in found]
        files = [str(path) for path in self.scratch.glob("rnn-grader-*")]
        return containers + list(self.processes().values()) + files


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Run]:
    client = request.getfixturevalue("docker_client") if request.param == "docker" else None
    started = Run(request.param, client, tmp_path)
    yield started
    for pid in started.processes():
        os.kill(pid, signal.SIGKILL)
    started.process.wait()


def eventually(holds: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds()


def assert_nothing_left(run: Run) -> None:
    assert eventually(lambda: not run.left()), run.left()


def assert_all_graded(run: Run) -> None:
    grades = [json.loads(path.read_text()) for path in run.grades()]
    assert {grade["student"] for grade in grades} == {*SUBMISSIONS, "lento"}
    assert "not_graded" not in {grade["status"] for grade in grades}


def test_after_a_normal_run_nothing_is_left(run: Run) -> None:
    status, said = run.end()
    assert status == 0, said
    assert_all_graded(run)
    assert_nothing_left(run)


def test_after_a_ctrl_c_nothing_is_left(run: Run) -> None:
    run.wait_until_graded(1)
    os.killpg(run.process.pid, signal.SIGINT)
    status, said = run.end()
    assert status == 130
    assert "Traceback" not in said
    assert_nothing_left(run)


def test_after_the_main_process_was_killed_nothing_is_left(run: Run) -> None:
    run.wait_until_graded(1)
    run.process.kill()
    assert_nothing_left(run)
    run.end()


def test_when_a_job_is_killed_all_is_graded_and_nothing_is_left(run: Run) -> None:
    run.wait_until_graded(1)
    os.kill(run.jobs()[0], signal.SIGKILL)
    status, said = run.end()
    assert status == 0, said
    assert_all_graded(run)
    assert_nothing_left(run)
