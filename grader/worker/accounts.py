"""What the student's processes used, by the kernel's account alone.

A container's control group counts everything in it, whoever its parent is; without one, the
kernel's account of the processes that descend from this one and were waited for must do.
"""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path
from typing import TYPE_CHECKING

from grader.worker.users import descendants_cpu

if TYPE_CHECKING:
    from collections.abc import Iterable

_GROUP = Path("/sys/fs/cgroup")


class Account:
    """One session's, kept by the process that forks the student's.

    `apart` is whether this lane is a container of its own, with a kernel's account of its own.
    """

    def __init__(self, *, apart: bool) -> None:
        self.apart = apart
        self.ours = 0.0
        """CPU seconds of what we ran in the lane ourselves, beside this process."""
        self.sent = 0
        """Bytes that this process wrote."""
        self.cpu_before = self.cpu()
        self.written_before = _written()
        self.resident_before = _resident()
        self.last_before = _last_process()

    @property
    def own_clock(self) -> bool:
        """Whether the kernel counts this lane's CPU apart from the rest of the machine's."""
        return self.apart and _group_cpu() is not None

    def cpu(self) -> float:
        """Return the CPU seconds of everything in the lane but this process."""
        if not self.own_clock:
            ended = resource.getrusage(resource.RUSAGE_CHILDREN)
            return descendants_cpu(os.getpid()) + ended.ru_utime + ended.ru_stime - self.ours
        used = resource.getrusage(resource.RUSAGE_SELF)
        return (_group_cpu() or 0.0) - used.ru_utime - used.ru_stime - self.ours

    def usage(self) -> dict[str, float | int | None]:
        """Return what the session used, once all of its processes are gone and were waited for.

        CPU seconds; the most bytes that one process held beyond what this one did; how many
        processes and threads were started (ours for them too); bytes that they wrote to files,
        pipes and terminals. None is what this machine does not tell.
        """
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        return {
            "cpu_seconds": round(max(0.0, self.cpu() - self.cpu_before), 4),
            "peak_memory": max(0, most - self.resident_before),
            "processes": _more(_last_process(), self.last_before) if self.apart else None,
            "written": _more(_written(), self.written_before, self.sent),
        }


def memory_kills() -> int:
    """Return how often the kernel killed for memory in this control group."""
    for path in ("memory/memory.oom_control", "memory.events"):
        with contextlib.suppress(OSError):
            for line in (_GROUP / path).read_text().splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    return 0


def starved(processes: Iterable[int], used: float) -> float:
    """Return for how many seconds a thread could have run and others' work had its core.

    Of the thread that waited longest; `used` is the CPU seconds of all of the student's processes:
    what the others among them used, it waited for its own.
    """
    most = 0.0
    for process in processes:
        for thread in Path("/proc").glob(f"{process}/task/*/schedstat"):
            with contextlib.suppress(OSError, IndexError, ValueError):
                ran, waited = (int(part) / 1e9 for part in thread.read_text().split()[:2])
                most = max(most, waited - max(0.0, used - ran))
    return most


def _more(now: int | None, before: int | None, ours: int = 0) -> int | None:
    return None if now is None or before is None else max(0, now - before - ours)


def _group_cpu() -> float | None:
    """Return the control group's CPU seconds (version 1 or 2), None where they are not told."""
    with contextlib.suppress(OSError):
        return int((_GROUP / "cpuacct/cpuacct.usage").read_text()) / 1e9
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = (_GROUP / "cpu.stat").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("usage_usec")).split()[1]) / 1e6
    return None


def _resident() -> int:
    """Return the bytes of memory that this process holds."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def _written() -> int | None:
    """Return the bytes that this process, and all that it waited for, have written."""
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/self/io").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("wchar")).split()[1])
    return None


def _last_process() -> int | None:
    """Return the number of the youngest process or thread of this container."""
    with contextlib.suppress(OSError, ValueError):
        return int(Path("/proc/sys/kernel/ns_last_pid").read_text())
    return None
