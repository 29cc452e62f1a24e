"""How a student's process ended, or why it must, in the words that the host is told."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING, Any

from grader.protocol import wire
from grader.worker.channel import ChannelClosed, message
from grader.worker.messages import Translatable, notice
from grader.worker.trap import ACTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.worker.bell import Stroke


class Lost(Exception):
    """The student's process is gone or must go; `outcome` is a word of the results format."""

    def __init__(self, outcome: str, text: Translatable) -> None:
        super().__init__(text)
        self.outcome = outcome
        self.text = text

    def frame(self, nonce: bytes) -> bytes:
        """Return what the host is told."""
        return message(nonce, lost=[self.outcome, self.text.to_wire()])


class Tripped(Exception):
    """What an assignment shuts ran in a check; `told` is what the host is told of it."""

    def __init__(self, told: list[Any]) -> None:
        super().__init__(told)
        self.told = told


def told(stroke: Stroke) -> list[Any]:
    """Return a stroke of the bell as the host is told of it."""
    what = stroke.operator or ACTS[stroke.act].to_wire()
    return [what, stroke.part, stroke.cell, stroke.line]


def require_silence(strokes: Iterable[Stroke]) -> None:
    """See that the bell has not rung for anything. Raises Tripped, and Lost."""
    for stroke in strokes:
        if stroke.operator:
            raise Tripped(told(stroke))
        if said := ACTS.get(stroke.act):
            text = notice("it was ended, for this is not allowed in a notebook: {act}", act=said)
            raise Lost("crashed", text)


def out_of_time(seconds: float) -> Lost:
    """Say that it used up the processor time that there is."""
    text = notice(
        "it used more than {seconds} s of processor time: is there a loop that never ends?",
        seconds=f"{seconds:g}",
    )
    return Lost("timeout", text)


def by_itself(status: Any, when: Translatable | None) -> Lost:
    """Say that it ended, by a signal if its status is one."""
    if isinstance(status, int) and status < 0:
        return Lost("crashed", died(signal_name(-status), when))
    return Lost("crashed", ended(when))


def died(signal_: str | Translatable, when: Translatable | None) -> Translatable:
    """Say that a signal ended it."""
    if when:
        return notice("the process crashed {when} ({signal})", when=when, signal=signal_)
    return notice("the process crashed ({signal})", signal=signal_)


def ended(when: Translatable | None) -> Translatable:
    """Say that it ended without one."""
    if when:
        return notice("the process ended by itself {when}: does your code call exit()?", when=when)
    return notice("the process ended by itself: does your code call exit()?")


def signal_name(number: int) -> str | Translatable:
    """Return what a signal is called."""
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return notice("signal {number}", number=number)


def malformed(gone: ChannelClosed) -> Lost:
    """Say that what the student's process sent is no reply."""
    if isinstance(gone.__cause__, wire.FrameTooLargeError):
        return Lost("crashed", notice("the sandbox sent a malformed reply: it is too large"))
    return Lost("crashed", notice("the sandbox sent a malformed reply"))
