"""The `docker` sandbox: a lane is one locked-down container with one worker.

Nothing is mounted and nothing is copied: the notebook's bytes go in as a frame, frames come back.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import select
import struct
import time
from typing import TYPE_CHECKING, Any

import docker.errors
import requests.exceptions
from docker.types import DeviceRequest

import docker
from grader.core.errors import SandboxFault
from grader.core.i18n import tr
from grader.core.limits import MOST_FILES, Limits
from grader.sandbox.backends.engine import ENGINE_ERRORS
from grader.sandbox.backends.engine import connect as connect  # noqa: PLC0414 - for who has Docker
from grader.sandbox.backends.image import ImageSpec, ensure
from grader.sandbox.backends.recipe import MASKED, docker_folder
from grader.sandbox.lane import StreamLane

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from grader.core.console import Tell

RUN_LABEL = "rnn-grader.run"
_RESTART_SECONDS = 60.0  # for an engine that was stopped to answer again
_RETRY_SECONDS = 0.5
_MUX_HEADER = struct.Struct("!BxxxI")
_STDOUT = 1
# What engines mask if they are told nothing.
_MASKED_BY_ENGINES = (
    *("/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys"),
    *("/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list"),
    *("/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware"),
)


class DockerSandbox:
    """Starts workers in containers of the local engine.

    `run` is the label by which this run's containers can be found and removed; `image` is the id of
    the one that the run began with. Without it the image is made, with the assignment's `packages`.
    Raises SandboxFault when no engine answers or the image cannot be made.
    """

    name = "docker"
    protects = True

    def __init__(
        self,
        limits: Limits,
        *,
        device: str = "cpu",
        run: str | None = None,
        image: str | None = None,
        packages: Sequence[str] = (),
        tell: Tell = lambda _: None,
    ) -> None:
        self.limits = limits
        self.device = device
        self.run = run or secrets.token_hex(8)
        self.patience = _RESTART_SECONDS
        self.client = connect()
        self._image = image or ensure(self.client, tell, ImageSpec.from_environment(packages))

    @property
    def image(self) -> str:
        """The image's digest, `sha256:…`."""
        return self._image

    def require_image(self) -> None:
        """See that the engine has the image. Raises SandboxFault."""
        try:
            self.client.images.get(self._image)
        except docker.errors.ImageNotFound as error:
            raise SandboxFault(
                tr(
                    "its Docker engine does not have the run's image {image}: copy it there with "
                    "`docker save` and `docker load`",
                    image=self._image[:19],
                )
            ) from error
        except ENGINE_ERRORS as error:
            raise SandboxFault(
                tr("its Docker engine gave an unexpected answer: {why}", why=error)
            ) from error

    def lane(self) -> StreamLane:
        """Start a container; an engine that restarts is given the time. Raises SandboxFault."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return StreamLane(ContainerStream(self.client, self._create()))
            except docker.errors.ImageNotFound as error:
                raise SandboxFault(
                    tr(
                        "the image {image} that this run began with was removed: run again, and it "
                        "is built again",
                        image=self._image[:19],
                    )
                ) from error
            except docker.errors.DockerException as error:
                raise SandboxFault(
                    tr("the engine could not start a container: {why}", why=error)
                ) from error
            except requests.exceptions.RequestException as error:  # it is going, or gone
                if time.monotonic() > deadline:
                    self.patience = 0.0  # one that did not come back is not waited for again
                    raise SandboxFault(
                        tr(
                            "the Docker engine no longer answers: start it and run again to "
                            "continue from here"
                        )
                    ) from error
                time.sleep(_RETRY_SECONDS)

    def reap(self) -> None:
        """Remove the containers of this run that are still there."""
        with contextlib.suppress(*ENGINE_ERRORS):
            found = self.client.api.containers(
                all=True, filters={"label": f"{RUN_LABEL}={self.run}"}
            )
            for container in found:
                _remove(self.client, container["Id"])

    def _create(self) -> str:
        host = self.client.api.create_host_config(
            auto_remove=True,
            network_mode="none",
            ipc_mode="none",
            read_only=True,
            init=True,
            cap_drop=["ALL"],
            cap_add=["SETUID", "SETGID"],
            security_opt=["no-new-privileges", f"seccomp={_seccomp()}"],
            pids_limit=self.limits.lane_pids,
            mem_limit=self.limits.lane_memory,
            memswap_limit=self.limits.lane_memory,
            nano_cpus=10**9,
            log_config={"Type": "none"},
            tmpfs={
                "/work": f"size={self.limits.disk},nr_inodes={MOST_FILES},mode=0711",
                "/dev/mqueue": "size=4k,nr_inodes=2,mode=0700",
            },
            device_requests=[DeviceRequest(count=-1, capabilities=[["gpu"]])]
            if self.device == "cuda"
            else None,
        )
        host["MaskedPaths"] = [*_MASKED_BY_ENGINES, *MASKED]
        made: dict[str, Any] = self.client.api.create_container(
            self._image,
            hostname="worker",
            stdin_open=True,
            network_disabled=True,
            working_dir="/work",
            labels={RUN_LABEL: self.run},
            host_config=host,
        )
        return str(made["Id"])


class ContainerStream:
    """A container's standard input and output through the engine's attached stream."""

    def __init__(self, client: docker.DockerClient, container: str) -> None:
        self.client = client
        self.container = container
        self.pending = bytearray()
        try:
            options = {"stdin": 1, "stdout": 1, "stream": 1}
            attached = client.api.attach_socket(container, params=options)
            self.attached = attached
            self.socket: socket.socket = getattr(attached, "_sock", attached)
            client.api.start(container)
        except BaseException:
            _remove(client, container)
            raise

    def write(self, *parts: bytes) -> None:
        """Send all of a frame. Raises OSError."""
        self.socket.settimeout(None)
        for part in parts:
            self.socket.sendall(part)

    def read(self, count: int, seconds: float) -> bytes:
        """Return exactly so many bytes of standard output. Raises TimeoutError and EOFError."""
        deadline = time.monotonic() + seconds
        while len(self.pending) < count:
            kind, size = _MUX_HEADER.unpack(self._receive(_MUX_HEADER.size, deadline))
            part = self._receive(size, deadline)
            if kind == _STDOUT:
                self.pending += part
        data = bytes(self.pending[:count])
        del self.pending[:count]
        return data

    def close(self) -> None:
        """Remove the container."""
        with contextlib.suppress(OSError):
            self.socket.close()
            self.attached.close()
        _remove(self.client, self.container)

    def _receive(self, count: int, deadline: float) -> bytes:
        data = bytearray()
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        while len(data) < count:
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise TimeoutError("no answer in time")
            part = self.socket.recv(count - len(data))
            if not part:
                raise EOFError("its container ended")
            data += part
        return bytes(data)


def _remove(client: docker.DockerClient, container: str) -> None:
    """Remove a container and wait until it is gone; it may be on its way out already."""
    with contextlib.suppress(*ENGINE_ERRORS):
        client.api.remove_container(container, force=True, v=True)
    deadline = time.monotonic() + 10
    with contextlib.suppress(*ENGINE_ERRORS):
        while time.monotonic() < deadline:
            client.api.inspect_container(container)
            time.sleep(0.02)


def _seccomp() -> str:
    return json.dumps(json.loads((docker_folder() / "seccomp.json").read_text()))
