"""A Dask cluster on this machine: a scheduler and workers, each a process that can be harmed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATIENCE = 120.0
SLOW = """
import os, time

def f():
    if not os.path.exists({mark!r}):
        with open({mark!r} + ".new", "w") as file:
            file.write(str(os.getpid()))
        os.rename({mark!r} + ".new", {mark!r})
        time.sleep(25)
    return 4
"""
"""It leaves a mark of where it is, and takes long, the first time."""


class Cluster:
    """A scheduler on a free port, and the workers that were started for it.

    `folder` is for their files and for what they say; `without` says why it is not as it was meant
    to be.
    """

    def __init__(self, folder: Path, host: str = "127.0.0.1") -> None:
        self.folder = folder
        self.without = ""
        self.workers: list[subprocess.Popen[bytes]] = []
        told = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "--host", host, "--port", "0", "--scheduler-file", str(told)
        )
        deadline = time.monotonic() + PATIENCE
        while not told.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        self.address = json.loads(told.read_text())["address"]

    def worker(
        self, *options: str, before: Sequence[str] = (), **environment: str
    ) -> subprocess.Popen[bytes]:
        """Start a worker with a lane, unless `options` say more; it registers meanwhile.

        `before` starts a command elsewhere, such as in a network namespace.
        """
        local = ["--local-directory", str(self.folder / f"worker{len(self.workers)}")]
        options = options or ("--no-nanny",)
        started = self._start(
            "worker",
            *(self.address, "--nthreads", "1", *local, *options),
            before=before,
            environment=environment,
        )
        self.workers.append(started)
        return started

    def end(self) -> None:
        """End all of it; what is stopped, too."""
        for process in (*self.workers, self.scheduler):
            process.kill() if process.poll() is None else None
            process.wait()

    def said(self) -> str:
        """Return what its processes said."""
        return "".join(path.read_text() for path in self.folder.glob("*.said"))

    def _start(
        self,
        what: str,
        *options: str,
        before: Sequence[str] = (),
        environment: dict[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        python = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard"]
        with (self.folder / f"{what}{len(self.workers)}.said").open("wb") as said:
            return subprocess.Popen(
                [*before, *python, *options],
                cwd=self.folder,  # else `-m` finds the grader that is here
                stdout=said,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
            )


@contextmanager
def cluster(folder: Path, workers: int = 0, host: str = "127.0.0.1") -> Iterator[Cluster]:
    """Start a cluster of so many workers; end it."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Cluster(folder, host)
    try:
        for _ in range(workers):
            made.worker()
        yield made
    finally:
        made.end()


def when_marked(mark: Path, made: Cluster, signal: int) -> threading.Thread:
    """Send a signal to the worker that grades what leaves the mark, once it is there.

    The mark holds the process of the student's code.
    """

    def wait() -> None:
        deadline = time.monotonic() + PATIENCE
        while not mark.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        workers = {process.pid: process for process in made.workers}
        pid = int(mark.read_text())
        while pid not in workers:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        workers[pid].send_signal(signal)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread
