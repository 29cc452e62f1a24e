"""Reads a cell of a newer Python in a process of its own.

libcst knows the grammars of all Pythons. Its parser is native code, which deep nesting brings down.
"""

from __future__ import annotations

import faulthandler
import json
import os
import select
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.worker.analysis.older_syntax import Written

_SECONDS = 10.0
_LARGEST = 1 << 26  # bytes that come back


def older(source: str) -> Written | None:
    """Return a cell in older syntax, None where it is none of any Python's."""
    try:
        from grader.worker.analysis.older_syntax import Written, write  # half a second, rarely
    except ImportError:  # without libcst newer syntax is what it was: an error
        return None
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        with suppress(BaseException):
            faulthandler.disable()
            os.close(reading)
            with os.fdopen(writing, "wb") as there:
                there.write(json.dumps(write(source)).encode())
        os._exit(0)
    os.close(writing)
    try:
        told = _all_of(reading)
    finally:
        os.close(reading)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    try:
        code, marks, expressions, parameters, newer, unknown = json.loads(told)
    except ValueError:  # it ended before it was done
        return None
    numbered = {int(number): names for number, names in parameters.items()}
    found = [(since, what) for since, what in newer]
    return Written(code, marks, expressions, numbered, found, unknown)


def _all_of(descriptor: int) -> bytes:
    """Return what a process says until it ends, or until its time is over."""
    end = time.monotonic() + _SECONDS
    told = bytearray()
    while len(told) < _LARGEST:
        left = end - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            break
        if not (part := os.read(descriptor, 1 << 16)):
            break
        told += part
    return bytes(told)
