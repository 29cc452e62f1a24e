"""A promise, and what the cases have in common: lanes to which a few lines of code are handed."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.core.errors import StudentFault, StudentProcessLost
from grader.core.limits import MIB, Limits
from grader.protocol import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from grader.core.errors import FaultOutcome
    from grader.sandbox.api import Sandbox, Session

    Check = Callable[[Sandbox], None]

SMALL = Limits(
    seconds=3, cpu_seconds=1, load_seconds=5, memory=200 * MIB, pids=32, output=MIB, disk=MIB
)
"""Short enough for the list to run in a minute."""


@dataclass(frozen=True)
class Case:
    """One promise: `check` raises AssertionError when it is broken."""

    name: str
    check: Check
    needs_protection: bool
    needs_group: bool = False


class Promises(list[Case]):
    """A module's promises, which its functions join in the order in which they stand there."""

    def of_all(self, check: Check) -> Check:
        """Add what every sandbox holds."""
        self.append(Case(check.__name__, check, needs_protection=False))
        return check

    def of_those_that_protect(self, check: Check) -> Check:
        """Add what a plain process cannot hold."""
        self.append(Case(check.__name__, check, needs_protection=True))
        return check

    def of_those_with_a_group(self, check: Check) -> Check:
        """Add what needs a control group."""
        self.append(Case(check.__name__, check, needs_protection=True, needs_group=True))
        return check


class Opened:
    """One submission, and what it answers."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def f(self, *args: Any, entropy: int = 1, part: str = "") -> Any:
        """Call the student's `f` in a check of its own, with the limits of that part."""
        with self.session.check(entropy, part=part) as check:
            return check.ask("call", name="f", args=list(args), kwargs={})

    def is_lost(self, outcome: FaultOutcome, *args: Any) -> str:
        """Call `f`, see that it takes its process down with this outcome; return the message."""
        try:
            value = self.f(*args)
        except StudentProcessLost as lost:
            assert lost.outcome == outcome, f"{lost.outcome}: {lost.message}"
            return lost.message.es
        except StudentFault as fault:
            raise AssertionError(f"it answered with an exception: {fault}") from fault
        raise AssertionError(f"it answered {value!r:.200}")

    def is_fault(self, *args: Any) -> StudentFault:
        """Call `f` and return the exception that it must raise."""
        try:
            value = self.f(*args)
        except StudentFault as fault:
            return fault
        except StudentProcessLost as lost:
            raise AssertionError(f"the process was lost: {lost.message}") from lost
        raise AssertionError(f"it answered {value!r:.200}")


class Lane:
    """A lane to which submissions are handed as source text."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.lane = sandbox.lane()

    @contextmanager
    def open(
        self, source: str, limits: Limits = SMALL, names: Sequence[str] = ("f",), **shut: list[str]
    ) -> Iterator[Opened]:
        """Open a submission that defines `f`; `shut` is by name, `all` for everybody."""
        lists = {"" if name == "all" else name: patterns for name, patterns in shut.items()}
        with self.lane.open(source.encode(), "a.py", names, limits, lists) as session:
            if session.report.lost:
                raise session.report.lost
            assert "f" in session.report.defined, session.report
            yield Opened(session)

    def goes_on(self) -> None:
        """See that the next submission is none the worse for the last one."""
        with self.open(_HONEST) as next_one:
            got = next_one.f(wire.Array("float64", (2,), struct.pack("<2d", 3.0, 4.0)))
            assert got == (wire.Array("float64", (), struct.pack("<d", 25.0)), []), got


@contextmanager
def lane_of(sandbox: Sandbox) -> Iterator[Lane]:
    """Open a lane; afterwards the next submission in it must be unharmed."""
    lane = Lane(sandbox)
    try:
        yield lane
        lane.goes_on()
    finally:
        lane.lane.close()


@contextmanager
def submission(sandbox: Sandbox, source: str, limits: Limits = SMALL) -> Iterator[Opened]:
    """Open a submission in a lane of its own."""
    with lane_of(sandbox) as lane, lane.open(source, limits) as opened:
        yield opened


_HONEST = """
import os, torch
def f(x):
    return torch.sum(x * x), os.listdir()
"""
