"""The connection to Docker's engine, for its containers and its images."""

from __future__ import annotations

import getpass
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import docker.errors
import requests.exceptions

import docker
from grader.core.errors import SandboxFault
from grader.core.i18n import tr

if TYPE_CHECKING:
    from grader.core.i18n import Bilingual

SOCKET = Path("/var/run/docker.sock")
_MORE = f"{os.pathsep}/usr/sbin{os.pathsep}/sbin"
ENGINE_ERRORS = (docker.errors.DockerException, requests.exceptions.RequestException)


def connect() -> docker.DockerClient:
    """Return a client of the engine. Raises SandboxFault when none answers."""
    try:
        client = docker.from_env(timeout=120)
        client.ping()
    except ENGINE_ERRORS as error:
        program = shutil.which("dockerd", path=f"{os.environ.get('PATH', '')}{_MORE}")
        host = os.environ.get("DOCKER_HOST", "")
        raise SandboxFault(remedy(host, SOCKET, installed=bool(program))) from error
    return client


def remedy(host: str, socket: Path, *, installed: bool) -> Bilingual:
    """Return why no engine answers, and the one thing to do about it.

    `host` is what DOCKER_HOST says, `socket` where an engine of this machine listens, `installed`
    whether it has the program of one.
    """
    if host:
        return tr(
            "no Docker engine answers at DOCKER_HOST ({host}): start it, or unset DOCKER_HOST",
            host=host,
        )
    if socket.exists() and not os.access(socket, os.R_OK | os.W_OK):
        return tr(
            "this user may not use the Docker engine: as root, run usermod -aG docker {user}, then "
            "log in again",
            user=getpass.getuser(),
        )
    if installed:
        return tr("the Docker engine is not running: as root, run systemctl start docker")
    return tr("no Docker engine is installed: as root, run apt-get install docker.io")
