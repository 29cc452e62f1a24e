"""One submission at a time on each of this machine's GPUs, whoever grades here for this user."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core.errors import SandboxFault
from grader.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox.api import Lane

_TICK = 0.05


def require(lane: Lane) -> int:
    """Return how many GPUs there are for checks to run on. Raises SandboxFault for none."""
    if not lane.gpus:
        raise SandboxFault(
            tr(
                "there is no GPU that torch can use where students' code runs: install NVIDIA's "
                "driver (for Docker its container toolkit too) and a torch for CUDA, or leave "
                "--device out"
            )
        )
    return lane.gpus


@contextmanager
def taken(count: int) -> Iterator[int]:
    """Wait until one of so many GPUs is free, and have it: its number, from 0. Raises OSError."""
    from filelock import FileLock, Timeout

    folder = Path(tempfile.gettempdir()) / f"rnn-grader-gpus-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    while True:
        for number in range(count):
            try:
                lock = FileLock(folder / str(number)).acquire(blocking=False)
            except Timeout:
                continue
            with lock:
                yield number
            return
        time.sleep(_TICK)
