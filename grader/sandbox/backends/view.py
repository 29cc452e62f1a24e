"""What a bubblewrap worker sees of this machine: bwrap's options for its file system.

The system's libraries, this Python with its standard library, the packages that
docker/requirements.txt names with all that they need, and the worker: each bound read-only where
it is needed, and nothing else. What is installed beside them, this program too, is not there.
"""

from __future__ import annotations

import os
import site
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core.errors import SandboxFault
from grader.core.i18n import tr
from grader.sandbox.backends.recipe import OURS, PACKAGE, docker_folder, tool

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKER = "/opt/worker"
SCRATCH = "/work"
MOUNT = "/usr/bin/mount"
"""What sets the bounds of SCRATCH, from outside: of use to nobody without privilege."""
_PYTHON = Path(sys.base_prefix)
_FOLDERS = (
    *map(Path, (f"{WORKER}/grader", "/usr/bin", "/etc", "/dev")),
    *map(Path, ("/sys/devices/system", "/sys/fs/cgroup")),
    _PYTHON / "bin",
)
_DEVICES = ("null", "zero", "random", "urandom")


def options() -> Iterator[str]:
    """Yield bwrap's options. Raises SandboxFault when a package is not as pip installs it."""
    for folder in _FOLDERS:  # those that bwrap makes by itself are its own user's alone
        for each in (*reversed(folder.parents), folder):
            yield from ("--dir", str(each))
    yield from _system()
    yield from _python()
    yield from _packages()
    for name in OURS:
        yield from ("--ro-bind", str(PACKAGE / name), f"{WORKER}/grader/{name}")
    yield from ("--perms", "0711", "--tmpfs", SCRATCH)


def python_path() -> str:
    """Return PATH for the worker, on which `python3` is this Python."""
    return str(_PYTHON / "bin")


def _system() -> Iterator[str]:
    """Show the libraries, /proc, a /dev of four files; of /sys, how many processors there are."""
    for folder in ("/usr/lib", "/usr/lib64"):
        yield from ("--ro-bind-try", folder, folder)
    for folder in ("/lib", "/lib64"):
        if Path(folder).is_symlink():
            yield from ("--symlink", str(Path(folder).readlink()), folder)
        else:
            yield from ("--ro-bind-try", folder, folder)
    for path in ("/etc/ld.so.cache", "/etc/alternatives", "/sys/devices/system/cpu"):
        yield from ("--ro-bind-try", path, path)
    yield from ("--ro-bind", tool("mount", "mount"), MOUNT)
    yield from ("--proc", "/proc")
    for device in _DEVICES:
        yield from ("--dev-bind", f"/dev/{device}", f"/dev/{device}")


def _python() -> Iterator[str]:
    """Show the interpreter and its standard library, without what was installed into it."""
    for name in ("lib", "lib64"):
        folder = str(_PYTHON / name)
        yield from ("--ro-bind-try", folder, folder)
    executable = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    yield from ("--ro-bind", str(executable), f"{python_path()}/python3")
    for installed in site.getsitepackages([sys.base_prefix]):
        visible = any(Path(installed).is_relative_to(top) for top in ("/usr/lib", _PYTHON / "lib"))
        if visible and Path(installed).is_dir():
            yield from ("--tmpfs", installed)


def _packages() -> Iterator[str]:
    bound = set()
    for package in _closure():
        for name in sorted({file.parts[0] for file in package.files or ()}):
            source = str(package.locate_file(name))
            if name in ("..", "__pycache__") or name in bound or not os.path.lexists(source):
                continue
            bound.add(name)
            yield from ("--ro-bind", source, f"{WORKER}/{name}")


def _closure() -> list[Distribution]:
    """Return the packages that a worker may import; those that students need may be missing."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    lines = (docker_folder() / "requirements.txt").read_text().splitlines()
    queue = [Requirement(line) for line in lines if not line.startswith("#")]
    found: dict[str, Distribution] = {}
    while queue:
        wanted = queue.pop()
        name = canonicalize_name(wanted.name)
        if name in found:
            continue
        try:
            found[name] = distribution(wanted.name)
        except PackageNotFoundError:
            continue
        if found[name].files is None:
            raise SandboxFault(
                tr(
                    "the bubblewrap sandbox cannot tell which files belong to {name}: install it "
                    "with pip in a virtual environment",
                    name=wanted.name,
                )
            )
        below = map(Requirement, found[name].requires or ())
        queue += [each for each in below if not each.marker or each.marker.evaluate({"extra": ""})]
    return list(found.values())
