"""`python -m grader.scheduling.lane_process`: grades with one lane, on a machine of a cluster.

Its first frame is the run's `Order`, the others are submissions; each is answered by a frame.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import shutil
import sys
import threading
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, BinaryIO

from grader.core.errors import GraderError, SandboxFault
from grader.scheduling.lanes import SIZE, Answer, Order, facts, packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.grading.grade import Terms
    from grader.scheduling.local import Worker


class Job:
    """What this process keeps between submissions, once it has read its order."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.worker: Worker | None = None
        self.terms: Terms | None = None

    def answer(self, question: bytes) -> Answer:
        """Do what is asked; what went wrong is an answer as well."""
        do: Callable[[bytes], str] = self._open if self.terms is None else self._grade
        try:
            return "", do(question)
        except GraderError as fault:
            return type(fault).__name__, packed(fault.said)
        except Exception as error:  # noqa: BLE001 - another machine has to be told
            return SandboxFault.__name__, f"{type(error).__name__}: {error}"

    def end(self) -> None:
        """Leave nothing behind."""
        if self.worker is not None:
            with contextlib.suppress(Exception):  # the lane may be in the middle of something
                self.worker.close()
            if self.worker.sandbox is not None:
                self.worker.sandbox.reap()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _open(self, question: bytes) -> str:
        from grader.sandbox import select
        from grader.scheduling.local import Worker

        order: Order = pickle.loads(question)  # noqa: S301 - of the process that started this one
        terms: Terms = pickle.loads(order.terms)  # noqa: S301 - as Dask brought it
        folder = self.scratch / terms.assignment.folder.name
        for name, data in order.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        terms = replace(terms, assignment=replace(terms.assignment, folder=folder))
        asked = terms.assignment
        sandbox = select.elsewhere(
            terms.sandbox, terms.image, asked.limits, terms.device, asked.packages
        )
        self.worker = Worker(lambda: sandbox, order.lives, sandbox)
        self.worker.open()
        self.terms = terms
        return json.dumps(facts(terms, sandbox.image))

    def _grade(self, question: bytes) -> str:
        assert self.worker is not None and self.terms is not None  # noqa: S101, PT018 - it is open
        submission = pickle.loads(question)  # noqa: S301 - as Dask brought it
        return self.worker.grade(submission, self.terms).to_json()


def _listen(questions: SimpleQueue[bytes], job: Job) -> None:
    """Read frames until there are no more: whoever asked is gone, and so nobody waits."""
    stream = sys.stdin.buffer
    while len(prefix := stream.read(SIZE.size)) == SIZE.size:
        questions.put(stream.read(SIZE.unpack(prefix)[0]))
    try:
        job.end()
    finally:
        os._exit(0)


def _say(stream: BinaryIO, answer: Answer) -> None:
    data = json.dumps(answer).encode()
    stream.write(SIZE.pack(len(data)) + data)
    stream.flush()


def main() -> None:
    """Grade what standard input brings, one submission after another, until it closes."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a check prints is no answer
    questions: SimpleQueue[bytes] = SimpleQueue()
    job = Job(Path(sys.argv[-1]))
    threading.Thread(target=_listen, args=(questions, job), daemon=True).start()
    while True:
        answer = job.answer(questions.get())
        with contextlib.suppress(OSError):  # whoever asked is gone: `_listen` ends this process
            _say(answers, answer)


if __name__ == "__main__":
    main()
