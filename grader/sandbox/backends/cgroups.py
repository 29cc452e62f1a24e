"""Control groups for lanes, where this user may make them: bounds on what a lane uses in all.

Version 2 gives a part of its tree away (to root, to a user's systemd, to a batch system's job);
of version 1, root alone has it. Where there is none to be had, `make` returns None.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.core.limits import Limits

_ROOT = Path("/sys/fs/cgroup")
_ONE = ("memory", "pids", "cpu", "cpuacct")  # the controllers of version 1 that serve
_TWO = ""  # all there is of version 2
_WELCOME = {"memory.swap.max", "memory.swappiness", "cpu.max", "cpu.cfs_quota_us"}
"""Limits without which a group is still of use: where there is no swap, say."""
_REMOVE_SECONDS = 5.0


class Group:
    """One lane's group: a folder, or one for each controller of version 1."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self.folders = folders

    def add(self, pid: int) -> None:
        """Move a process into the group; what it starts from then on is in it too."""
        for folder in self.folders.values():
            (folder / "cgroup.procs").write_text(str(pid))

    def views(self) -> Iterator[tuple[Path, Path]]:
        """Yield each folder, and where the worker looks for its account of memory and CPU."""
        for controller, folder in self.folders.items():
            yield folder, _ROOT / controller

    def remove(self) -> None:
        """Remove the group, once its last process is gone."""
        _remove(list(self.folders.values()))


def make(run: str, lane: str, limits: Limits) -> Group | None:
    """Make a group for a lane, with its limits set; None where that is not possible."""
    for parents in _parents():
        folders = {each: parent / f"rnn-grader-{run}-{lane}" for each, parent in parents.items()}
        try:
            for controller, folder in folders.items():
                _make_one(folder, _files(controller, limits))
        except OSError:
            _removed(folders.values())
            continue
        return Group(folders)
    return None


def reap(run: str) -> None:
    """Remove the groups of a run that are still there; their processes are dying."""
    parents = [parent for places in _parents() for parent in places.values()]
    _remove([path for parent in parents for path in parent.glob(f"rnn-grader-{run}-*")])


def _parents() -> Iterator[dict[str, Path]]:
    """Yield where a group may be had, by controller, best first.

    Of version 2, a group with processes of its own has no children with limits: then beside it.
    """
    paths: dict[str, str] = {}
    with contextlib.suppress(OSError):  # no Linux
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            paths |= dict.fromkeys(controllers.split(","), path.lstrip("/"))
    if (_ROOT / "cgroup.controllers").exists() and _TWO in paths:
        own = _ROOT / paths[_TWO]
        yield {_TWO: own}
        if own != _ROOT:
            yield {_TWO: own.parent}
    elif set(_ONE) <= paths.keys():
        yield {each: _ROOT / each / paths[each] for each in _ONE}


def _files(controller: str, limits: Limits) -> dict[str, str]:
    """Return what to write into a group's files; one processor, as a container has."""
    memory, pids = str(limits.lane_memory), str(limits.lane_pids)
    return {
        _TWO: {
            "memory.max": memory,
            "memory.swap.max": "0",
            "pids.max": pids,
            "cpu.max": "100000 100000",
        },
        "memory": {"memory.limit_in_bytes": memory, "memory.swappiness": "0"},
        "pids": {"pids.max": pids},
        "cpu": {"cpu.cfs_quota_us": "100000"},
        "cpuacct": {},
    }[controller]


def _make_one(folder: Path, files: dict[str, str]) -> None:
    """Make a group and set its limits. Raises OSError where those on memory or pids cannot be."""
    for controller in ("memory", "pids", "cpu"):
        switch = folder.parent / "cgroup.subtree_control"
        with contextlib.suppress(OSError), switch.open("r+") as file:
            file.write(f"+{controller}")  # else it is version 1, or on already, or seen below
    folder.mkdir()
    for name, value in files.items():
        try:
            (folder / name).write_text(value)
        except OSError:
            if name not in _WELCOME:
                raise


def _remove(folders: Sequence[Path]) -> None:
    """Remove groups, once the last process of each is gone."""
    deadline = time.monotonic() + _REMOVE_SECONDS
    while not _removed(folders) and time.monotonic() < deadline:
        time.sleep(0.01)


def _removed(folders: Iterable[Path]) -> bool:
    """Remove groups; return whether all are gone."""
    gone = True
    for folder in folders:
        try:
            folder.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            gone = False
    return gone
