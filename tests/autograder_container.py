"""A container as Gradescope has one: its folders, `setup.sh` run once, then submissions."""

from __future__ import annotations

import io
import json
import tarfile
import time
import zipfile
from dataclasses import dataclass
from importlib.metadata import requires
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from pathlib import Path

    from docker.client import DockerClient
    from docker.models.containers import Container

ROOT = "/autograder"
METADATA = {
    "id": 123456,
    "created_at": "2026-11-25T10:30:00.000000-05:00",
    "assignment": {"id": 1, "title": "RNN", "total_points": "100.0"},
    "users": [{"id": 1, "email": "ana@example.edu", "name": "Ana"}],
    "previous_submissions": [],
}


@dataclass(frozen=True)
class Ran:
    """What came of one submission: the exit status, what the instructor reads, results.json."""

    status: int
    said: str
    results: dict[str, Any] | None
    seconds: float


class Autograder:
    """The container, with the contents of a zip set up in it."""

    def __init__(self, client: DockerClient, bundle: Path) -> None:
        base, wheels = _wheels(client)
        mounts = {
            str(folder): {"bind": f"/wheels/{n}", "mode": "ro"} for n, folder in enumerate(wheels)
        }
        self.container: Container = client.containers.run(
            base,
            ["sleep", "infinity"],
            detach=True,
            init=True,
            network_mode="none",
            volumes=mounts,
            environment={"SECRET_OF_THE_HARNESS": "hunter2"},
            labels={"rnn-grader.test": "gradescope"},
        )
        try:
            self._set_up(bundle)
        except BaseException:
            self.close()
            raise

    def run(self, files: dict[str, bytes], metadata: dict[str, Any] | None = None) -> Ran:
        """Hand in some files, as Gradescope does, and run the autograder."""
        self.do("rm -rf submission results && mkdir submission results")
        self.put("submission", files)
        self.put("", {"submission_metadata.json": json.dumps(metadata or METADATA).encode()})
        started = time.monotonic()
        status, said = self.container.exec_run(f"{ROOT}/run_autograder", workdir=ROOT)
        seconds = time.monotonic() - started
        missing, text = self.container.exec_run(["cat", f"{ROOT}/results/results.json"])
        return Ran(status, said.decode(), None if missing else json.loads(text), seconds)

    def do(self, script: str) -> str:
        """Run a line of shell as root; return what it prints. Raises AssertionError."""
        status, said = self.container.exec_run(["bash", "-c", script], workdir=ROOT)
        assert status == 0, said.decode()
        return str(said.decode())

    def put(self, folder: str, files: dict[str, bytes], mode: int = 0o644) -> None:
        """Put files into a folder of the autograder's."""
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w") as tar:
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size, member.mode = len(content), mode
                tar.addfile(member, io.BytesIO(content))
        self.container.put_archive(f"{ROOT}/{folder}", data.getvalue())

    def replace(self, bundle: Path) -> None:
        """Put another zip's assignment in the place of this one's; the program is the same."""
        self.do("rm -r source/assignments")
        with zipfile.ZipFile(bundle) as archive:
            names = [name for name in archive.namelist() if not name.endswith(".whl")]
            self.put("source", {name: archive.read(name) for name in names})

    def close(self) -> None:
        """Remove the container."""
        self.container.remove(force=True, v=True)

    def _set_up(self, bundle: Path) -> None:
        """Do what Gradescope does with a zip: unpack it, copy run_autograder, run setup.sh."""
        self.container.exec_run(["mkdir", "-p", f"{ROOT}/source"])
        with zipfile.ZipFile(bundle) as archive:
            self.put("source", {name: archive.read(name) for name in archive.namelist()})
        self.do("cp source/run_autograder . && chmod +x run_autograder")
        pip = {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": "/wheels/0 /wheels/1",
            "PIP_NO_COMPILE": "0",  # pip reads it the other way round: nothing is compiled
        }
        status, said = self.container.exec_run(
            ["bash", f"{ROOT}/source/setup.sh"], workdir=ROOT, environment=pip
        )
        assert status == 0, said.decode()


def _wheels(client: DockerClient) -> tuple[str, list[Path]]:
    """Return the base image, and folders with the wheels for it: the sandbox's and the others."""
    from grader.sandbox.backends import image

    spec = image.ImageSpec.from_environment()
    requirements = image._sources(spec)["requirements.txt"]
    base = image._base(client, spec.base, print)
    python = image._interpreter(client, base)
    lines = [line for line in requirements.decode().splitlines() if not line.startswith("#")]
    known = {Requirement(line).name for line in lines}
    wanted = [
        f"{one.name}{one.specifier}"
        for one in map(Requirement, requires("rnn-grader") or ())
        if one.name not in known
        and (not one.marker or one.marker.evaluate({"extra": "bubblewrap"}))
    ]
    others = "\n".join(wanted).encode()
    return base, [
        image._wheels(python, spec.torch, requirements, print),
        image._wheels(python, "pytest", others, print),
    ]
