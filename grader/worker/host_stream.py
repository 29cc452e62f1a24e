"""The host's stream: frames that the supervisor reads, and those that it writes."""

from __future__ import annotations

import os

from grader.protocol import wire

# A notebook with its pictures is larger than what a student's process may send.
_CAPS = wire.Caps(header=1 << 28, body=1 << 28)


def read_frame(descriptor: int) -> tuple[bytes, wire.Message]:
    """Return the host's next frame, and the message that it holds. Raises EOFError, WireError."""
    start = _read_exactly(descriptor, wire.PREFIX_SIZE)
    prefix = wire.read_prefix(start, _CAPS)
    rest = _read_exactly(descriptor, prefix.header + prefix.body)
    return start + rest, wire.decode(prefix, rest)


def _read_exactly(descriptor: int, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = os.read(descriptor, min(count - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


def write_all(descriptor: int, data: bytes) -> None:
    """Send the host a whole frame. Raises OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
