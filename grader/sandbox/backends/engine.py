"""The connection to Docker's engine, for its containers and its images."""

from __future__ import annotations

import docker.errors
import requests.exceptions

import docker
from grader.core.errors import SandboxFault
from grader.core.i18n import tr

ENGINE_ERRORS = (docker.errors.DockerException, requests.exceptions.RequestException)


def connect() -> docker.DockerClient:
    """Return a client of the engine. Raises SandboxFault when none answers."""
    try:
        client = docker.from_env(timeout=120)
        client.ping()
    except ENGINE_ERRORS as error:
        raise SandboxFault(
            tr(
                "no Docker engine answers: start it (as root, docker/engine.sh does), or choose "
                "--sandbox process, which does not protect this machine from the students' code"
            )
        ) from error
    return client
