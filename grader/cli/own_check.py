"""The student's own check: one notebook, on this machine, before it is handed in.

The worker that runs the notebook starts first, and imports torch while this process does.
"""

from __future__ import annotations

import secrets
import signal
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from grader.assignments import assignment as assignments
from grader.core import console
from grader.core.errors import UsageError
from grader.core.i18n import Words
from grader.feedback import progress, student_terminal
from grader.grading import marks
from grader.sandbox.backends.process import ProcessSandbox
from grader.sandbox.lane import StreamLane
from grader.submissions.discovery import find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

    from grader.assignments.assignment import Assignment
    from grader.core.results import Grade
    from grader.feedback.progress import Steps
    from grader.sandbox.backends.process import ProcessStream
    from grader.submissions.model import Submission

_POLL = 0.2
"""How often a notebook is looked at, in seconds."""
_WRITING = 1.0
"""How long one that cannot be read may be in the midst of being written."""
_INTERRUPTED = 130

Stamp = tuple[int, int, int]
"""What changes when a file is saved."""


@dataclass(frozen=True)
class CheckOptions:
    """The options of `grader check`; no `parts` are all. `steps` tells another program how far.

    `junit` and `classroom` are where to write the grade for other programs.
    """

    notebook: Path
    assignment: str | None
    assignments: Path | None
    parts: tuple[str, ...]
    lang: str
    watch: bool
    json: bool
    steps: bool
    junit: Path | None = None
    classroom: Path | None = None


def check_notebook(options: CheckOptions) -> int:
    """Check a notebook and explain it; return 0 for full marks, else 1."""
    root = assignments.folder_of_assignments(options.assignments)
    assignment = assignments.choose(root, options.assignment)
    _require_parts(assignment, options.parts)
    _submission(options, assignment)  # wrong usage is told before torch is imported
    try:
        with _started() as stream:
            checked = _Check(options, assignment, stream)
            if options.watch:
                return _watch(options, checked)
            grade = checked()
            _show(options, grade)
            return _status(grade)
    except KeyboardInterrupt:
        words = Words(options.lang)
        console.tell(words("The check was interrupted."))
        return _INTERRUPTED


class _Check:
    """Checks the notebook as it is now, each time that it is called; the worker stays."""

    def __init__(
        self, options: CheckOptions, assignment: Assignment, stream: ProcessStream
    ) -> None:
        self.options = options
        self.assignment = assignment
        self.stream = stream
        self.lane: StreamLane | None = None
        self.seed = secrets.token_hex(16)  # the same cases until the student is done

    def __call__(self) -> Grade:
        """Return the grade. Raises GraderError; KeyboardInterrupt with the worker ended."""
        with progress.steps(self.options.lang, lines=self.options.steps) as steps:
            return self._grade(_Watcher(steps))

    def _grade(self, watcher: _Watcher) -> Grade:
        from grader.grading.grade import Terms, grade, prepare

        prepare()  # beside the worker, which imports torch too
        self.lane = self.lane or StreamLane(self.stream)
        submission = _submission(self.options, self.assignment)
        terms = Terms(self.assignment, self.seed, ProcessSandbox().image, ProcessSandbox.name)
        only = self.options.parts
        with _ended_by_ctrl_c(self.stream):
            return grade(submission, terms, self.lane, only=only, watchers=[watcher])


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


@contextmanager
def _started() -> Iterator[ProcessStream]:
    """Start a worker, and end it whatever happens. Raises SandboxFault."""
    stream = ProcessSandbox().start()
    try:
        yield stream
    finally:
        stream.close()


def _watch(options: CheckOptions, checked: Callable[[], Grade]) -> int:
    """Check each time that the notebook is saved; return the last status when Ctrl-C ends it.

    A save in the midst of a check is seen when that has ended.
    """
    seen, status = None, 1
    words = Words(options.lang)
    try:
        while True:
            now = _stamp(options.notebook)
            if now is None or now == seen:
                time.sleep(_POLL)
                continue
            seen = now
            grade = checked()
            if grade.status == "rejected" and _changes(options.notebook, seen):
                continue  # it was half written
            status = _status(grade)
            console.console().clear()
            _show(options, grade)
            waiting = words(
                "Waiting for {file} to be saved; Ctrl-C ends.", file=options.notebook.name
            )
            console.console(stderr=True).print(f"\n{waiting}", style="dim", markup=False)
    except KeyboardInterrupt:
        return status


def _stamp(path: Path) -> Stamp | None:
    """Return what a file is like now; nothing while an editor puts another in its place."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


def _changes(path: Path, seen: Stamp) -> bool:
    """Wait a moment; return whether the file is another one by then."""
    deadline = time.monotonic() + _WRITING
    while time.monotonic() < deadline:
        time.sleep(_POLL)
        if _stamp(path) not in (None, seen):
            return True
    return False


def _show(options: CheckOptions, grade: Grade) -> None:
    if options.json:
        sys.stdout.write(grade.to_line())
        sys.stdout.flush()
    else:
        console.console().print(student_terminal.render(grade, options.lang))
    _write(options, grade)


def _write(options: CheckOptions, grade: Grade) -> None:
    """Write the grade in the formats that were asked for. Raises UsageError."""
    if not (options.junit or options.classroom):
        return
    from grader.exports import github, junit
    from grader.storage import graded

    if options.junit:
        graded.write(options.junit, junit.document([grade], options.lang))
    if options.classroom:
        graded.write(options.classroom, f"{github.encoded(grade, options.lang)}\n".encode())


def _status(grade: Grade) -> int:
    """Return the exit status: 0 for full marks."""
    full = bool(grade.checks) and all(check.outcome == "passed" for check in grade.checks)
    return 0 if full else 1


def _require_parts(assignment: Assignment, parts: tuple[str, ...]) -> None:
    """Raise UsageError for a part that is none."""
    for part in parts:
        if part not in assignment.points:
            known = ", ".join(assignment.points)
            raise UsageError(f"there is no part {part!r} in {assignment.name}; there is: {known}")


def _submission(options: CheckOptions, assignment: Assignment) -> Submission:
    """Return the notebook. Raises UsageError."""
    found = find([options.notebook], assignment.name)
    if len(found) > 1:
        text = f"grader check takes one notebook, and {options.notebook} holds {len(found)}"
        raise UsageError(text)
    return found[0]
