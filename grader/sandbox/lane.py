"""A lane over any stream of bytes: the host's half of the conversation.

Every question carries a fresh nonce that its answer must repeat, so that nothing said before, or
without being asked, is taken for an answer.
"""

from __future__ import annotations

import math
import secrets
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from grader.core.errors import SandboxFault, StudentProcessLost
from grader.core.i18n import Bilingual, same, tr
from grader.protocol import wire
from grader.sandbox.api import Report, Usage
from grader.sandbox.decode import delegated, fault, lost_of, report_of, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.core.limits import Limits

_START_SECONDS = 120.0  # importing torch from a cold disk
_GRACE_SECONDS = 15.0  # for the supervisor to kill and wipe, on a loaded machine


class Stream(Protocol):
    """The worker's standard input and output."""

    def write(self, *parts: bytes) -> None:
        """Send all of a frame. Raises OSError."""

    def read(self, count: int, seconds: float) -> bytes:
        """Return exactly so many bytes. Raises OSError (TimeoutError, EOFError too)."""

    def close(self) -> None:
        """End the worker; never raises."""


class StreamLane:
    """A worker at the other end of a stream."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.caps = wire.Caps()
        self.references: dict[str, Usage] = {}
        hello = self._own("hello", _START_SECONDS)
        self._finish(_START_SECONDS)
        self.versions = {name: text(hello.get(name)) for name in ("python", "torch")}
        self.gpus = int(hello.get("gpus") or 0)

    def ask(self, operation: str, seconds: float, **fields: Any) -> wire.Message:
        """Ask the supervisor; return its message. Raises SandboxFault and StudentProcessLost."""
        nonce = secrets.token_bytes(16)
        asked = parts_of({"nonce": nonce, "op": operation, **fields})
        try:
            self.stream.write(*asked)
            prefix = wire.read_prefix(self.stream.read(wire.PREFIX_SIZE, seconds), self.caps)
            data = self.stream.read(prefix.header + prefix.body, seconds)
        except (OSError, EOFError, ValueError, wire.WireError) as error:  # ValueError: it is closed
            self.stream.close()
            why = _why(error, seconds)
            raise SandboxFault(tr("the worker stopped answering ({why})", why=why)) from error
        return _answer(prefix, data, nonce)

    @contextmanager
    def open(
        self,
        content: bytes,
        filename: str,
        names: Sequence[str],
        limits: Limits,
        shut: Mapping[str, Sequence[str]] | None = None,
    ) -> Iterator[StreamSession]:
        """Read a notebook, run its definitions, and clean up after it whatever happens."""
        self.caps = wire.Caps(body=limits.output)
        session = None
        try:
            seconds = _most(limits.load_seconds, limits)
            reading = self.ask(
                "open",
                seconds,
                source=wire.Array("uint8", (len(content),), content),
                filename=filename,
                names=list(names),
                limits=limits.to_wire(),
                shut={part: list(patterns) for part, patterns in (shut or {}).items()},
                cell=cell_name(),
            )
            running = self.ask("define", seconds)
            session = StreamSession(self, limits, _loaded(report_of(reading, running), limits))
            yield session
        finally:
            usage = self._finish(_GRACE_SECONDS)
            if session is not None:
                session.usage = usage

    def close(self) -> None:
        """End the worker and everything in it."""
        self.stream.close()

    def _finish(self, seconds: float) -> dict[str, float | None]:
        """End the session; return what it used. Raises SandboxFault if the lane is not clean."""
        told = self._own("close", seconds)
        if told.get("clean") is not True:
            self.stream.close()
            raise SandboxFault(
                tr("a submission left files or processes behind that cannot be removed")
            )
        return _usage(told.get("usage"))

    def _own(self, operation: str, seconds: float) -> wire.Message:
        """Ask what no student's code has a part in: a lane that answers amiss is broken."""
        try:
            return self.ask(operation, seconds)
        except StudentProcessLost as lost:
            self.stream.close()
            raise SandboxFault(
                tr("the worker gave an unexpected answer ({what})", what=lost.message)
            ) from lost


class StreamSession:
    """One submission in a `StreamLane`."""

    def __init__(self, lane: StreamLane, limits: Limits, report: Report) -> None:
        self.lane = lane
        self.limits = limits
        self.report = report
        self.spent = Usage()
        self.usage: dict[str, float | None] = {}

    @contextmanager
    def check(self, entropy: int, gpu: int | None = None, part: str = "") -> Iterator[StreamCheck]:
        """Start a process for one check; if the last one took the submission down, load anew."""
        limits = self.limits.of_part(part)
        graded = self.limits.graded and self.limits.graded.of_part(part)
        check = StreamCheck(self, limits, graded)
        ended: wire.Message = {}
        try:
            self.lane.ask(
                "begin",
                _most(limits.load_seconds, limits),
                entropy=entropy,
                gpu=gpu,
                limits={"seconds": limits.seconds, "cpu_seconds": limits.cpu_seconds},
            )
            yield check
            ended = self._end(check)
            for tripped in ended.get("tripped") or ():  # behind the back of the last answer
                raise delegated(tripped, self.report.outline)
        finally:
            if not ended:
                self._end(check)

    def _end(self, check: StreamCheck) -> wire.Message:
        ended = self.lane.ask("end", _GRACE_SECONDS)
        check.usage = Usage(_seconds(ended.get("seconds")), _seconds(ended.get("cpu_seconds")))
        self.spent += check.usage
        return ended


