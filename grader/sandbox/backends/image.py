"""The image that the `docker` sandbox runs: made once, here, and named after all that is in it.

The host fetches the wheels (pip's own settings say from where), the engine installs them with the
network off. `python -m grader.sandbox.backends.image` makes it and prints its tag and id.
GRADER_BASE and GRADER_TORCH choose the base image and the torch build, as in
`GRADER_TORCH=torch==2.8.0+cpu`.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TextIO

import requests.exceptions
from docker.errors import DockerException, ImageNotFound
from filelock import FileLock

from grader.core.errors import GraderError, SandboxFault
from grader.core.i18n import same, tr
from grader.sandbox.backends import borrowed
from grader.sandbox.backends.engine import connect
from grader.sandbox.backends.recipe import (
    added,
    cache,
    digest,
    docker_folder,
    requirements,
    worker_files,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from docker.client import DockerClient

    from grader.core.console import Tell
    from grader.core.i18n import Bilingual

REPOSITORY = "rnn-grader-worker"
DEFAULT_BASE = "python:3.11-slim-bookworm"
OWN_BASE = "rnn-grader-base:bookworm"  # what docker/base.sh can make
_BUILD_SECONDS = 1800  # of silence: installing torch says nothing for a while
_LAST_LINES = 15
_GLIBC_MINORS = {"x86_64": 5, "aarch64": 17}  # manylinux begins at glibc 2.5; at 2.17 on ARM
_LEGACY = {"x86_64": ("2014", "2010", "1"), "aarch64": ("2014",)}
_ASK_PYTHON = (
    "import platform, sys; print(*sys.version_info[:2], platform.machine(), *platform.libc_ver())"
)
_ENGINE_ERRORS = (DockerException, requests.exceptions.RequestException)


@dataclass(frozen=True)
class ImageSpec:
    """What may differ: by machine the base image and which torch, by assignment more packages.

    All but the base are pip requirements. The torch that requirements.txt allows is narrowed by
    `torch`, never widened.
    """

    base: str = DEFAULT_BASE
    torch: str = "torch"
    packages: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, packages: Iterable[str] = ()) -> ImageSpec:
        """Read GRADER_BASE and GRADER_TORCH."""
        base, torch = os.environ.get("GRADER_BASE"), os.environ.get("GRADER_TORCH")
        return cls(base or cls.base, torch or cls.torch, tuple(packages))


@dataclass(frozen=True)
class _Interpreter:
    """The base image's Python, for which the wheels are."""

    version: str
    machine: str
    glibc_minor: int

    def pip_options(self) -> list[str]:
        """Every platform tag that it understands: pip derives none from another."""
        first = _GLIBC_MINORS.get(self.machine, 17)
        tags = [f"manylinux_2_{minor}" for minor in range(self.glibc_minor, first - 1, -1)]
        tags += [f"manylinux{legacy}" for legacy in _LEGACY.get(self.machine, ())]
        tags += ["linux"]
        options = ["--python-version", self.version, "--implementation", "cp"]
        return options + [
            option for tag in tags for option in ("--platform", f"{tag}_{self.machine}")
        ]


def ensure(client: DockerClient, tell: Tell, spec: ImageSpec | None = None) -> str:
    """Return the id (`sha256:…`) of the worker's image; make the image if there is none.

    `tell` is told, in one line each, of the steps that take long. Raises SandboxFault.
    """
    spec = spec or ImageSpec.from_environment()
    sources = _sources(spec)  # read once, so that the name and the content agree
    tag = f"{REPOSITORY}:{context_digest(spec, sources)[:12]}"
    try:
        found = _find(client, tag)
        if found:
            return found
        with FileLock(cache() / "image.lock"):
            # Whoever waited for another run's build finds its image.
            return _find(client, tag) or _make(client, spec, sources, tag, tell)
    except (*_ENGINE_ERRORS, OSError) as error:
        raise SandboxFault(
            tr("the image {image} could not be made: {why}", image=tag, why=error)
        ) from error


def context_digest(spec: ImageSpec, sources: dict[str, bytes] | None = None) -> str:
    """Return the SHA-256, in hexadecimal, of all that goes into the image."""
    parts = [spec.base.encode(), spec.torch.encode()]
    for name, content in sorted((sources or _sources(spec)).items()):
        parts += [name.encode(), content]
    return digest(parts)


def _sources(spec: ImageSpec) -> dict[str, bytes]:
    """Return our own files in the build context; nothing else of ours enters the image."""
    recipe = [docker_folder() / "Dockerfile", Path(borrowed.__file__)]
    files = {path.name: path for path in recipe} | worker_files()
    listed = "\n".join([*requirements(), *added(spec.packages)]).encode()
    return {"requirements.txt": listed} | {name: path.read_bytes() for name, path in files.items()}


def _find(client: DockerClient, tag: str) -> str | None:
    try:
        return str(client.images.get(tag).id)
    except ImageNotFound:
        return None


def _make(
    client: DockerClient,
    spec: ImageSpec,
    sources: dict[str, bytes],
    tag: str,
    tell: Tell,
) -> str:
    base = _base(client, spec.base, tell)
    wheels = _wheels(_interpreter(client, base), spec.torch, sources["requirements.txt"], tell)
    tell(tr("building the sandbox's image {image} (a minute or two the first time)", image=tag))
    with _context(sources, wheels) as context:
        _build(client, context, tag, {"BASE": base, "TORCH": spec.torch})
    return str(client.images.get(tag).id)


