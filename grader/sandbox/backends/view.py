"""What a bubblewrap worker sees of this machine: bwrap's options for its file system.

The system's libraries, this Python with its standard library, the packages that
docker/requirements.txt names with all that they need, and the worker: each bound read-only where
it is needed, and nothing else. What is installed beside them, this program too, is not there; nor
is what `borrowed` empties, over which lies an empty copy.
"""

from __future__ import annotations

import contextlib
import os
import py_compile
import shutil
import site
import sys
import tempfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from grader.core.errors import SandboxFault
from grader.core.i18n import tr
from grader.sandbox.backends.borrowed import sources
from grader.sandbox.backends.recipe import (
    MASKED,
    OURS,
    PACKAGE,
    added,
    cache,
    digest,
    requirements,
    tool,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
_BYTECODE = "__pycache__"
_DEVICES = ("null", "zero", "random", "urandom")


def options(packages: Iterable[str] = ()) -> Iterator[str]:
    """Yield bwrap's options; `packages` are an assignment's own.

    Raises SandboxFault when a package is not as pip installs it, or an assignment's is not here.
    """
    for folder in _FOLDERS:  # those that bwrap makes by itself are its own user's alone
        for each in (*reversed(folder.parents), folder):
            yield from ("--dir", str(each))
    yield from _system()
    yield from _python()
    yield from _packages(packages)
    yield from _emptied()
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
    for path in filter(os.path.exists, MASKED):
        yield from ("--ro-bind", "/dev/null", path)
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


def _packages(packages: Iterable[str]) -> Iterator[str]:
    bound = set()
    for package in _closure(packages):
        for name in sorted({file.parts[0] for file in package.files or ()}):
            source = str(package.locate_file(name))
            if name in ("..", "__pycache__") or name in bound or not os.path.lexists(source):
                continue
            bound.add(name)
            yield from ("--ro-bind", source, f"{WORKER}/{name}")


def _emptied() -> Iterator[str]:
    """Lay sources and bytecode that nobody shall borrow from over torch's own."""
    packages = Path(str(distribution("torch").locate_file("")))
    copies = sources(packages)
    name = digest([sys.version.encode(), *(part.encode() for part in copies.values())])
    folder = cache() / "emptied" / name[:12]
    if not folder.is_dir():
        folder.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as parts:
            for path, source in copies.items():
                _write(packages / path, source, Path(parts, "all", path))
            with contextlib.suppress(OSError):  # another run was first
                Path(parts, "all").rename(folder)
    for path in copies:
        yield from ("--ro-bind", str(folder / path), f"{WORKER}/{path}")
        beside = Path(path).parent / _BYTECODE
        if (packages / beside).is_dir():
            yield from ("--ro-bind", str(folder / beside), f"{WORKER}/{beside}")


def _write(original: Path, source: str, copy: Path) -> None:
    """Write an emptied source, and beside it the bytecode of its folder with its own in it."""
    bytecode = copy.parent / _BYTECODE
    bytecode.mkdir(parents=True)
    with contextlib.suppress(FileNotFoundError):  # nobody has imported it yet
        shutil.copytree(original.parent / _BYTECODE, bytecode, dirs_exist_ok=True)
    for old in bytecode.glob(f"{original.stem}.*"):
        old.unlink()
    copy.write_text(source, encoding="utf-8")
    py_compile.compile(
        str(copy),
        dfile=f"{WORKER}/{original.name}",
        doraise=True,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


def _closure(packages: Iterable[str]) -> list[Distribution]:
    """Return the packages that a worker may import; those of our list may be missing."""
    own = [Requirement(line) for line in added(packages)]
    asked = {canonicalize_name(each.name) for each in own}
    queue = [*map(Requirement, requirements()), *own]
    found: dict[str, Distribution] = {}
    while queue:
        wanted = queue.pop()
        name = canonicalize_name(wanted.name)
        if name in found:
            continue
        try:
            found[name] = distribution(wanted.name)
        except PackageNotFoundError as error:
            if name in asked:
                raise SandboxFault(
                    tr(
                        "the assignment's package {package} is not installed in the Python that "
                        "grades: pip install '{package}'",
                        package=wanted,
                    )
                ) from error
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
