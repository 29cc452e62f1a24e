"""How far a run is: a live display on a terminal, plain lines anywhere else."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grader.core import console
from grader.core.i18n import Words
from grader.feedback import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.core.results import Grade


class Named(Protocol):
    """Anything with a submission's id."""

    @property
    def id(self) -> str:
        """The submission's id."""


class Shown(Protocol):
    """What a run tells of itself."""

    def started(self, submission: Named) -> None:
        """Tell that a submission is being graded."""

    def finished(self, grade: Grade) -> None:
        """Tell a submission's grade."""


class _Lines:
    """One line a submission."""

    def __init__(self, total: int, done: int, lang: str, names: Mapping[str, str]) -> None:
        self.total, self.done, self.lang, self.names = total, done, lang, names

    def started(self, submission: Named) -> None:
        """Say nothing: a line a submission is enough."""

    def finished(self, grade: Grade) -> None:
        self.done += 1
        line = terminal.line(grade, self.lang, self.names.get(grade.submission, ""))
        text = f"[{self.done}/{self.total}] {line}"
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - for the person who waits


class _Live:
    """A bar with the time left, and a line for each submission in a lane."""

    def __init__(
        self, display: Progress, total: int, done: int, lang: str, names: Mapping[str, str]
    ) -> None:
        self.display, self.lang, self.names = display, lang, names
        words = Words(lang)
        self.whole = display.add_task(words("grading"), total=total, completed=done)
        self.tasks: dict[str, object] = {}

    def started(self, submission: Named) -> None:
        name = console.plain(submission.id)
        self.tasks[submission.id] = self.display.add_task(f"  {name}", total=None)

    def finished(self, grade: Grade) -> None:
        task = self.tasks.pop(grade.submission, None)
        if task is not None:
            self.display.remove_task(task)  # type: ignore[arg-type]
        line = terminal.line(grade, self.lang, self.names.get(grade.submission, ""))
        self.display.console.print(line, markup=False)
        self.display.advance(self.whole)


class Steps(Protocol):
    """What the check of one notebook tells of itself."""

    def begin(self, total: int) -> None:
        """Tell how many checks there are."""

    def step(self, part: str) -> None:
        """Tell that a check of this part begins."""


class _Silent:
    """Nothing: what is written to a file or a pipe is the result."""

    def begin(self, total: int) -> None:
        pass

    def step(self, part: str) -> None:
        pass


class _StepLines:
    """A line a check, for a program to read: which one it is, of how many, and its part."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.total = self.done = 0

    def begin(self, total: int) -> None:
        self.total, self.done = total, 0

    def step(self, part: str) -> None:
        self.done += 1
        self.stream.write(f"{self.done}/{self.total} {part}\n")
        self.stream.flush()


class _LiveSteps:
    """A bar with the part under way."""

    def __init__(self, display: Progress, words: Words) -> None:
        self.display, self.words = display, words
        self.task = display.add_task(words("loading PyTorch…"), total=None)
        self.done = 0

    def begin(self, total: int) -> None:
        self.done = 0
        self.display.update(self.task, total=total, completed=0)

    def step(self, part: str) -> None:
        text = self.words("checking {part}", part=console.plain(part))
        self.display.update(self.task, description=text, completed=self.done)
        self.done += 1


@contextmanager
def steps(lang: str, *, lines: bool) -> Iterator[Steps]:
    """Show on standard error how far a check is, while it lasts: a bar on a terminal, `lines` for
    another program, and nothing else.
    """  # noqa: D205 - one sentence
    if not lines and not sys.stderr.isatty():
        yield _Silent()
        return
    # While pytest runs, what the process knows as standard error is pytest's.
    with os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8", errors="replace") as stream:
        if lines:
            yield _StepLines(stream)
            return
        screen = Console(file=stream, highlight=False)
        columns = (TextColumn("{task.description}", markup=False), BarColumn())
        with Progress(*columns, console=screen, transient=True) as display:
            yield _LiveSteps(display, Words(lang))


@contextmanager
def progress(
    total: int, done: int, lang: str, names: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Shown]:
    """Show a run's progress on standard error while it lasts; `names` are people's, by id."""
    if not sys.stderr.isatty():
        yield _Lines(total, done, lang, names)
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    display = Progress(*columns, TimeRemainingColumn(), console=console.console(stderr=True))
    with display:
        yield _Live(display, total, done, lang, names)
