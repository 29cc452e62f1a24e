"""Grade many submissions: one process and one lane for each job, a grade at a time.

A lane that is lost is replaced and its submission tried again; a submission that loses its lane
three times is set aside without a grade, and all others go on.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import time
from collections import Counter, deque
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.errors import SandboxFault
from grader.grading import Terms, grade, not_graded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from grader.results import Grade
    from grader.sandbox import Lane, Sandbox
    from grader.submission import Submission

MOST_TRIES = 3
SUBMISSIONS_A_LANE = 100
"""After so many submissions a lane is replaced, so that nothing can build up in it."""


@dataclass
class _Worker:
    """What a job's process keeps between submissions."""

    make: Callable[[], Sandbox]
    terms: Terms
    lives: int
    sandbox: Sandbox | None = None
    lane: Lane | None = None
    used: int = 0

    def grade(self, submission: Submission) -> Grade:
        """Grade a submission in this process's lane, a new one if need be."""
        if self.lane is None or self.used >= self.lives:
            self.close()
            self.sandbox = self.sandbox or self.make()
            self.lane, self.used = self.sandbox.lane(), 0
        try:
            self.used += 1
            return grade(submission, self.terms, self.lane)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the lane."""
        if self.lane is not None:
            self.lane.close()
            self.lane = None


_worker: _Worker | None = None


def _start(make: Callable[[], Sandbox], terms: Terms, lives: int) -> None:
    """Prepare a job's process. Ctrl-C is for the main process, which ends this one."""
    global _worker  # noqa: PLW0603 - what a pool's process keeps has nowhere else to live
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _worker = _Worker(make, terms, lives)


def _grade(submission: Submission) -> Grade:
    assert _worker is not None  # noqa: S101 - the pool ran _start
    return _worker.grade(submission)


@dataclass
class _Queue:
    """The submissions still to grade, and how often each has been tried."""

    waiting: deque[Submission]
    tries: Counter[str] = field(default_factory=Counter)

    def again(self, submission: Submission) -> bool:
        """Put a submission back; say whether it may be tried again."""
        self.tries[submission.id] += 1
        if self.tries[submission.id] >= MOST_TRIES:
            return False
        self.waiting.append(submission)
        return True


def run(
    submissions: Sequence[Submission],
    terms: Terms,
    make: Callable[[], Sandbox],
    jobs: int,
    started: Callable[[Submission], None] = lambda _: None,
    lives: int = SUBMISSIONS_A_LANE,
) -> Iterator[Grade]:
    """Yield the grades as they come.

    `make` opens the sandbox, in each job's process; a lane takes as many submissions as it has
    `lives`.

    Raises AssignmentFault when a check is broken, SandboxFault when no lane can be started at all.
    """
    queue = _Queue(deque(submissions))
    while queue.waiting:
        lanes = min(jobs, len(queue.waiting))
        pool = ProcessPoolExecutor(
            lanes,
            multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(make, terms, lives),
        )
        yield from _run_pool(queue, terms, pool, lanes, started)


def _run_pool(
    queue: _Queue,
    terms: Terms,
    pool: ProcessPoolExecutor,
    jobs: int,
    started: Callable[[Submission], None],
) -> Iterator[Grade]:
    """Grade with one pool of processes, until all is done or one of its processes dies."""
    running: dict[Future[Grade], Submission] = {}
    try:
        while queue.waiting or running:
            while queue.waiting and len(running) < jobs:
                submission = queue.waiting.popleft()
                started(submission)
                running[pool.submit(_grade, submission)] = submission
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                submission = running.pop(future)
                try:
                    yield future.result()
                except (SandboxFault, BrokenProcessPool) as fault:
                    if not queue.again(submission):
                        yield not_graded(submission, terms, _reason(fault))
                    if isinstance(fault, BrokenProcessPool):
                        queue.waiting.extend(running.values())
                        return
    finally:
        _end(pool)


def _reason(fault: Exception) -> str:
    text = "the process that graded it was killed" if not str(fault) else str(fault)
    return f"given up after {MOST_TRIES} tries: {text}"


def _end(pool: ProcessPoolExecutor) -> None:
    """End the pool's processes now, whatever they are doing."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        with contextlib.suppress(Exception):
            process.terminate()
    deadline = time.monotonic() + 5
    for process in processes:
        with contextlib.suppress(Exception):
            process.join(max(0.0, deadline - time.monotonic()))
            process.kill()
