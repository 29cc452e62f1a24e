"""One submission at a time on each of this machine's GPUs, whoever grades here for this user."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core.errors import SandboxFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox.api import Lane

_TICK = 0.05


def require(lane: Lane) -> int:
    """Return how many GPUs there are for checks to run on. Raises SandboxFault for none."""
    if not lane.gpus:
        raise SandboxFault(
            "there is no GPU that torch can use where students' code runs: install NVIDIA's driver "
            "(for Docker its container toolkit too) and a torch for CUDA, or leave --device out"
        )
    return lane.gpus


@contextmanager
def taken(count: int) -> Iterator[int]:
    """Wait until one of so many GPUs is free, and have it: its number, from 0. Raises OSError."""
    folder = Path(tempfile.gettempdir()) / f"rnn-grader-gpus-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    while True:
        for number in range(count):
            with (folder / str(number)).open("w") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield number
                return
        time.sleep(_TICK)
