"""The lanes of one machine of a cluster: processes that grade, each with a lane of its own.

`Lanes` stays in a Dask worker's memory as the result of a task, so Dask lets go of it when the run
is over, or the machine that began it is gone. The Dask worker imports neither torch nor pytest and
reads no notebook: it hands bytes to `python -m grader.scheduling.lane_process`, one process a
lane, and takes bytes.
"""

from __future__ import annotations

import contextlib
import json
import pickle
import secrets
import struct
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.core.errors import SandboxFault
from grader.core.i18n import Bilingual, same, tr
from grader.sandbox.backends.process import ProcessStream, plain_stream

if TYPE_CHECKING:
    from grader.grading.grade import Terms

Answer = tuple[str, str]
"""A fault's name and its text, which may be `packed`; or no name, and what was asked for."""

LOST, UNFIT = "lost", "unfit"
"""Faults that are a worker's: it is not what it was when it was examined; it was never fit."""
START_SECONDS = 180.0
"""For a process to import torch, from a cold disk, and to start its lane."""
SIZE = struct.Struct("!Q")
"""Frames on the pipes to such a process begin with their size, in bytes."""
_HERE = secrets.token_hex(8)


@dataclass(frozen=True)
class Order:
    """What a run asks of a machine: the pickled `Terms`, the assignment's `files` by name, what
    `facts` have to be there, a lane's lives, and how many seconds a submission may take in all.
    """  # noqa: D205 - one sentence

    terms: bytes
    files: dict[str, bytes]
    facts: dict[str, str]
    lives: int
    seconds: float


def packed(said: Bilingual) -> str:
    """Return a message as one text."""
    return json.dumps([said.es, said.en])


def unpacked(text: str) -> Bilingual:
    """Return the message that a text holds, or the text itself, in whatever language that is."""
    try:
        es, en = json.loads(text)
    except (ValueError, TypeError):
        return same(text)
    return Bilingual(str(es), str(en))


def facts(terms: Terms, image: str) -> dict[str, str]:
    """Return all that has to be the same on every machine of a run, as it is here."""
    from grader.grading.fingerprint import own_digest, versions

    digests = {"assignment": terms.assignment.digest, "image": image, "grader": own_digest()}
    return {**versions(), **digests}


def differences(wanted: dict[str, str], found: dict[str, str]) -> str:
    """Say what of a machine is not as the run began; nothing where all is."""
    unlike = [name for name in wanted if found.get(name) != wanted[name]]
    said = [
        f"its {name} is {found.get(name)}, but here it is {wanted[name]}"
        for name in unlike
        if name not in {"assignment", "image", "grader"}
    ]
    if "grader" in unlike and not said:  # that digest holds the libraries' versions too
        said.append("its copy of grader differs from the one here")
    if "image" in unlike and not said:
        said.append("its sandbox's image or worker differs from the one here")
    if "assignment" in unlike:
        said.append("the assignment's files that arrived there differ from those here")
    return "; ".join(said)


class Lanes:
    """The processes that grade on this machine for one run; one a thread of the Dask worker.

    It pickles as its order: moved to another process, it is to be examined there.
    """

    def __init__(self, order: Order, examined: str = "") -> None:
        self.order = order
        self.examined = examined
        self.idle: list[ProcessStream] = []
        self.all: list[ProcessStream] = []
        weakref.finalize(self, _close, self.all)

    def __reduce__(self) -> tuple[type[Lanes], tuple[Order, str]]:
        return Lanes, (self.order, self.examined)

    def examine(self) -> Answer:
        """Start a lane; say what of this machine is not as the run began."""
        answer = self._asked(self._take())
        self.examined = _HERE
        return answer

    def grade(self, submission: bytes) -> Answer:
        """Return the grade of a pickled submission, as JSON, or what went wrong."""
        if self.examined != _HERE:
            return LOST, "it was started again"
        return self._asked(self._take(), submission)

    def stop(self) -> None:
        """Let all processes end, whatever they are doing."""
        for stream in self.all:
            with contextlib.suppress(OSError):
                stream.process.stdin.close()  # type: ignore[union-attr] # a pipe, as asked for

    def _take(self) -> ProcessStream | Answer:
        with contextlib.suppress(IndexError):
            return self.idle.pop()
        return self._start()

    def _start(self) -> ProcessStream | Answer:
        stream = plain_stream("grader.scheduling.lane_process", errors=None)
        self.all.append(stream)
        fault, text = self._ask(stream, pickle.dumps(self.order), START_SECONDS)
        unlike = "" if fault else differences(self.order.facts, json.loads(text))
        if not fault and not unlike:
            return stream
        self._end(stream)
        return (fault, text) if fault else (UNFIT, unlike)

    def _asked(self, lane: ProcessStream | Answer, submission: bytes = b"") -> Answer:
        """Ask a lane, if there is one, and keep it for the next submission."""
        if not isinstance(lane, ProcessStream):
            return lane
        answer = self._ask(lane, submission, self.order.seconds) if submission else ("", "")
        if lane in self.all:
            self.idle.append(lane)
        return answer

    def _ask(self, stream: ProcessStream, question: bytes, seconds: float) -> Answer:
        try:
            stream.write(SIZE.pack(len(question)) + question)
            (size,) = SIZE.unpack(stream.read(SIZE.size, seconds))
            fault, text = json.loads(stream.read(size, seconds))
        except TimeoutError:
            self._end(stream)
            said = tr("no answer within {seconds} s", seconds=f"{seconds:g}")
            return SandboxFault.__name__, packed(said)
        except (OSError, EOFError, ValueError):  # ValueError: it was closed
            self._end(stream)
            return SandboxFault.__name__, packed(tr("the process that graded it was killed"))
        return str(fault), str(text)

    def _end(self, stream: ProcessStream) -> None:
        self.all.remove(stream)
        _close([stream])


def _close(streams: list[ProcessStream]) -> None:
    for stream in streams:
        if stream.process.stdin is not None:
            with contextlib.suppress(OSError):
                stream.process.stdin.close()  # all at once, and then wait for each
    for stream in streams:
        stream.close()
