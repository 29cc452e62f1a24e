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
