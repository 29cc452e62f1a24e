"""The student's own check: one notebook after another in a worker that stays.

The worker starts first, and imports torch while this process does.
"""

from __future__ import annotations

import secrets
import signal
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from grader.feedback import progress
from grader.grading import marks
from grader.sandbox.backends.process import ProcessSandbox
from grader.sandbox.lane import StreamLane

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    from grader.assignments.assignment import Assignment
    from grader.core.results import Grade
    from grader.feedback.progress import Steps
    from grader.sandbox.backends.process import ProcessStream
    from grader.submissions.model import Submission


@contextmanager
def started() -> Iterator[ProcessStream]:
    """Start a worker, and end it whatever happens. Raises SandboxFault."""
    stream = ProcessSandbox().start()
    try:
        yield stream
    finally:
        stream.close()


class OwnCheck:
    """Checks what `find` finds now, each time that it is called; the worker stays.

    No `parts` are all. `lines` tells another program how far it is; `patient` waits as long as
    grading does, for who does not sit in front of it.
    """

    def __init__(
        self,
        assignment: Assignment,
        stream: ProcessStream,
        find: Callable[[], Submission],
        parts: tuple[str, ...],
        lang: str,
        *,
        lines: bool,
        patient: bool = False,
    ) -> None:
        limits = assignment.limits
        self.assignment = replace(assignment, limits=limits if patient else limits.of_own_check)
        self.stream = stream
        self.find = find
        self.parts = parts
        self.lang = lang
        self.lines = lines
        self.lane: StreamLane | None = None
        self.seed = secrets.token_hex(16)  # the same cases until the student is done

    def __call__(self) -> Grade:
        """Return the grade. Raises GraderError; KeyboardInterrupt with the worker ended."""
        with progress.steps(self.lang, lines=self.lines) as steps:
            return self._grade(_Watcher(steps))

    def _grade(self, watcher: _Watcher) -> Grade:
        from grader.grading.grade import Terms, grade, prepare

        prepare()  # beside the worker, which imports torch too
        self.lane = self.lane or StreamLane(self.stream)
        submission = self.find()
        terms = Terms(self.assignment, self.seed, ProcessSandbox().image, ProcessSandbox.name)
        with _ended_by_ctrl_c(self.stream):
            return grade(submission, terms, self.lane, only=self.parts, watchers=[watcher])


@contextmanager
def _ended_by_ctrl_c(stream: ProcessStream) -> Iterator[None]:
    """Let Ctrl-C end the worker, whatever the student's code is doing, and then this.

    Raises KeyboardInterrupt for it in any case: pytest keeps that to itself, and what closes a
    session upon it may raise something else.
    """
    pressed = False

    def stop(*_: object) -> NoReturn:
        nonlocal pressed
        pressed = True
        stream.close()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            raise KeyboardInterrupt from None


class _Watcher:
    """A hook of pytest: tell how far the checks are."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell how many checks there are."""
        self.steps.begin(len(session.items))

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Tell which part is under way."""
        self.steps.step(marks.part(item))
