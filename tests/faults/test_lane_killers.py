"""A submission that takes its lane down each time is set aside; the others get their grades."""

from __future__ import annotations

import contextlib
import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from course import Course, end, outcome, said

from grader.scheduling.local import MOST_TRIES

if TYPE_CHECKING:
    from pathlib import Path

    from docker.client import DockerClient

pytestmark = pytest.mark.slow

KILLER = """
import os, signal


class celdaRNN:
    def find(of):
        pids, pid = [], os.getpid()
        while pid > 1:
            pids.append(pid)
            pid = int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
        names = {pid: open(f"/proc/{pid}/cmdline").read() for pid in pids}
        workers = [pid for pid in pids if "grader.worker" in names[pid]]
        return workers[:0:-1] if of == "worker" else [pids[len(workers)]]

    for pid in find("VICTIM"):
        os.kill(pid, signal.SIGKILL)
"""
MANY = 12
"""More processes than a lane has by itself."""
SLEEPER = f"""
import os, time


class celdaRNN:
    for _ in range({MANY}):
        if not os.fork():
            time.sleep(60)
            os._exit(0)
    time.sleep(25)
"""


def assert_set_aside(out: Path, whole: dict[str, Any], culprit: str) -> None:
    """The culprit has no score and its reason; everybody else the grade of a run without it."""
    found = outcome(out)
    grade = json.loads(found.pop(f"{culprit}.json"))
    assert (grade["status"], grade["checks"]) == ("not_graded", [])
    assert f"given up after {MOST_TRIES} tries" in grade["reason_en"]
    rows = found.pop("grades.csv").decode().splitlines(keepends=True)
    assert f"{culprit},{culprit},elman,,100,not_graded,\n" in rows
    rest = "".join(row for row in rows if not row.startswith(culprit)).encode()
    assert found | {"grades.csv": rest} == whole


@pytest.mark.parametrize("victim", ["worker", "job"])
def test_in_a_process_it_kills_what_it_can_reach(tmp_path: Path, victim: str) -> None:
    course = Course(tmp_path)
    whole = course.whole(tmp_path / "whole")
    course.hand_in("asesino", KILLER.replace("VICTIM", victim))
    status, words = course.run(tmp_path / "out", "--seed", "faults")
    assert status == 1, words
    assert "Traceback" not in words
    assert_set_aside(tmp_path / "out", whole, "asesino")


def test_in_docker_its_container_is_killed_each_time(
    docker_client: DockerClient, tmp_path: Path
) -> None:
    """It cannot do that itself: it is done here, whenever a container is grading it."""
    from grader.sandbox.backends.docker import RUN_LABEL

    label = secrets.token_hex(8)
    course = Course(
        tmp_path,
        sandbox="docker",
        before=f"import secrets; secrets.token_hex = lambda _: {label!r}",
    )
    whole = course.whole(tmp_path / "whole")
    course.hand_in("victima", SLEEPER)
    process = course.start(tmp_path / "out", "--seed", "faults")
    kills = 0
    try:
        while process.poll() is None:
            for container in docker_client.api.containers(
                filters={"label": f"{RUN_LABEL}={label}"}
            ):
                kills += _killed_while_it_grades(docker_client, container["Id"])
    finally:
        end(process)
    assert process.returncode == 1, said(tmp_path / "out")
    assert kills == MOST_TRIES
    assert_set_aside(tmp_path / "out", whole, "victima")
    assert docker_client.api.containers(all=True, filters={"label": f"{RUN_LABEL}={label}"}) == []


def _killed_while_it_grades(client: DockerClient, container: str) -> bool:
    from docker.errors import APIError

    with contextlib.suppress(APIError):  # it is starting, or has ended
        if len(client.api.top(container)["Processes"]) > MANY:
            client.api.kill(container)
            return True
    return False
