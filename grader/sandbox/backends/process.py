"""The `process` sandbox: a plain subprocess, for a student's own machine.

It keeps time and memory in bounds and cleans up; it does not protect from code that means harm.
"""

from __future__ import annotations

import contextlib
import functools
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import grader
from grader.core.errors import SandboxFault
from grader.core.i18n import tr
from grader.sandbox.backends.recipe import worker_digest
from grader.sandbox.lane import StreamLane

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_END_SECONDS = 5.0
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
}
"""What every worker's environment holds."""


class ProcessSandbox:
    """Starts workers as children of this process."""

    name = "process"
    protects = False

    @property
    def image(self) -> str:
        """The digest of the worker's source and of the Python and torch that run it."""
        return worker_digest()

    def lane(self) -> StreamLane:
        """Start a worker, and wait until it answers. Raises SandboxFault."""
        return StreamLane(self.start())

    def start(self) -> ProcessStream:
        """Start a worker for a lane; it imports torch meanwhile. Raises SandboxFault."""
        if os.name != "posix":
            raise SandboxFault(
                tr(
                    "the process sandbox needs Linux, macOS or WSL; on Windows, run grader "
                    "inside WSL"
                )
            )
        return plain_stream()

    def reap(self) -> None:
        """Do nothing: a worker ends with its parent."""


ROOT = str(Path(grader.__file__).parent.parent)
"""Where a worker finds this package."""


def plain_stream(
    module: str = "grader.worker", errors: int | None = subprocess.DEVNULL
) -> ProcessStream:
    """Start a module of ours, the worker, as a plain process with a folder of its own."""
    paths = [ROOT, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(paths)}
    return stream_of(("-m", module), environment, errors)


def stream_of(
    module: Sequence[str], environment: Mapping[str, str], errors: int | None = subprocess.DEVNULL
) -> ProcessStream:
    """Start a module of ours that becomes a worker, with a folder of its own.

    `errors` is where its standard error goes; None is where this process's goes.
    """
    folder = tempfile.mkdtemp(prefix="rnn-grader-")
    process = subprocess.Popen(
        [sys.executable, "-P", *module, "--scratch", folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        bufsize=0,
        start_new_session=True,  # a Ctrl-C on the terminal is ours to handle
        env=environment,
    )
    return ProcessStream(process, functools.partial(shutil.rmtree, folder, ignore_errors=True))


class ProcessStream:
    """A worker's standard input and output through pipes. `ended` removes what it leaves."""

    def __init__(self, process: subprocess.Popen[bytes], ended: Callable[[], object]) -> None:
        self.process = process
        self.ended = ended

    def write(self, *parts: bytes) -> None:
        """Send all of a frame. Raises OSError."""
        assert self.process.stdin is not None  # noqa: S101 - a pipe, as asked for
        for part in parts:
            view = memoryview(part)
            while view:
                view = view[self.process.stdin.write(view) :]

    def read(self, count: int, seconds: float) -> bytes:
        """Return exactly so many bytes. Raises TimeoutError and EOFError."""
        assert self.process.stdout is not None  # noqa: S101 - a pipe, as asked for
        descriptor = self.process.stdout.fileno()
        deadline = time.monotonic() + seconds
        data = bytearray()
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        while len(data) < count:
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise TimeoutError(f"no answer within {seconds:g} s")
            part = os.read(descriptor, min(count - len(data), 1 << 20))
            if not part:
                raise EOFError("it ended")
            data += part
        return bytes(data)

    def close(self) -> None:
        """End the worker: it kills what it started when its input closes."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.ended()
