"""Sandboxes for the tests. GRADER_REQUIRE_DOCKER makes a test without an engine fail, not skip."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from grader.errors import SandboxFault
from grader.sandbox import Limits
from grader.sandbox.docker import DockerSandbox, connect
from grader.sandbox.process import ProcessSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker.client import DockerClient


@pytest.fixture(scope="session")
def docker_client() -> Iterator[DockerClient]:
    try:
        client = connect()
    except SandboxFault as fault:
        if os.environ.get("GRADER_REQUIRE_DOCKER"):
            pytest.fail(str(fault))
        pytest.skip(str(fault))
    yield client
    client.close()


@pytest.fixture(scope="session")
def docker_sandbox(
    docker_client: DockerClient,  # noqa: ARG001 - skips where there is no engine
) -> Iterator[DockerSandbox]:
    sandbox = DockerSandbox(Limits(), say=lambda text: print(text, file=sys.stderr))  # noqa: T201
    yield sandbox
    sandbox.reap()
    sandbox.client.close()


@pytest.fixture(scope="session")
def process_sandbox() -> ProcessSandbox:
    return ProcessSandbox()
