"""Network namespaces that stand for machines, joined to this one by a bridge and nothing else."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BRIDGE = "graderbr"
NET = "10.213.86"
HOST = f"{NET}.1"


@contextmanager
def namespaces(count: int) -> Iterator[list[str]]:
    """Make so many; yield their names. Raises OSError where this machine or user cannot."""
    names = [f"grader{number}" for number in range(count)]
    _ip(f"link add {BRIDGE} type bridge")
    try:
        _ip(f"addr add {HOST}/24 dev {BRIDGE}")
        _ip(f"link set {BRIDGE} up")
        for number, name in enumerate(names):
            _join(name, f"{NET}.{number + 2}")
        yield names
    finally:
        for name in names:
            _ip(f"netns del {name}", check=False)
        _ip(f"link del {BRIDGE}", check=False)


def _join(name: str, address: str) -> None:
    _ip(f"netns add {name}")
    _ip(f"link add {name} type veth peer name eth0 netns {name}")
    _ip(f"link set {name} master {BRIDGE} up")
    _ip(f"-n {name} addr add {address}/24 dev eth0")
    _ip(f"-n {name} link set eth0 up")
    _ip(f"-n {name} link set lo up")


def _ip(command: str, *, check: bool = True) -> None:
    program = shutil.which("ip")
    if program is None:
        raise OSError("there is no ip (Debian's iproute2)")
    done = subprocess.run([program, *command.split()], capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise OSError(f"ip {command}: {done.stderr.strip()}")
