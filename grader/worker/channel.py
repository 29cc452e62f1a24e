"""A connected pair of sockets with a deadline: how the worker's own processes speak."""

from __future__ import annotations

import select
import socket
import time
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from grader.protocol import wire

if TYPE_CHECKING:
    from collections.abc import Sequence

_FOREVER = 365 * 86_400.0


class DeadlineExceeded(Exception):
    """The deadline has passed."""


class ChannelClosed(Exception):
    """The other side has closed, or what it sent is not a frame."""


class HostLeft(Exception):
    """The host has closed its stream: nobody waits for an answer any more."""


class Channel:
    """Frames over a stream socket. Every wait has a deadline on our own monotonic clock."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock

    def send(self, frame: bytes, deadline: float) -> None:
        """Send bytes that are already a frame. Raises DeadlineExceeded or ChannelClosed."""
        self.socket.settimeout(_left(deadline))
        try:
            self.socket.sendall(frame)
        except TimeoutError as error:
            raise DeadlineExceeded from error
        except OSError as error:
            raise ChannelClosed from error

    def receive_raw(self, caps: wire.Caps, deadline: float) -> bytes:
        """Receive one frame without looking into it. Raises DeadlineExceeded or ChannelClosed."""
        try:
            start = self._read(wire.PREFIX_SIZE, deadline)
            prefix = wire.read_prefix(start, caps)
            return start + self._read(prefix.header + prefix.body, deadline)
        except wire.WireError as error:
            raise ChannelClosed(str(error)) from error

    def receive(self, caps: wire.Caps, deadline: float) -> wire.Message:
        """Receive one message. Raises DeadlineExceeded or ChannelClosed."""
        frame = self.receive_raw(caps, deadline)
        prefix = wire.read_prefix(frame[: wire.PREFIX_SIZE], caps)
        try:
            return wire.decode(prefix, frame[wire.PREFIX_SIZE :])
        except wire.WireError as error:
            raise ChannelClosed(str(error)) from error

    def close(self) -> None:
        """Close this end; the other one reads the end of the stream."""
        self.socket.close()

    def _read(self, count: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < count:
            self.socket.settimeout(_left(deadline))
            try:
                part = self.socket.recv(min(count - len(data), 1 << 20))
            except TimeoutError as error:
                raise DeadlineExceeded from error
            except OSError as error:
                raise ChannelClosed from error
            if not part:
                raise ChannelClosed
            data += part
        return bytes(data)


class Readable(Protocol):
    """What can be waited for."""

    socket: socket.socket


_R = TypeVar("_R", bound=Readable)


def first_readable(sources: Sequence[_R], deadline: float, host: int) -> _R:
    """Return the first of these with something to read, or closed.

    `host` is the host's stream: it asks one question at a time, so that whatever can be read there
    while it waits for an answer is the stream's end. Raises DeadlineExceeded and HostLeft.
    """
    poll = select.poll()
    poll.register(host, select.POLLIN)
    for source in sources:
        poll.register(source.socket, select.POLLIN)
    ready = {descriptor for descriptor, _ in poll.poll(_left(deadline) * 1000)}
    if host in ready:
        raise HostLeft
    for source in sources:
        if source.socket.fileno() in ready:
            return source
    raise DeadlineExceeded


def pair() -> tuple[Channel, Channel]:
    """Return two ends of one channel."""
    ours, theirs = socket.socketpair()
    return Channel(ours), Channel(theirs)


def message(nonce: bytes, **fields: Any) -> bytes:
    """Return the frame of an answer to the question that carried this nonce."""
    return wire.encode({"nonce": nonce, **fields})


def forever() -> float:
    """Return a deadline that does not come."""
    return time.monotonic() + _FOREVER


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise DeadlineExceeded
    return left
