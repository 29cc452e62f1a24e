"""What a worker is made of: our files, the packages beside them, the filter of system calls."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from grader.core.errors import SandboxFault
from grader.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKAGE = Path(__file__).parents[2]
OURS = ("protocol", "worker")
"""What a worker has of this program, whole folders: the image holds these and nothing else."""


MASKED = tuple(
    f"/proc/{name}"
    for name in (
        *("buddyinfo", "cmdline", "consoles", "devices", "diskstats", "iomem", "ioports"),
        *("kallsyms", "loadavg", "meminfo", "misc", "modules", "partitions", "softirqs", "swaps"),
        *("uptime", "version", "vmstat", "zoneinfo"),
    )
)
"""What tells of the machine and is of use to nobody in a sandbox: it is empty there."""


def docker_folder() -> Path:
    """Return the folder of the Dockerfile and its scripts: a wheel's, or a source checkout's."""
    installed = PACKAGE / "_docker"
    return installed if installed.is_dir() else PACKAGE.parent / "docker"


def requirements() -> list[str]:
    """Return pip's requirements of any worker: docker/requirements.txt."""
    lines = (docker_folder() / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def added(packages: Iterable[str]) -> list[str]:
    """Return which of an assignment's packages, as pip's requirements, a worker lacks without it.

    A bare name of our list, or of Python's own library, adds nothing.
    """
    known = {Requirement(line).name for line in requirements()} | sys.stdlib_module_names
    return [each for each in packages if each not in known]


def worker_files() -> dict[str, Path]:
    """Return our own files that a worker needs, by their names in its folder; no others."""
    ours = [path for part in OURS for path in (PACKAGE / part).rglob("*") if _is_source(path)]
    return {f"grader/{path.relative_to(PACKAGE).as_posix()}": path for path in sorted(ours)}


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def worker_digest() -> str:
    """Return `sha256:…` of a worker on this machine's own Python: its source, Python, torch."""
    parts = [platform.python_version().encode(), version("torch").encode()]
    for name, path in worker_files().items():
        parts += [name.encode(), path.read_bytes()]
    return f"sha256:{digest(parts)}"


def digest(parts: Iterable[bytes]) -> str:
    """Return the SHA-256 of parts, each told from the next by its length."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def cache() -> Path:
    """Return this program's folder of what can be made again."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rnn-grader"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def tool(name: str, package: str) -> str:
    """Return where a program of this machine's is. Raises SandboxFault."""
    found = shutil.which(name)
    if not found:
        raise SandboxFault(
            tr(
                "{name} is not installed: as root, run apt-get install {package}",
                name=name,
                package=package,
            )
        )
    return found
