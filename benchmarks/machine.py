"""What this machine is, for figures to be read with."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from grader.core.errors import SandboxFault
from grader.sandbox.backends.docker import connect


def description() -> dict[str, str]:
    """Return its processor, memory and versions, in words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory / 2**30:.0f} GiB",
        "kernel": platform.release(),
        "python": platform.python_version(),
        "torch": version("torch"),
        "docker": _engine(),
        "grader": version("rnn-grader"),
    }


def _engine() -> str:
    try:
        client = connect()
    except SandboxFault:
        return "none"
    try:
        return str(client.version()["Version"])
    finally:
        client.close()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
