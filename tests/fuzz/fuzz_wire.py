"""Frames: any bytes are a message or a WireError, and take little more memory than their own."""

from __future__ import annotations

import math
import tracemalloc
import zlib
from typing import Any

import msgpack
from choices import Choices, mutated

from grader.protocol import wire
from grader.protocol.wire import Array, Caps, Ref, WireError

CAPS = Caps(header=1 << 16, body=1 << 16)
SEEDS: list[dict[str, Any]] = [
    {"nonce": b"0123456789abcdef", "value": [1, -1, 2**63, 0.5, None, True, "ñ", b"\xff"]},
    {"value": Array("float32", (2, 3), bytes(24), 7), "n": ((), ((1,), [Ref(3, "celdaLSTM")]))},
    {"value": {"a": Array("bool", (), b"\1"), "b": Array("int64", (0, 2**40), b"")}},
    {"raised": ["ValueError", "no", 3, 4, False], "lost": ["timeout", "x"]},
    {"report": {"defined": ["f"], "missing": {}, "notices": [], "flags": [], "unreadable": None}},
]
# What a byte of a header may cost: an empty list or map is one byte, and an object of some sixty.
_BYTES_OF_A_BYTE = 200
_OF_A_LEVEL = 1 << 16  # msgpack's own room for each tuple within a tuple


def target(data: bytes) -> None:
    choices = Choices(data)
    frame = _frame(choices)
    try:
        message = _measured(frame)
    except WireError as error:
        _is_short(str(error))
        return
    try:
        again = wire.encode(message, Caps(header=2 * CAPS.header, body=CAPS.body))
    except WireError as error:  # msgpack reads lists that are nested twice as deeply as it writes
        _is_about_depth(str(error))
    else:
        assert _same(_decode(again), message)


def _is_short(text: str) -> None:
    assert len(text) < 500


def _is_about_depth(text: str) -> None:
    assert "recursion" in text, text


def _frame(choices: Choices) -> bytes:
    """Return any bytes, or a frame whose header and body are any or were right once."""
    kind = choices.below(4)
    if kind == 0:
        return choices.rest()
    if kind == 1:
        frame = wire.encode(choices.pick(SEEDS))
        return mutated(frame, choices)
    if kind == 2:
        return sealed(choices.take(choices.below(2000)), choices.rest())
    frame = wire.encode(choices.pick(SEEDS))
    header = wire.read_prefix(frame[: wire.PREFIX_SIZE], CAPS).header
    start = wire.PREFIX_SIZE + header
    return sealed(mutated(frame[wire.PREFIX_SIZE : start], choices), frame[start:])


def sealed(header: bytes, body: bytes) -> bytes:
    """Return a frame whose prefix is right."""
    empty = wire.encode({})
    lengths = len(header).to_bytes(4, "big") + len(body).to_bytes(8, "big")
    checksum = zlib.crc32(body, zlib.crc32(header)).to_bytes(4, "big")
    return empty[:8] + lengths + checksum + header + body


def _measured(frame: bytes) -> wire.Message:
    tracemalloc.start()
    try:
        return _decode(frame)
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        most = _BYTES_OF_A_BYTE * len(frame) + _OF_A_LEVEL * (wire.MAX_DEPTH + 2)
        assert peak < most, peak


def _decode(frame: bytes) -> wire.Message:
    start = wire.PREFIX_SIZE
    prefix = wire.read_prefix(frame[:start], Caps(2 * CAPS.header, CAPS.body))
    return wire.decode(prefix, frame[start:])


def _same(one: Any, other: Any) -> bool:
    """Whether two messages are the same, NaN being the same as NaN."""
    pairs = [(one, other)]
    while pairs:
        one, other = pairs.pop()
        if isinstance(one, dict):
            pairs += [(list(one), list(other)), (list(one.values()), list(other.values()))]
        elif isinstance(one, (list, tuple)):
            pairs += [(len(one), len(other)), *zip(one, other, strict=False)]
        elif one != other and not (math.isnan(one) and math.isnan(other)):
            return False
        if type(one) is not type(other):
            return False
    return True


def corpus() -> list[bytes]:
    """Return bytes to begin with."""
    headers = [msgpack.packb({"v": [[], {}, "x", 1.5]}), b"\x81\xa1v" + b"\xdd\0\0\x07\0" * 380]
    return [b"\0" + wire.encode(seed) for seed in SEEDS] + [
        b"\2" + len(header).to_bytes(2, "little") + header for header in headers
    ]
