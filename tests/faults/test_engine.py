"""The engine stops, for a while or for good; the image is replaced, or gone. `make faults` alone.

An engine is started for these tests, so that nobody else's containers are disturbed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("docker")

import docker.errors
from course import FULL, SUBMISSIONS, Course, assert_one_sentence, graded, outcome, said, until
from engine import Engine

from grader.sandbox.backends.docker import RUN_LABEL
from grader.sandbox.backends.image import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [
    pytest.mark.slow,
    pytest.mark.docker,
    pytest.mark.skipif(not FULL, reason="only `make faults` starts an engine of its own"),
    pytest.mark.skipif(
        os.geteuid() != 0 or not all(map(shutil.which, ("dockerd", "containerd"))),
        reason="an engine of our own needs root, dockerd and containerd",
    ),
]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    started = Engine()
    try:
        started.start()
        started.give_base()
        yield started
    finally:
        started.close()


@pytest.fixture(scope="module")
def course(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Course:
    return Course(tmp_path_factory.mktemp("c"), sandbox="docker", environment=engine.environment)


@pytest.fixture(scope="module")
def whole(course: Course) -> dict[str, Any]:
    """An undisturbed run; it makes the image, as any first run does."""
    return course.whole(course.root / "whole")


def statuses(out: dict[str, Any]) -> set[str]:
    return {json.loads(text)["status"] for name, text in out.items() if name.endswith(".json")}


def test_an_engine_that_restarts_costs_no_grade(
    engine: Engine, course: Course, whole: dict[str, Any]
) -> None:
    out = course.root / "restart"
    process = course.start(out, "--seed", "faults")
    assert until(lambda: graded(out) >= 1, process), said(out)
    engine.stop()
    time.sleep(3)
    engine.start()
    assert process.wait(600) == 0, said(out)
    assert outcome(out) == whole
    client = engine.client()
    assert client.containers.list(all=True, filters={"label": RUN_LABEL}) == []
    client.close()


def test_an_engine_that_dies_leaves_no_score_and_the_next_run_goes_on(
    engine: Engine, course: Course, whole: dict[str, Any]
) -> None:
    out = course.root / "dies"
    process = course.start(out, "--seed", "faults")
    assert until(lambda: graded(out) >= 1, process), said(out)
    engine.stop()
    try:
        assert process.wait(600) == 1, said(out)
    finally:
        engine.start()
    assert "Traceback" not in said(out)
    left = [json.loads(text) for name, text in outcome(out).items() if name.endswith(".json")]
    lost = [grade for grade in left if grade["status"] == "not_graded"]
    assert lost
    assert {grade["submission"] for grade in left} == set(SUBMISSIONS)
    for grade in lost:
        assert grade["checks"] == []
        assert "run again" in grade["reason_en"]
        assert f"{grade['submission']},{grade['submission']},elman,,100,not_graded," in (
            (out / "grades.csv").read_text()
        )
    status, words = course.run(out)
    assert status == 0, words
    assert outcome(out) == whole


def test_an_image_that_is_replaced_midway_is_not_used_and_refused_later(
    engine: Engine, course: Course, whole: dict[str, Any]
) -> None:
    out = course.root / "replaced"
    process = course.start(out, "--seed", "faults", "--isolation", "strict")
    assert until(lambda: graded(out) >= 1, process), said(out)
    client = engine.client()
    (image,) = client.images.list(REPOSITORY)
    (tag,) = image.tags
    made = client.containers.create(image.id)
    other = made.commit(repository=REPOSITORY, tag=tag.partition(":")[2])
    made.remove()
    assert other.id != image.id
    assert process.wait(600) == 0, said(out)
    assert outcome(out) == whole

    status, words = course.run(out)
    assert status == 2
    assert_one_sentence(words, "the sandbox or its image has changed", "--regrade", "--out")
    client.images.get(image.id).tag(tag)
    client.images.remove(other.id)
    client.close()
    assert course.run(out)[0] == 0


def test_an_image_that_is_removed_midway_leaves_no_score_and_all_is_graded_again(
    engine: Engine, course: Course, whole: dict[str, Any]
) -> None:
    out = course.root / "removed"
    process = course.start(out, "--seed", "faults", "--isolation", "strict")
    assert until(lambda: graded(out) >= 1, process), said(out)
    client = engine.client()
    (image,) = client.images.list(REPOSITORY)

    def removed() -> bool:
        for container in client.api.containers(all=True, filters={"label": RUN_LABEL}):
            client.api.remove_container(container["Id"], force=True)
        client.api.remove_image(image.id, force=True)
        return True

    os.killpg(process.pid, signal.SIGSTOP)  # else it starts containers as fast as they go
    gone = until(lambda: _done(removed))
    os.killpg(process.pid, signal.SIGCONT)
    assert gone, said(out)
    client.close()
    assert process.wait(600) == 1, said(out)
    assert statuses(outcome(out)) >= {"graded", "not_graded"}
    assert "was removed: run again" in said(out) + str(outcome(out))

    status, words = course.run(out)
    assert status == 2
    assert_one_sentence(words, "the sandbox or its image has changed", "--regrade")
    status, words = course.run(out, "--regrade")
    assert status == 0, words
    assert outcome(out)["grades.csv"] == whole["grades.csv"]


def _done(step: Callable[[], bool]) -> bool:
    """Say whether a step could be taken; the engine refuses while a container is in the way."""
    try:
        return step()
    except docker.errors.APIError:
        return False