class StreamCheck:
    """The process of one check at the other end of a stream."""

    def __init__(self, session: StreamSession, limits: Limits, graded: Limits | None) -> None:
        self.session = session
        self.limits = limits
        self.graded = graded
        self.usage = Usage()

    def ask(self, operation: str, **arguments: Any) -> Any:
        """Ask one question of the student's code; see `grader.sandbox.Check.ask`."""
        seconds = _most(self.limits.seconds, self.limits)
        try:
            message = self.session.lane.ask(operation, seconds, args=arguments)
        except StudentProcessLost as lost:
            raise self._timely(lost) from lost
        if "tripped" in message:
            raise delegated(message["tripped"], self.session.report.outline)
        if "raised" in message:
            raise fault(message["raised"], self.session.report.outline)
        return message.get("value")

    def _timely(self, lost: StudentProcessLost) -> StudentProcessLost:
        """Return how a process was lost, with what grading allows where that is longer."""
        graded = self.graded
        if graded is None or (graded.seconds, graded.cpu_seconds) == (
            self.limits.seconds,
            self.limits.cpu_seconds,
        ):
            return lost
        return _with_allowed(
            lost,
            tr(
                "grading allows {seconds} s, and {cpu_seconds} s of processor time",
                seconds=f"{graded.seconds:g}",
                cpu_seconds=f"{graded.cpu_seconds:g}",
            ),
        )

    def used(self) -> float:
        """Return the CPU seconds used so far."""
        return _seconds(self.session.lane.ask("used", _GRACE_SECONDS).get("cpu_seconds"))

    def reference(self, questions: Sequence[Mapping[str, Any]]) -> Usage:
        """Run probes of ours in a process of their own; see `grader.sandbox.api.Check`."""
        seconds = self.limits.seconds * len(questions) + _GRACE_SECONDS
        told = self.session.lane.ask("reference", seconds, questions=list(questions))
        if "failed" in told:
            raise SandboxFault(tr("the reference that training times are compared with failed"))
        return Usage(_seconds(told.get("seconds")), _seconds(told.get("cpu_seconds")))

    @property
    def known(self) -> dict[str, Usage]:
        """What this lane has already taken for references, by name."""
        return self.session.lane.references


def _loaded(report: Report, limits: Limits) -> Report:
    """Return a report that says what grading allows, where definitions took too long for this."""
    graded = limits.graded
    if report.lost is None or graded is None or graded.load_seconds == limits.load_seconds:
        return report
    allowed = tr("grading allows {seconds} s", seconds=f"{graded.load_seconds:g}")
    return replace(report, lost=_with_allowed(report.lost, allowed))


def _with_allowed(lost: StudentProcessLost, allowed: Bilingual) -> StudentProcessLost:
    """Return how a process was lost; what it may take when graded is said of a loss of time."""
    if lost.outcome != "timeout":
        return lost
    return StudentProcessLost("timeout", lost.message.at(allowed))


def _most(seconds: float, limits: Limits) -> float:
    """Return how long the supervisor may take to answer where the student has so many seconds."""
    return seconds * (1 + limits.patience) + _GRACE_SECONDS


def cell_name() -> str:
    """Return what tracebacks call a cell, with {cell} for its number: students read Spanish."""
    return tr("cell [{cell}]", cell="{cell}").es


def parts_of(message: wire.Message) -> tuple[bytes, bytes]:
    """Return a question's frame in two parts. Raises StudentProcessLost.

    A check's question repeats what the student's code returned, which may be too much.
    """
    try:
        return wire.parts(message, wire.Caps())
    except wire.WireError as error:
        why = tr("what it returned cannot be sent back to it")
        raise StudentProcessLost("crashed", why) from error


def _answer(prefix: wire.Prefix, data: bytes, nonce: bytes) -> wire.Message:
    """Read a frame whose prefix the worker saw to, and whose content may be the student's.

    Raises StudentProcessLost.
    """
    try:
        message = wire.decode(prefix, data)
    except wire.WireError as error:  # whose text says to us what no student can do anything about
        raise StudentProcessLost("crashed", tr("the sandbox sent a malformed reply")) from error
    if message.get("nonce") != nonce:
        raise StudentProcessLost("crashed", tr("the sandbox replied to a different question"))
    if message.get("lost") is None:
        return message
    raise lost_of(message["lost"])


def _seconds(told: object) -> float:
    return told if isinstance(told, float) and 0 <= told < math.inf else 0.0


def _usage(told: object) -> dict[str, float | None]:
    """Return what a session used, as far as it is numbers, or None for what is not known."""
    items = told.items() if isinstance(told, dict) else ()
    return {
        text(name): amount
        for name, amount in items
        if amount is None or (type(amount) in {int, float} and 0 <= amount < math.inf)
    }


def _why(error: Exception, seconds: float) -> Bilingual:
    """Return why there was no answer."""
    if isinstance(error, TimeoutError):
        return tr("no answer within {seconds} s", seconds=f"{seconds:g}")
    if isinstance(error, EOFError):
        return tr("it ended")
    return same(str(error) or type(error).__name__)
