"""Sandboxes for the tests, and a browser.

GRADER_REQUIRE_DOCKER, GRADER_REQUIRE_BUBBLEWRAP and GRADER_REQUIRE_BROWSER make a test without
them fail, not skip.

A test that takes one of these fixtures gets the marker of the same name; a test that starts such a
thing by itself is marked by hand, and so is a `slow` one. `make fast` leaves all of them out.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import hypothesis
import pytest

from grader.core.errors import SandboxFault
from grader.core.limits import Limits
from grader.core.results import Grade
from grader.sandbox.backends.process import ProcessSandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chromium import Browser
    from docker.client import DockerClient

    from grader.sandbox.backends.bubblewrap import BubblewrapSandbox
    from grader.sandbox.backends.docker import DockerSandbox

# Hypothesis's own profile for such runs: no deadline, as a busy machine is no mistake, and the same
# examples each time, so that a test which fails has failed because of a change. To look for new
# examples: pytest --hypothesis-profile=default.
hypothesis.settings.load_profile("ci")

MARKERS = {
    "docker_client": "docker",
    "bubblewrap_sandbox": "bubblewrap",
    "browser": "browser",
    "process_sandbox": "slow",
    "as_process": "slow",
}
"""The marker of who takes a fixture."""

Made = TypeVar("Made")


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that needs an engine, bubblewrap or a browser, by its fixtures."""
    for item in items:
        for fixture in MARKERS.keys() & getattr(item, "fixturenames", ()):
            item.add_marker(MARKERS[fixture])


def made_or_skipped(make: Callable[[], Made], required: str) -> Made:
    """Return what works here; else skip, or fail where the environment says that it must work."""
    try:
        return make()
    except (SandboxFault, ModuleNotFoundError) as fault:  # a package of an extra may be missing
        if os.environ.get(required):
            pytest.fail(str(fault))
        pytest.skip(str(fault))


@pytest.fixture(scope="session")
def docker_client() -> Iterator[DockerClient]:
    def connected() -> DockerClient:
        from grader.sandbox.backends.docker import connect

        return connect()

    client = made_or_skipped(connected, "GRADER_REQUIRE_DOCKER")
    yield client
    client.close()


@pytest.fixture(scope="session")
def docker_sandbox(
    docker_client: DockerClient,  # noqa: ARG001 - skips where there is no engine
) -> Iterator[DockerSandbox]:
    from grader.sandbox.backends.docker import DockerSandbox

    sandbox = DockerSandbox(Limits(), tell=lambda text: print(text, file=sys.stderr))  # noqa: T201
    yield sandbox
    sandbox.reap()
    sandbox.client.close()


@pytest.fixture(scope="session")
def bubblewrap_sandbox() -> Iterator[BubblewrapSandbox]:
    from grader.sandbox.backends.bubblewrap import BubblewrapSandbox

    sandbox = made_or_skipped(lambda: BubblewrapSandbox(Limits()), "GRADER_REQUIRE_BUBBLEWRAP")
    yield sandbox
    sandbox.reap()


@pytest.fixture(scope="session")
def process_sandbox() -> ProcessSandbox:
    return ProcessSandbox()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    def begun() -> Browser:
        import chromium

        return chromium.start()

    started = made_or_skipped(begun, "GRADER_REQUIRE_BROWSER")
    yield started
    started.quit()


SAMPLES = Path(__file__).parent / "submissions" / "lstm_gru"


def grade_samples(out: Path, *arguments: str | Path, seed: str) -> dict[str, Grade]:
    """Run `grader grade` and return what it wrote, by submission."""
    subprocess.run(
        [sys.executable, "-m", "grader", "grade", "--out", out, "--seed", seed, *arguments],
        check=True,
        capture_output=True,
    )
    grades = map(Grade.from_json, (path.read_text() for path in (out / "results").iterdir()))
    return {grade.submission: grade for grade in grades}


@pytest.fixture(scope="session")
def as_process(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Grade]:
    """The grades of all samples in plain processes."""
    out = tmp_path_factory.mktemp("process")
    return grade_samples(out, "--sandbox", "process", SAMPLES, seed="another seed")
