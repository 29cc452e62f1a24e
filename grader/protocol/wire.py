"""Frames between the host and the worker: a msgpack header and raw tensor bytes.

A frame is a fixed prefix (magic, version, length of the header, length of the body, CRC-32 of
both), the header and the body. The header is a map of plain values; tensors stand in it as
extension types that point into the body. Nothing is ever unpickled, no length is believed before
it has been compared with its cap, and this module does not know torch: what arrives is an
`Array` of a known dtype and a checked shape, and nothing more.
"""

from __future__ import annotations

import math
import reprlib
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgpack

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAGIC = b"GRDR"
VERSION = 1
MAX_RANK = 16
MAX_ARRAYS = 4096
MAX_DEPTH = 64  # tuples in tuples; each level copies what it holds

ITEM_SIZES: Mapping[str, int] = {
    "float64": 8,
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "int64": 8,
    "int32": 4,
    "int16": 2,
    "int8": 1,
    "uint8": 1,
    "bool": 1,
}
"""The dtypes that cross, by their torch names, with their bytes an element."""

Message = dict[str, Any]

_PREFIX = struct.Struct("!4sBxxxIQI")
PREFIX_SIZE = _PREFIX.size
_ARRAY, _TUPLE, _REF = 1, 2, 3


class WireError(Exception):
    """What arrived is not a frame, or not one that we accept."""


class FrameTooLargeError(WireError):
    """A frame says that it is larger than its caps."""


@dataclass(frozen=True)
class Caps:
    """The most bytes that a header and a body may have."""

    header: int = 1 << 20
    body: int = 64 << 20


@dataclass(frozen=True)
class Array:
    """A dense tensor as bytes: C order, little endian, `shape` of any rank up to `MAX_RANK`.

    `ref` names the tensor that the worker keeps for it: in a reply the tensor itself (to call
    `backward` on), in a request the leaf that will collect a gradient.
    """

    dtype: str
    shape: tuple[int, ...]
    data: bytes
    ref: int | None = None


@dataclass(frozen=True)
class Ref:
    """An object that stays in the worker, and the name of its type."""

    id: int
    type: str = ""


@dataclass(frozen=True)
class Prefix:
    """The lengths in bytes that a frame announces, and its checksum."""

    header: int
    body: int
    checksum: int


def encode(message: Mapping[str, Any], caps: Caps | None = None) -> bytes:
    """Return the frame for a message of None, bool, int, float, str, bytes, list, tuple, dict,
    `Array` and `Ref`. Raises WireError for anything else, for integers beyond 64 bits and for
    what is larger than the caps.
    """  # noqa: D205 - one sentence
    return b"".join(parts(message, caps))


def parts(message: Mapping[str, Any], caps: Caps | None = None) -> tuple[bytes, bytes]:
    """Return what `encode` does in two, the body apart: a notebook's megabytes are not copied."""
    body: list[bytes] = []
    try:
        header = _pack(message, body)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise WireError(f"this cannot be sent: {error}") from error
    data = b"".join(body)
    if caps is not None:
        _compare(len(header), len(data), caps)
    checksum = zlib.crc32(data, zlib.crc32(header))
    return _PREFIX.pack(MAGIC, VERSION, len(header), len(data), checksum) + header, data


def read_prefix(data: bytes, caps: Caps) -> Prefix:
    """Check the first `PREFIX_SIZE` bytes of a frame. Raises WireError."""
    if len(data) != PREFIX_SIZE:
        raise WireError("a frame was cut short")
    magic, version, header, body, checksum = _PREFIX.unpack(data)
    if magic != MAGIC or version != VERSION:
        raise WireError("this is not a frame of this version")
    _compare(header, body, caps)
    return Prefix(header, body, checksum)


def decode(prefix: Prefix, data: bytes) -> Message:
    """Return the message of a frame's header and body together. Raises WireError."""
    if len(data) != prefix.header + prefix.body or zlib.crc32(data) != prefix.checksum:
        raise WireError("a frame arrived damaged")
    body = _Body(memoryview(data)[prefix.header :])
    try:
        message = _unpack(data[: prefix.header], body)
    except WireError:
        raise
    except (ValueError, TypeError, OverflowError, RecursionError, msgpack.UnpackException) as error:
        raise WireError(f"a frame's header is malformed: {error}") from error
    if not isinstance(message, dict):
        raise WireError("a frame's header is not a map")
    if body.used != prefix.body:
        raise WireError("a frame's body holds more than its header says")
    return message


