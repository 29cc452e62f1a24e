"""What a command cost: wall seconds, CPU seconds of all its processes, memory at its fullest.

The CPU seconds of the command are what the kernel accounts to it and to every process that it, or
one of those, started and waited for. A container is no such process: its seconds are those of its
control group, read ten times a second while it lives, so that the last tenth may be missing.
Memory is the largest sum, every five seconds, of what all of these processes hold, pages that
several share counted once (Linux's PSS).
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.sandbox.backends.docker import RUN_LABEL, connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_LOOK, _SAMPLE, _LOOK_AT_MEMORY = 0.1, 0.5, 5.0
"""Seconds. To look at memory costs the kernel so much that it slows down what is measured."""
_GROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Sample:
    """What was seen at a moment (seconds since the epoch).

    `cpu` is what the command, what it started and its containers have used by then, `lanes` the
    containers' part of it; `trusted` the bytes that the others held when memory was last looked at.
    """

    at: float
    cpu: float
    lanes: float
    trusted: int


@dataclass(frozen=True)
class Cost:
    """What a command took; `lanes` is the part of `cpu` that containers used."""

    seconds: float
    cpu: float
    lanes: float
    memory: int
    samples: tuple[Sample, ...] = ()


def measure(
    command: Sequence[str | Path],
    *,
    folder: Path,
    environment: Mapping[str, str],
    label: str = "",
) -> Cost:
    """Run a command to its end; containers with this label are its own.

    Raises CalledProcessError, with what it printed, if it fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    watch = _Watch(label)
    printed = folder / "printed.txt"
    with printed.open("wb") as out:
        started = time.monotonic()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
        while True:
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            watch.look(process.pid)
            time.sleep(_LOOK)
        seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    watch.close()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, printed.read_text())
    lanes = sum(watch.seconds.values())
    cpu = used.ru_utime + used.ru_stime + lanes
    samples = (*watch.samples, Sample(time.time(), cpu, lanes, watch.trusted))
    return Cost(seconds, cpu, lanes, watch.memory, samples)


@dataclass
class _Watch:
    """Looks at a command's processes and containers while it runs."""

    label: str
    memory: int = 0
    trusted: int = 0
    seconds: dict[Path, float] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    samples: list[Sample] = field(default_factory=list)
    next: float = 0.0
    next_memory: float = 0.0

    def __post_init__(self) -> None:
        self.client = connect() if self.label else None

    def look(self, pid: int) -> None:
        """Read the containers' accounts; less often, take a sample; less often, of memory too."""
        for group in self.seconds:
            with contextlib.suppress(OSError):  # its container may have ended
                self.seconds[group] = _group_cpu(group)
        if time.monotonic() < self.next:
            return
        self._find_containers()
        self.next = time.monotonic() + _SAMPLE
        processes = set(_descendants(pid))
        if time.monotonic() >= self.next_memory:
            self._look_at_memory(processes)
            self.next_memory = time.monotonic() + _LOOK_AT_MEMORY
        lanes = sum(self.seconds.values())
        used = sum(map(_cpu, processes)) + lanes
        self.samples.append(Sample(time.time(), used, lanes, self.trusted))

    def close(self) -> None:
        """Look no more."""
        if self.client is not None:
            self.client.close()

    def _look_at_memory(self, processes: set[int]) -> None:
        jailed = set[int]()
        for group in self.seconds:
            with contextlib.suppress(OSError):
                jailed.update(map(int, (group / "cgroup.procs").read_text().split()))
        self.trusted = sum(map(_held, processes))
        self.memory = max(self.memory, self.trusted + sum(map(_held, jailed - processes)))

    def _find_containers(self) -> None:
        if self.client is None:
            return
        found = self.client.api.containers(filters={"label": f"{RUN_LABEL}={self.label}"})
        for identity in {one["Id"] for one in found} - self.seen:
            with contextlib.suppress(Exception):  # it may be about to start, or to end
                told: Any = self.client.api.inspect_container(identity)
                self.seconds[_group_of(told["State"]["Pid"])] = 0.0
                self.seen.add(identity)


def _group_of(pid: int) -> Path:
    """Return the folder of a process's control group, version 1 or 2. Raises OSError."""
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "cpuacct" in controllers.split(","):
            return _GROUPS / "cpuacct" / path.lstrip("/")
        if not controllers and (_GROUPS / path.lstrip("/") / "cpu.stat").exists():
            return _GROUPS / path.lstrip("/")
    raise OSError("its control group has no account of the processor")


def _group_cpu(group: Path) -> float:
    """Return what a control group has used. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        return int((group / "cpuacct.usage").read_text()) / 1e9
    for line in (group / "cpu.stat").read_text().splitlines():
        if line.startswith("usage_usec"):
            return int(line.split()[1]) / 1e6
    return 0.0


def _descendants(pid: int) -> Iterator[int]:
    """Yield a process and all that it started."""
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in path.read_text().split():
                yield from _descendants(int(child))


def _held(pid: int) -> int:
    """Return the bytes that a process holds, its share of what is shared."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _cpu(pid: int) -> float:
    """Return the seconds that a process, and those that it waited for, have used."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0
