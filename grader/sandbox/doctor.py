"""Is this machine fit to grade? What is there, and every promise of the sandbox tried for real.

    for finding in examine("docker", "cpu"):
        print(finding.what, finding.state)

A promise counts as kept once its case of `grader.sandbox.conformance` has tripped the limit here.
"""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from grader.core.errors import SandboxFault, StudentProcessLost
from grader.sandbox import conformance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from grader.sandbox.api import Sandbox

State = Literal["good", "doubtful", "bad"]
LIMITS = conformance.SMALL
"""What the sandbox to examine is opened with, so that each limit is soon reached."""

GIB = 1 << 30
_LEAST_DISK = 4 * GIB  # torch's wheels, the image, a build's layers
_LEAST_MEMORY = 3 * GIB  # one lane at its limit, and the trusted side


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, how good that is, and what to do about it."""

    what: str
    found: str
    state: State = "good"
    advice: str = ""


def examine(open_sandbox: Callable[[], Sandbox], device: str) -> Iterator[Finding]:
    """Yield what is found, as it is found. The promises take some minutes."""
    yield from _machine()
    if device == "cuda":
        yield _gpu()
    try:
        sandbox = open_sandbox()
    except SandboxFault as fault:
        yield Finding("sandbox", "cannot be used", "bad", str(fault))
        return
    try:
        yield from _engine(sandbox)
        yield from _promises(sandbox)
    finally:
        sandbox.reap()


def total(states: Sequence[State]) -> str:
    """Return how many of what was looked at are good, and what that comes to."""
    good, doubtful, bad = (states.count(state) for state in get_args(State))
    told = [f"{good} of {len(states)} good"]
    if doubtful:
        told.append(f"{doubtful} to know of (!)")
    told.append(f"{bad} to fix before grading (✗)" if bad else "ready to grade")
    return ", ".join(told[:-1]) + f": {told[-1]}"


def _machine() -> Iterator[Finding]:
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = f"Python {platform.python_version()}, torch {torch.__version__}, {cores} cores"
    yield Finding("machine", f"{platform.system()} {platform.release()}, {versions}")
    yield _enough(
        "memory",
        os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        _LEAST_MEMORY,
        "grade with --jobs 1, or on a machine with more memory",
    )
    free = shutil.disk_usage(Path.cwd()).free
    yield _enough("disk, here", free, _LEAST_DISK, "make room, or grade elsewhere")


def _enough(what: str, size: int, least: int, advice: str) -> Finding:
    found = f"{size / GIB:.1f} GiB"
    if size >= least:
        return Finding(what, found)
    return Finding(what, found, "doubtful", f"{least / GIB:g} GiB are recommended: {advice}")


def _gpu() -> Finding:
    import torch

    if torch.cuda.is_available():
        found = map(torch.cuda.get_device_name, range(torch.cuda.device_count()))
        return Finding("GPU", ", ".join(found))
    advice = (
        "install NVIDIA's driver (and, for Docker, its container toolkit), or leave --device out"
    )
    return Finding("GPU", "none that torch can use here", "bad", advice)


def _engine(sandbox: Sandbox) -> Iterator[Finding]:
    """Yield what the engine says of itself, for a sandbox that has one."""
    yield Finding("sandbox", f"{sandbox.name}, {sandbox.image[:19]}")
    if not sandbox.protects:
        advice = (
            "grade only what you would run yourself; for a class, --sandbox bubblewrap or docker"
        )
        yield Finding("protection", "none", "doubtful", advice)
    client = getattr(sandbox, "client", None)
    if client is None:
        return
    told = client.info()
    yield Finding("engine", f"{told['ServerVersion']}, cgroup v{told.get('CgroupVersion', '1')}")
    root = Path(told["DockerRootDir"])
    if root.exists():
        free = shutil.disk_usage(root).free
        yield _enough("disk, engine's", free, _LEAST_DISK, "docker system prune removes old images")
    for key, what in (("MemoryLimit", "memory"), ("SwapLimit", "swap"), ("PidsLimit", "processes")):
        if not told.get(key):
            advice = "this kernel's control groups lack it: see the engine's own `docker info`"
            yield Finding(f"limit on {what}", "the engine cannot set it", "bad", advice)


def _promises(sandbox: Sandbox) -> Iterator[Finding]:
    """Try every promise that the sandbox makes."""
    for case in conformance.CASES:
        what = case.name.replace("_", " ")
        if case.needs_protection and not sandbox.protects:
            yield Finding(what, "not promised by this sandbox", "doubtful", "see protection, above")
            continue
        try:
            case.check(sandbox)
        except (Exception, StudentProcessLost) as broken:  # noqa: BLE001 - whatever it is, it is told
            found = f"broken: {str(broken) or type(broken).__name__}"[:300]
            yield Finding(what, found, "bad", "do not grade with this sandbox until it holds")
        else:
            yield Finding(what, "holds")
