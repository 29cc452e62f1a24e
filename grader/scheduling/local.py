"""Grade many submissions: one process and one lane for each job, a grade at a time.

`cluster` does the same on other machines, with this module's `Worker` and by its `Queue`'s rules.

A lane that is lost is replaced and its submission tried again; a submission that loses its lane
three times is set aside without a grade, and all others go on. Where a job's process dies, nobody
can tell which submission did it: those that were under way are tried again one at a time. A
submission on which a check breaks is set aside as well: that is not its author's fault, nor
anybody else's trouble, until it happens to a third one.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter, deque
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.core.errors import BrokenCheck, SandboxFault
from grader.core.i18n import tr
from grader.grading.grade import Terms, grade, not_graded, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from grader.core.i18n import Bilingual
    from grader.core.results import Grade
    from grader.sandbox.api import Lane, Sandbox
    from grader.submissions.model import Submission

MOST_TRIES = 3
MOST_BROKEN = 3
"""When checks have broken on so many submissions, the run ends: it is the checks."""
SUBMISSIONS_A_LANE = 100
"""After so many submissions a lane is replaced, so that nothing can build up in it."""


Task = tuple["Submission", Terms]
"""A submission, and the terms on which it is graded."""


@dataclass
class Worker:
    """What a job's process keeps between submissions."""

    make: Callable[[], Sandbox]
    lives: int
    sandbox: Sandbox | None = None
    lane: Lane | None = None
    used: int = 0

    def open(self) -> Lane:
        """Return this process's lane, a new one if need be. Raises SandboxFault."""
        if self.lane is None or self.used >= self.lives:
            self.close()
            prepare()
            self.sandbox = self.sandbox or self.make()
            self.lane, self.used = self.sandbox.lane(), 0
        return self.lane

    def grade(self, submission: Submission, terms: Terms) -> Grade:
        """Grade a submission in this process's lane."""
        lane = self.open()
        try:
            self.used += 1
            return grade(submission, terms, lane)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the lane."""
        if self.lane is not None:
            self.lane.close()
            self.lane = None


_worker: Worker | None = None


def _start(make: Callable[[], Sandbox], lives: int) -> None:
    """Prepare a job's process. Ctrl-C is for the main process, which ends this one."""
    global _worker  # noqa: PLW0603 - what a pool's process keeps has nowhere else to live
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = Worker(make, lives)


def _end_with_parent() -> None:
    """End this process when the main one is gone, killed too: nobody waits for its grades."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def _grade(submission: Submission, terms: Terms) -> Grade:
    assert _worker is not None  # noqa: S101 - the pool ran _start
    return _worker.grade(submission, terms)


@dataclass
class Queue:
    """The tasks still to do, and how often each submission has lost its lane.

    `suspects` were under way when a job's process died; they are graded first, and alone.
    """

    waiting: deque[Task]
    suspects: deque[Task] = field(default_factory=deque)
    tries: Counter[str] = field(default_factory=Counter)
    broken: int = 0

    def __post_init__(self) -> None:
        self.most_broken = min(MOST_BROKEN, len(self.waiting))

    def failed(self, task: Task, fault: BaseException, tasks: deque[Task]) -> Grade | None:
        """Return what a fault leaves a task with; None where it went back among `tasks`.

        Raises the fault where it is not one submission's, or is too many's.
        """
        match fault:
            case BrokenCheck():
                self._set_aside(fault)
                return not_graded(
                    *task, tr("{fault}; fix the check and grade again", fault=fault.said)
                )
            case BrokenProcessPool() | SandboxFault():
                return None if self._again(task, tasks) else not_graded(*task, _reason(fault))
            case _:
                raise fault

    def _set_aside(self, fault: BrokenCheck) -> None:
        self.broken += 1
        if self.broken >= self.most_broken:
            raise fault

    def _again(self, task: Task, tasks: deque[Task]) -> bool:
        submission, _ = task
        self.tries[submission.id] += 1
        if self.tries[submission.id] >= MOST_TRIES:
            return False
        tasks.append(task)
        return True


def run(
    tasks: Sequence[Task],
    make: Callable[[], Sandbox],
    jobs: int,
    started: Callable[[Submission], None] = lambda _: None,
    lives: int = SUBMISSIONS_A_LANE,
) -> Iterator[Grade]:
    """Yield the grades as they come.

    `make` opens the sandbox, in each job's process; a lane takes as many submissions as it has
    `lives`.

    Raises AssignmentFault when checks are broken, SandboxFault when no lane can be started at all.
    """
    queue = Queue(deque(tasks))
    while tasks_left := queue.suspects or queue.waiting:
        lanes = 1 if queue.suspects else min(jobs, len(queue.waiting))
        pool = ProcessPoolExecutor(
            lanes,
            multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(make, lives),
        )
        yield from _run_pool(queue, tasks_left, pool, lanes, started)


def _run_pool(
    queue: Queue,
    tasks: deque[Task],
    pool: ProcessPoolExecutor,
    jobs: int,
    started: Callable[[Submission], None],
) -> Iterator[Grade]:
    """Grade some tasks with a pool of processes, until all is done or one of these dies."""
    running: dict[Future[Grade], Task] = {}
    try:
        while tasks or running:
            while tasks and len(running) < jobs:
                try:
                    running[pool.submit(_grade, *tasks[0])] = tasks[0]
                except BrokenProcessPool:  # just now: what is running says whose doing it was
                    break
                started(tasks.popleft()[0])
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                task = running.pop(future)
                fault = future.exception()
                died = isinstance(fault, BrokenProcessPool)
                if died and running:
                    queue.suspects.extend([task, *running.values()])
                    return
                grade = queue.failed(task, fault, tasks) if fault else future.result()
                if grade is not None:
                    yield grade
                if died:
                    return
    finally:
        _end(pool)


def _reason(fault: SandboxFault | BrokenProcessPool) -> Bilingual:
    """Return why a submission was given up."""
    killed = tr("the process that graded it was killed")
    why = fault.said if isinstance(fault, SandboxFault) else killed
    return tr(
        "given up after {tries} tries: {why}; run again to try it once more",
        tries=MOST_TRIES,
        why=why,
    )


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
