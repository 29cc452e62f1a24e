"""A Docker engine of our own, to stop, start and spoil: nobody else's containers are in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import docker
from grader.sandbox.backends.image import OWN_BASE

CONTAINERD = 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
SECONDS = 60.0


class Engine:
    """dockerd and containerd under a folder of their own; no network, and so no bridge."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="grader-engine-"))
        self.url = f"unix://{self.folder}/docker.sock"
        self.environment = {"DOCKER_HOST": self.url, "GRADER_BASE": OWN_BASE}
        (self.folder / "containerd.toml").write_text(CONTAINERD)
        (self.folder / "dockerd.json").write_text("{}")
        containerd = ["--config", "containerd.toml", "--address", f"{self.folder}/containerd.sock"]
        containerd += ["--root", f"{self.folder}/content", "--state", f"{self.folder}/state"]
        self.containerd = self._start("containerd", *containerd)
        self.dockerd: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the engine and wait until it answers."""
        self.dockerd = self._start(
            "dockerd",
            *("--host", self.url, "--containerd", f"{self.folder}/containerd.sock"),
            *("--data-root", f"{self.folder}/data", "--exec-root", f"{self.folder}/exec"),
            *("--pidfile", f"{self.folder}/pid", "--config-file", f"{self.folder}/dockerd.json"),
            *("--bridge", "none", "--iptables=false", "--ip-masq=false"),
        )
        deadline = time.monotonic() + SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "dockerd.log").read_text()[-2000:]
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop the engine as an upgrade would: its containers end."""
        if self.dockerd is not None:
            self.dockerd.terminate()
            self.dockerd.wait(SECONDS)

    def close(self) -> None:
        """End all of it and remove its folder."""
        self.stop()
        self.containerd.terminate()
        self.containerd.wait(SECONDS)
        shutil.rmtree(self.folder)

    def client(self) -> docker.DockerClient:
        return docker.DockerClient(base_url=self.url)

    def give_base(self) -> None:
        """Take the base image over from the machine's engine, where that has made one."""
        save = subprocess.run(["docker", "save", OWN_BASE], check=False, capture_output=True)  # noqa: S607
        if save.returncode == 0:
            environment = {**os.environ, **self.environment}
            load = ["docker", "load", "--quiet"]
            subprocess.run(load, input=save.stdout, check=True, env=environment)

    def _answers(self) -> bool:
        ask = ["docker", "--host", self.url, "info"]
        return subprocess.run(ask, check=False, capture_output=True).returncode == 0

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{command[0]}.log").open("ab") as log:
            return subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