def _base(client: DockerClient, wanted: str, tell: Tell) -> str:
    """Return the name of a base image that is here: the wanted one or, failing that, our own."""
    if _find(client, wanted):
        return wanted
    if wanted != OWN_BASE:
        tell(tr("pulling the base image {image}", image=wanted))
        try:
            client.images.pull(wanted)
        except _ENGINE_ERRORS as error:
            if wanted != DEFAULT_BASE:
                raise SandboxFault(
                    tr(
                        "the base image {image} is not on this machine and cannot be pulled: "
                        "choose another with GRADER_BASE ({why})",
                        image=wanted,
                        why=error,
                    )
                ) from error
        else:
            return wanted
    if not _find(client, OWN_BASE):
        tell(
            tr(
                "making the base image {image} from Debian packages, because {wanted} cannot be "
                "had",
                image=OWN_BASE,
                wanted=DEFAULT_BASE,
            )
        )
        failure = tr("{image} could not be made", image=OWN_BASE)
        _run(["bash", str(docker_folder() / "base.sh"), OWN_BASE], failure)
    return OWN_BASE


def _interpreter(client: DockerClient, base: str) -> _Interpreter:
    """Ask the base image which Python it has. Raises SandboxFault if none that wheels suit."""
    answer = client.containers.run(
        base,
        entrypoint=["python3", "-c", _ASK_PYTHON],
        command=[],
        network_mode="none",
        remove=True,
    )
    match = re.fullmatch(r"(\d+) (\d+) (\w+) glibc 2\.(\d+)", answer.decode().strip())
    if not match:
        raise SandboxFault(
            tr("the base image {image} has no glibc: choose another with GRADER_BASE", image=base)
        )
    major, minor, machine, glibc_minor = match.groups()
    return _Interpreter(f"{major}.{minor}", machine, int(glibc_minor))


def _wheels(interpreter: _Interpreter, torch: str, listed: bytes, tell: Tell) -> Path:
    """Return a folder with every wheel that the image needs; fetch them unless it is there."""
    name = digest([repr(interpreter).encode(), torch.encode(), listed])[:12]
    folder = cache() / "wheels" / name
    if folder.is_dir():
        return folder
    try:
        importlib.metadata.version("pip")
    except importlib.metadata.PackageNotFoundError as error:
        raise SandboxFault(
            tr(
                "{python} has no pip, which fetches the packages for the sandbox's image: run "
                "`python -m ensurepip`, then try again",
                python=sys.executable,
            )
        ) from error
    tell(tr("fetching the wheels that the sandbox's image needs (once)"))
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as parts:
        Path(parts, "requirements.txt").write_bytes(listed)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:"]
        wanted = ["--dest", f"{parts}/wheels", "--requirement", f"{parts}/requirements.txt", torch]
        failure = tr("pip could not fetch the image's packages")
        _run([*pip, *interpreter.pip_options(), *wanted], failure)
        Path(parts, "wheels").rename(folder)  # complete, or not there
    return folder


@contextlib.contextmanager
def _context(sources: dict[str, bytes], wheels: Path) -> Iterator[IO[bytes]]:
    """Make the build context: a tar archive of our sources and the wheels.

    Beside the wheels, not in /tmp: with CUDA it has several GB. Owner, mode and date are fixed, so
    that the engine knows layers again that it has built.
    """
    with tempfile.TemporaryFile(dir=cache()) as archive:
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for name, content in sorted(sources.items()):
                _add(tar, name, len(content), io.BytesIO(content))
            for wheel in sorted(wheels.iterdir()):
                with wheel.open("rb") as file:
                    _add(tar, f"wheels/{wheel.name}", wheel.stat().st_size, file)
        archive.seek(0)
        yield archive


def _add(tar: tarfile.TarFile, name: str, size: int, content: IO[bytes]) -> None:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o644
    tar.addfile(member, content)


def _build(client: DockerClient, context: IO[bytes], tag: str, arguments: dict[str, str]) -> None:
    log: deque[str] = deque(maxlen=_LAST_LINES)
    events: Iterable[dict[str, Any]] = client.api.build(
        fileobj=context,
        custom_context=True,
        tag=tag,
        buildargs=arguments,
        network_mode="none",
        rm=True,
        forcerm=True,
        timeout=_BUILD_SECONDS,
        decode=True,
    )
    for event in events:
        log.extend(str(event.get("stream", "")).splitlines())
        if "error" in event:
            lines = "\n".join([*log, str(event["error"])])
            raise SandboxFault(
                tr(
                    "the engine could not build {image}; its last lines:\n{lines}",
                    image=tag,
                    lines=lines,
                )
            )


def _run(command: list[str], failure: Bilingual) -> None:
    """Run a command in silence. Raises SandboxFault with its last lines if it fails."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        lines = "\n".join(done.stdout.splitlines()[-_LAST_LINES:])
        raise SandboxFault(
            tr(
                "{failure}; the last lines of {command}:\n{lines}",
                failure=failure,
                command=command[0],
                lines=lines,
            )
        )


def main() -> int:
    """Make the image; print its tag and id."""
    try:
        client = connect()
        image = ensure(client, lambda line: _print(same(line).en, sys.stderr))
    except GraderError as error:
        _print(str(error), sys.stderr)
        return 1
    _print(" ".join([*client.images.get(image).tags, image]), sys.stdout)
    return 0


def _print(line: str, stream: TextIO) -> None:
    stream.write(line + "\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
