"""Grade many submissions on a Dask cluster: what `batch` does, with other machines' lanes.

The unit of work is one submission, by value. Each worker has as many lanes as threads, on its own
engine. A submission whose worker is lost is tried again elsewhere; where several were under way on
it, nobody can tell which one took it down, so each of them has a worker to itself next time. A
worker that does not answer is done without, and whatever it may still say is not heard: one
submission, one grade.
"""

from __future__ import annotations

import pickle
import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from grader.core.errors import AssignmentFault, BrokenCheck, GraderError, SandboxFault
from grader.core.i18n import tr
from grader.core.results import Grade
from grader.scheduling.dask_workers import DaskWorkers, connect
from grader.scheduling.lanes import LOST, START_SECONDS, Order, facts, unpacked
from grader.scheduling.local import SUBMISSIONS_A_LANE, Queue
from grader.submissions.members import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from grader.core.console import Tell
    from grader.core.limits import Limits
    from grader.grading.grade import Terms
    from grader.scheduling.lanes import Answer
    from grader.scheduling.local import Task
    from grader.submissions.model import Submission

GRACE_SECONDS = 300.0
"""For what is no waiting for the student's code: our own computing, on a busy machine."""
LATE_SECONDS = START_SECONDS + 60.0
"""For a worker to start a lane, and to give up a submission itself."""
_FAULTS: dict[str, type[GraderError]] = {
    kind.__name__: kind for kind in (AssignmentFault, BrokenCheck, GraderError, SandboxFault)
}


def run(
    tasks: Sequence[Task],
    address: str,
    jobs: int = 0,
    started: Callable[[Submission], None] = lambda _: None,
    lives: int = SUBMISSIONS_A_LANE,
    tell: Tell = lambda _: None,
) -> Iterator[Grade]:
    """Yield the grades as they come; all tasks have the same terms.

    `jobs` is how many lanes grade at once in all, 0 for as many as there are; `tell` is told of
    workers that are lost. Raises UsageError where a worker is not fit for the run, AssignmentFault
    when checks are broken, SandboxFault when there is no cluster or no worker.
    """
    if not tasks:
        return
    order = order_of(tasks[0][1], lives)
    crew = DaskWorkers(connect(address), order, tell)
    try:
        crew.begin()
        yield from _Run(Queue(deque(tasks)), crew, jobs, started).grades()
    finally:
        crew.close()


def order_of(terms: Terms, lives: int = SUBMISSIONS_A_LANE) -> Order:
    """Return what a run asks of every machine. Raises AssignmentFault where files were edited."""
    files = terms.assignment.files()
    terms.require_unchanged()
    wanted = facts(terms, terms.image)
    seconds = _budget(terms.assignment.limits)
    return Order(pickle.dumps(terms), files, wanted, lives, seconds)


def _budget(limits: Limits) -> float:
    """Return the seconds after which nobody waits for a submission's grade any more."""
    waiting = limits.load_seconds + limits.total_seconds + limits.longest.seconds
    return waiting * (1 + limits.patience) + GRACE_SECONDS


def by_value(submission: Submission) -> Submission:
    """Return a submission that holds its own bytes, or what is wrong with them."""
    try:
        return replace(submission, source=submission.read())
    except UnreadableError as error:
        return replace(submission, source=None, problem=error.said)


@dataclass(frozen=True)
class _Attempt:
    """A task on a worker; `alone` where that has nothing else to do meanwhile."""

    task: Task
    worker: str
    alone: bool
    deadline: float


@dataclass
class _Run:
    queue: Queue
    crew: DaskWorkers
    jobs: int
    started: Callable[[Submission], None]
    running: dict[Any, _Attempt] = field(default_factory=dict)

    def grades(self) -> Iterator[Grade]:
        """Keep the workers busy until there is nothing to do."""
        while self.queue.waiting or self.queue.suspects or self.running:
            self.crew.look()
            yield from self._lost()
            self._hand_out()
            self.crew.rest()
            yield from self._answered()

    def _hand_out(self) -> None:
        while tasks := self.queue.suspects or self.queue.waiting:
            worker = self._free()
            if worker is None:
                return
            task = tasks.popleft()
            submission, terms = task
            seconds = _budget(terms.assignment.limits) + LATE_SECONDS
            deadline = time.monotonic() + seconds
            attempt = _Attempt(task, worker, tasks is self.queue.suspects, deadline)
            self.started(submission)
            future = self.crew.grade(worker, pickle.dumps(by_value(submission)))
            self.running[future] = attempt

    def _free(self) -> str | None:
        """Return the worker with the most free lanes; with all of them free for a suspect."""
        busy = Counter(attempt.worker for attempt in self.running.values())
        shut = {attempt.worker for attempt in self.running.values() if attempt.alone}
        if self.jobs and len(self.running) >= self.jobs:
            return None
        free = {
            worker: threads - busy[worker]
            for worker, threads in self.crew.fit.items()
            if worker not in shut and busy[worker] < (1 if self.queue.suspects else threads)
        }
        return max(free, key=free.__getitem__, default=None)

    def _answered(self) -> Iterator[Grade]:
        for future, attempt in list(self.running.items()):
            answer = self.crew.answer(future)
            if answer is not None and answer[0] == LOST:
                self.crew.forget(attempt.worker)
            elif answer is not None:
                del self.running[future]
                yield from self._settled(attempt, answer)
            elif time.monotonic() > attempt.deadline:
                self.crew.give_up(attempt.worker)

    def _settled(self, attempt: _Attempt, answer: Answer) -> Iterator[Grade]:
        try:
            grade: Grade | None = _grade(attempt.task, answer)
        except GraderError as fault:
            grade = self.queue.failed(attempt.task, fault, self.queue.waiting)
        if grade is not None:
            yield grade

    def _lost(self) -> Iterator[Grade]:
        """Take back what workers had that are lost."""
        lost = {attempt.worker for attempt in self.running.values()} - self.crew.fit.keys()
        for worker in lost:
            futures = [one for one, attempt in self.running.items() if attempt.worker == worker]
            tasks = [self.running.pop(future).task for future in futures]
            if len(tasks) > 1:
                self.queue.suspects.extend(tasks)
                continue
            said = tr("the worker {worker} was lost while it graded this submission", worker=worker)
            fault = SandboxFault(said)
            grade = self.queue.failed(tasks[0], fault, self.queue.suspects)
            if grade is not None:
                yield grade


def _grade(task: Task, answer: Answer) -> Grade:
    """Read a grade that was given elsewhere; believe it to be what was asked for once it says so.

    Raises the fault that was told instead.
    """
    submission, terms = task
    fault, text = answer
    if fault:
        raise _FAULTS.get(fault, SandboxFault)(unpacked(text))
    try:
        grade = Grade.from_json(text)
    except ValueError as error:
        raise SandboxFault(tr("a worker's answer is not a grade ({why})", why=error)) from error
    given = (grade.submission, grade.student, grade.fingerprint)
    if given != (submission.id, submission.student, terms.fingerprint(submission)):
        raise SandboxFault(tr("a worker answered with another submission's grade"))
    return grade
