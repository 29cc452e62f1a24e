"""The bell: the supervisor hears at once when the student's process does what is shut.

What is written to a socket cannot be taken back, whatever the process does next, and the one who
counts is the supervisor. Lines of text cross: `!operator` for what an assignment shuts, `?act` for
what no notebook does; then, if it could be told, `@part<TAB>cell<TAB>line` of the code that did.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    Ring = Callable[[str], None]

_MOST_BYTES = 1 << 14  # at a time
_LONGEST = 200
_MOST_LINES = 64
_PLACE_SECONDS = 0.5


class Stroke(NamedTuple):
    """What was done, `operator` or `act`, and the part, cell and line of who did it."""

    operator: str
    act: str
    part: str
    cell: int | None
    line: int | None


@dataclass
class Bell:
    """The supervisor's end. Of what it hears it believes that it was said."""

    socket: socket.socket
    heard: bytes = b""
    """What is not given out yet; of a flood without strokes the last line."""
    is_cut: bool = False
    """Whether nobody is left who could ring."""

    def listen(self) -> list[Stroke]:
        """Return what was told since the last time. Waits a moment for the place of the last."""
        self._drain()
        deadline = time.monotonic() + _PLACE_SECONDS
        while strokes(self.heard) and not self._is_placed():
            if self.is_cut or not self._wait(deadline):
                break
            self._drain()
        found, self.heard = strokes(self.heard), b""
        return found

    def close(self) -> None:
        """Stop listening."""
        self.socket.close()

    def _is_placed(self) -> bool:
        return self.heard.rstrip(b"\n").rpartition(b"\n")[2].startswith(b"@")

    def _wait(self, deadline: float) -> bool:
        left = deadline - time.monotonic()
        return left > 0 and bool(select.select([self.socket], [], [], left)[0])

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while not self.is_cut:
                part = self.socket.recv(_MOST_BYTES, socket.MSG_DONTWAIT)
                self.is_cut = not part
                self.heard = _strokes_alone(self.heard + part)


def pair() -> tuple[Bell, socket.socket]:
    """Return the supervisor's bell, and what the student's process rings it by."""
    ours, theirs = socket.socketpair()
    return Bell(ours), theirs


def ring_of(rope: socket.socket) -> Ring:
    """Return what tells a line. It looks nothing up that the student's code could exchange."""
    descriptor, write, encode, most = rope.fileno(), os.write, str.encode, _LONGEST
    full = BlockingIOError

    def ring(line: str) -> None:
        # A line of its own, whatever somebody else wrote before it and did not end.
        told = b"\n" + encode(line[:most], "utf-8", "replace") + b"\n"
        while True:
            try:
                write(descriptor, told)
            except full:  # somebody floods it, and the supervisor empties it
                continue
            except:  # noqa: E722, S110 - a name could be exchanged
                pass
            return

    return ring


def _strokes_alone(heard: bytes) -> bytes:
    """Return the lines that tell something, the first of them, and a last one that has no end."""
    *lines, last = heard.split(b"\n")
    told = [line[:_LONGEST] for line in lines if line[:1] in (b"!", b"?", b"@")]
    return b"".join(line + b"\n" for line in told[:_MOST_LINES]) + last[:_LONGEST]


def strokes(heard: bytes) -> list[Stroke]:
    """Return what was told in so many bytes, whatever they are."""
    found: list[Stroke] = []
    for line in heard.decode(errors="replace").split("\n"):
        if line.startswith("!"):
            found.append(Stroke(line[1:], "", "", None, None))
        elif line.startswith("?"):
            found.append(Stroke("", line[1:], "", None, None))
        elif line.startswith("@") and found and not found[-1].part:
            part, cell, number, *_ = [*line[1:].split("\t"), "", ""]
            found[-1] = found[-1]._replace(part=part, cell=_natural(cell), line=_natural(number))
    return found


def _natural(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None  # noqa: PLR2004
