from __future__ import annotations

import math
import pickle
import struct
import tracemalloc
import zlib
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.protocol import wire
from grader.protocol.wire import Array, Caps, Ref, WireError

CAPS = Caps(header=1 << 16, body=1 << 16)
ARRAY, TUPLE, REF = 1, 2, 3

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
naturals = st.integers(0, 2**64 - 1)


@st.composite
def arrays(draw: st.DrawFn) -> Array:
    dtype = draw(st.sampled_from(sorted(wire.ITEM_SIZES)))
    shape = tuple(draw(st.lists(st.integers(0, 3), max_size=4)))
    size = math.prod(shape) * wire.ITEM_SIZES[dtype]
    data = draw(st.binary(min_size=size, max_size=size))
    return Array(dtype, shape, data, draw(st.none() | naturals))


plain = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | texts
    | st.binary(max_size=8)
)
refs = st.builds(Ref, naturals, texts)
values = st.recursive(
    plain | arrays() | refs,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(texts, inner, max_size=4)
    ),
    max_leaves=12,
)
messages = st.dictionaries(texts, values, max_size=4)


def read(frame: bytes) -> wire.Message:
    prefix = wire.read_prefix(frame[: wire.PREFIX_SIZE], CAPS)
    return wire.decode(prefix, frame[wire.PREFIX_SIZE :])


def sealed(header: bytes, body: bytes = b"") -> bytes:
    """A frame whose prefix is right, whatever its header says."""
    checksum = zlib.crc32(body, zlib.crc32(header))
    return prefix_of(len(header), len(body), checksum) + header + body


def prefix_of(
    header: int, body: int, checksum: int = 0, magic: bytes = wire.MAGIC, version: int = 1
) -> bytes:
    return struct.pack("!4sBxxxIQI", magic, version, header, body, checksum)


def with_array(*fields: Any, body: bytes = b"") -> bytes:
    extension = msgpack.ExtType(ARRAY, msgpack.packb(list(fields)))
    return sealed(msgpack.packb({"value": extension}), body)


def with_value(packed: bytes) -> bytes:
    """A frame of a map whose one value is given as msgpack bytes."""
    return sealed(b"\x81\xa1v" + packed)


@given(messages)
def test_a_message_arrives_as_it_was_sent(message: dict[str, Any]) -> None:
    assert read(wire.encode(message)) == message


@given(messages)
def test_types_survive_too(message: dict[str, Any]) -> None:
    assert repr(read(wire.encode(message))) == repr(message)


def test_a_tensor_alone_is_not_copied_to_be_sent() -> None:
    data = bytes(1000)
    head, body = wire.parts({"v": Array("uint8", (1000,), data)})
    assert body is data
    assert head + body == wire.encode({"v": Array("uint8", (1000,), data)})


def test_nan_survives() -> None:
    assert math.isnan(read(wire.encode({"v": math.nan}))["v"])


def test_receive_reads_exactly_one_frame() -> None:
    stream = wire.encode({"a": 1}) + b"the next"
    place = 0

    def take(count: int) -> bytes:
        nonlocal place
        place += count
        return stream[place - count : place]

    assert wire.receive(take, CAPS) == {"a": 1}
    assert stream[place:] == b"the next"


@pytest.mark.parametrize(
    "value",
    [2**64, -(2**63) - 1, "\ud800", {1, 2}, object(), 1j, {"deep": object()}],
    ids=["2^64", "-2^63-1", "surrogate", "set", "object", "complex", "nested"],
)
def test_what_has_no_place_in_a_frame_is_not_sent(value: object) -> None:
    with pytest.raises(WireError):
        wire.encode({"v": value})


def test_a_list_that_holds_itself_is_not_sent() -> None:
    endless: list[Any] = []
    endless.append((endless,))
    with pytest.raises(WireError):
        wire.encode({"v": endless})