def receive(read: Callable[[int], bytes], caps: Caps) -> Message:
    """Read one frame through `read(n)`, which returns exactly n bytes. Raises WireError."""
    prefix = read_prefix(read(PREFIX_SIZE), caps)
    return decode(prefix, read(prefix.header + prefix.body))


def _compare(header: int, body: int, caps: Caps) -> None:
    if header > caps.header or body > caps.body:
        raise FrameTooLargeError(f"a frame of {header + body} bytes is larger than allowed")


def _pack(value: Any, body: list[bytes]) -> bytes:
    def extension(item: Any) -> msgpack.ExtType:
        if isinstance(item, tuple):
            return msgpack.ExtType(_TUPLE, _pack(list(item), body))
        if isinstance(item, Ref):
            return msgpack.ExtType(_REF, msgpack.packb([item.id, item.type]))
        if isinstance(item, Array):
            offset = sum(map(len, body))
            body.append(item.data)
            fields = [item.dtype, list(item.shape), offset, len(item.data), item.ref]
            return msgpack.ExtType(_ARRAY, msgpack.packb(fields))
        raise TypeError(f"a {type(item).__name__}")

    packed: bytes = msgpack.packb(value, default=extension, strict_types=True)
    return packed


@dataclass
class _Body:
    """A frame's body, of which tensors take one stretch after another, so that none is copied
    twice.
    """  # noqa: D205 - one sentence

    data: memoryview
    used: int = 0
    arrays: int = 0

    def array(self, fields: Any) -> Array:
        """Return the next tensor. Raises WireError, ValueError and TypeError."""
        dtype, shape, offset, size, ref = fields
        self.arrays += 1
        if self.arrays > MAX_ARRAYS:
            raise WireError("too many tensors in one frame")
        if not isinstance(dtype, str) or dtype not in ITEM_SIZES:
            raise WireError(f"tensors of dtype {reprlib.repr(dtype)} are not accepted")
        if len(shape) > MAX_RANK:
            raise WireError(f"a tensor of {len(shape)} dimensions is not accepted")
        sizes = tuple(_natural(length) for length in shape)
        start, end = _natural(offset), _natural(offset) + _natural(size)
        if start != self.used or end > len(self.data):
            raise WireError("a tensor's bytes are not where they should be")
        if math.prod(sizes) * ITEM_SIZES[dtype] != end - start:
            raise WireError("a tensor's shape and its bytes disagree")
        self.used = end
        return Array(
            dtype, sizes, bytes(self.data[start:end]), None if ref is None else _natural(ref)
        )


def _unpack(header: bytes, body: _Body, depth: int = 0) -> Any:
    if depth > MAX_DEPTH:
        raise WireError("a frame's header is nested too deeply")

    def extension(code: int, data: bytes) -> Any:
        if code == _TUPLE:
            return tuple(_unpack(data, body, depth + 1))
        if code == _REF:
            number, name = _plain(data)
            if not isinstance(name, str):
                raise WireError("the name of a type is not text")
            return Ref(_natural(number), name)
        if code == _ARRAY:
            return body.array(_plain(data))
        raise WireError(f"an unknown extension type, {code}")

    return _plain(header, extension)


def _plain(packed: bytes, extension: Callable[[int, bytes], Any] = msgpack.ExtType) -> Any:
    """Return what msgpack's bytes hold.

    They are gone through once before: msgpack makes a list as long as it says to be, and only then
    looks for what is in it.
    """
    unpacker = msgpack.Unpacker(max_buffer_size=len(packed) or 1)
    unpacker.feed(packed)
    unpacker.skip()
    # msgpack keeps its own times from `ext_hook`: they become plain numbers.
    return msgpack.unpackb(packed, ext_hook=extension, strict_map_key=True, timestamp=1)


def _natural(number: Any) -> int:
    if type(number) is not int or number < 0:
        raise WireError(f"{reprlib.repr(number)} is not a size")
    return number