GOOD = wire.encode({"v": Array("uint8", (2,), b"ab")})
MALFORMED = {
    "wrong magic": b"XXXX" + GOOD[4:],
    "wrong version": GOOD[:4] + b"\x02" + GOOD[5:],
    "wrong checksum": GOOD[:16] + b"\0\0\0\0\0\0\0\0" + GOOD[24:],
    "damaged body": GOOD[:-1] + b"c",
    "nothing": b"",
    "truncated prefix": GOOD[:7],
    "truncated header": GOOD[:30],
    "truncated body": GOOD[:-1],
    "too long": GOOD + b"c",
    "header of 2^32 - 1": prefix_of(2**32 - 1, 0),
    "body of 2^63": prefix_of(1, 2**63),
    "body of 2^64 - 1": prefix_of(1, 2**64 - 1),
    "pickle": sealed(pickle.dumps({"a": 1})),
    "bare pickle": pickle.dumps({"a": 1}),
    "empty header": sealed(b""),
    "no map": sealed(msgpack.packb([1])),
    "two maps": sealed(msgpack.packb({}) * 2),
    "half a map": sealed(b"\x82\xa1a\x01"),
    "key that is no text": sealed(b"\x81\x01\x01"),
    "key that is a list": sealed(b"\x81\x90\x01"),
    "lone surrogate": with_value(b"\xa3\xed\xa0\x80"),
    "invalid UTF-8": with_value(b"\xa1\xff"),
    "unknown extension": with_value(msgpack.packb(msgpack.ExtType(9, b""))),
    "lists nested deeply": with_value(b"\x91" * 60_000),
    "a list of 2^32 - 1": with_value(b"\xdd\xff\xff\xff\xff"),
    "text of 2^32 - 1": with_value(b"\xdb\xff\xff\xff\xff"),
    "tuple of a number": with_value(msgpack.packb(msgpack.ExtType(TUPLE, b"\x01"))),
    "ref that is negative": with_value(msgpack.packb(msgpack.ExtType(REF, b"\x92\xff\xa0"))),
    "ref of too few fields": with_value(msgpack.packb(msgpack.ExtType(REF, b"\x91\x01"))),
    "unknown dtype": with_array("complex64", [1], 0, 8, None, body=bytes(8)),
    "dtype that is a list": with_array([], [1], 0, 8, None, body=bytes(8)),
    "dtype that torch knows as a function": with_array("load", [1], 0, 8, None, body=bytes(8)),
    "rank 10^4": with_array("uint8", [1] * 10_000, 0, 1, None, body=bytes(1)),
    "negative size": with_array("uint8", [-1, -2], 0, 2, None, body=bytes(2)),
    "size that is a float": with_array("uint8", [2.0], 0, 2, None, body=bytes(2)),
    "size that is a bool": with_array("uint8", [True], 0, 1, None, body=bytes(1)),
    "shape that is a number": with_array("uint8", 2, 0, 2, None, body=bytes(2)),
    "product that overflows to 0": with_array("uint8", [2**32, 2**32], 0, 0, None),
    "product that overflows to 2": with_array("uint8", [2**63 + 1, 2], 0, 2, None, body=bytes(2)),
    "shape larger than its bytes": with_array("uint8", [3], 0, 2, None, body=bytes(2)),
    "shape smaller than its bytes": with_array("uint8", [1], 0, 2, None, body=bytes(2)),
    "bytes beyond the body": with_array("uint8", [4], 0, 4, None, body=bytes(2)),
    "negative offset": with_array("uint8", [2], -1, 2, None, body=bytes(2)),
    "offset beyond the body": with_array("uint8", [0], 5, 0, None, body=bytes(2)),
    "body that nobody wants": sealed(msgpack.packb({}), b"ab"),
    "ref of a tensor that is text": with_array("uint8", [2], 0, 2, "x", body=bytes(2)),
    "too few fields": with_array("uint8", [2], body=bytes(2)),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_frame_is_refused(name: str) -> None:
    with pytest.raises(WireError):
        read(MALFORMED[name])


def test_rank_of_a_million_is_refused() -> None:
    frame = with_array("uint8", [1] * 10**6, 0, 1, None, body=bytes(1))
    start = wire.PREFIX_SIZE
    with pytest.raises(WireError):
        wire.decode(wire.read_prefix(frame[:start], Caps()), frame[start:])


def test_tuples_nested_deeply_are_refused() -> None:
    packed = b"\xc0"
    for _ in range(wire.MAX_DEPTH + 2):
        packed = msgpack.packb(msgpack.ExtType(TUPLE, b"\x91" + packed))
    with pytest.raises(WireError):
        read(with_value(packed))


def test_two_tensors_cannot_claim_the_same_bytes() -> None:
    one = msgpack.ExtType(ARRAY, msgpack.packb(["uint8", [2], 0, 2, None]))
    with pytest.raises(WireError):
        read(sealed(msgpack.packb({"v": [one] * 4000}), b"ab"))


def test_more_tensors_than_the_most_are_refused() -> None:
    empty = msgpack.ExtType(ARRAY, msgpack.packb(["uint8", [0], 0, 0, None]))
    with pytest.raises(WireError):
        read(sealed(msgpack.packb({"v": [empty] * (wire.MAX_ARRAYS + 1)})))


@pytest.mark.parametrize("lengths", [(0, 2**60), (2**31, 0), (CAPS.header + 1, 0)])
def test_a_frame_that_announces_too_much_is_refused_before_it_is_read(
    lengths: tuple[int, int],
) -> None:
    asked: list[int] = []

    def take(count: int) -> bytes:
        asked.append(count)
        return prefix_of(*lengths)

    with pytest.raises(WireError):
        wire.receive(take, CAPS)
    assert asked == [wire.PREFIX_SIZE]


def known(value: Any) -> bool:
    """Whether a value is of the types that messages are made of."""
    if isinstance(value, dict):
        return all(isinstance(key, (str, bytes)) and known(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(known, value))
    return value is None or isinstance(value, (bool, int, float, str, bytes, Array, Ref))


def survives(frame: bytes) -> bool:
    """Whether a frame is refused as it should be, or decodes to what messages are made of."""
    try:
        return known(read(frame))
    except WireError:
        return True


@given(messages, st.data())
def test_a_mutated_frame_is_refused_or_decodes(
    message: dict[str, Any], data: st.DataObject
) -> None:
    frame = bytearray(wire.encode(message))
    for _ in range(data.draw(st.integers(1, 3))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    assert survives(bytes(frame))


@given(messages, st.data())
def test_a_mutated_header_with_the_right_checksum_is_refused_or_decodes(
    message: dict[str, Any], data: st.DataObject
) -> None:
    frame = wire.encode(message)
    prefix = wire.read_prefix(frame[: wire.PREFIX_SIZE], CAPS)
    header = bytearray(frame[wire.PREFIX_SIZE :][: prefix.header])
    body = frame[wire.PREFIX_SIZE + prefix.header :]
    for _ in range(data.draw(st.integers(1, 3))):
        header[data.draw(st.integers(0, len(header) - 1))] = data.draw(st.integers(0, 255))
    assert survives(sealed(bytes(header), body))


@given(st.binary(max_size=200))
def test_any_bytes_as_a_header_are_refused_or_decode(header: bytes) -> None:
    assert survives(sealed(header))


def test_a_time_of_msgpacks_own_arrives_as_a_number() -> None:
    assert read(with_value(msgpack.packb(msgpack.Timestamp(1, 0)))) == {"v": 1.0}


def test_a_list_that_says_to_be_long_takes_no_memory() -> None:
    frame = with_value((b"\xdd" + struct.pack("!I", 1 << 15)) * 200 + bytes(1 << 15))
    tracemalloc.start()
    assert survives(frame)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_what_is_refused_is_shown_shortened() -> None:
    with pytest.raises(WireError) as caught:
        read(with_array("x" * 50_000, [1], 0, 8, None, body=bytes(8)))
    assert len(str(caught.value)) < 200


def test_a_type_whose_name_is_no_text_is_refused() -> None:
    with pytest.raises(WireError):
        read(with_value(msgpack.packb(msgpack.ExtType(REF, msgpack.packb([1, ["x"]])))))


@pytest.mark.parametrize("value", ["x" * CAPS.header, Array("uint8", (70_000,), bytes(70_000))])
def test_what_the_other_side_would_refuse_is_not_sent(value: Any) -> None:
    with pytest.raises(WireError):
        wire.encode({"v": value}, CAPS)
