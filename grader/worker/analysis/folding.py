"""Texts that are spelled by an expression: `"LS" + "TM"`, `"MTSL"[::-1]`, `chr(76) + …`.

Only harmless functions are called, and only where the result cannot grow large.
"""

from __future__ import annotations

import ast
import base64
import binascii
import codecs
import inspect
import math
import re
import textwrap
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Constant: TypeAlias = str | bytes | int | tuple[Any, ...]

_LARGEST = 1_000_000  # characters
_MOST_PARTS = 10_000
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "builtins.chr": chr,
    "builtins.str": str,
    "builtins.bytes": lambda value, *_: bytes(value) if isinstance(value, tuple) else b"",
    "builtins.bytearray": lambda value, *_: bytes(value) if isinstance(value, tuple) else b"",
    "builtins.bytes.fromhex": bytes.fromhex,
    "builtins.tuple": tuple,
    "builtins.list": tuple,
    "builtins.reversed": lambda value: tuple(reversed(value)),
    "builtins.sorted": lambda value: tuple(sorted(value)),
    "base64.b64decode": base64.b64decode,
    "base64.urlsafe_b64decode": base64.urlsafe_b64decode,
    "base64.b32decode": base64.b32decode,
    "base64.b16decode": base64.b16decode,
    "base64.a85decode": base64.a85decode,
    "base64.b85decode": base64.b85decode,
    "binascii.a2b_base64": binascii.a2b_base64,
    "binascii.unhexlify": binascii.unhexlify,
    "inspect.cleandoc": inspect.cleandoc,
    "textwrap.dedent": textwrap.dedent,
}
_METHODS = frozenset(
    {
        *("capitalize", "casefold", "lower", "swapcase", "title", "upper"),
        *("lstrip", "removeprefix", "removesuffix", "rstrip", "strip"),
        *("decode", "encode", "format", "hex", "join", "replace", "split"),
    }
)
_TEXT_CODECS = frozenset({"rot13", "rot_13", "utf-8", "utf8", "ascii", "latin-1", "hex", "base64"})


def call(function: str, arguments: Sequence[Constant]) -> Constant | None:
    """Return what a known function of Python's gives, None where it is not known or fails."""
    if function == "codecs.decode" and len(arguments) > 1 and arguments[1] in _TEXT_CODECS:
        return _try(lambda value, codec, *_: codecs.decode(value, codec), arguments)
    return _try(_FUNCTIONS[function], arguments) if function in _FUNCTIONS else None


def method(receiver: Constant, name: str, arguments: Sequence[Constant]) -> Constant | None:
    """Return what a method of a text or of bytes gives, None where that cannot be told."""
    function = getattr(receiver, name, None) if isinstance(receiver, (str, bytes)) else None
    if function is None or name not in _METHODS:
        return None
    if name == "format" and ":" in str(receiver):  # a width would make it as long as it says
        return None
    if name in {"encode", "decode"} and not _TEXT_CODECS.issuperset(arguments):
        return None
    return _try(function, arguments, receiver)


def operate(operator: ast.operator, left: Constant, right: Constant) -> Constant | None:
    """Return what an operator gives, None where that cannot be told."""
    one: Any = left  # mypy does not follow that both are of one type
    match operator, left, right:
        case ast.Add(), _, _ if type(left) is type(right):
            return _known(one + right)
        case ast.Mod(), str(), _ if not re.search(r"%[^sdc%]", left):
            return _try(lambda text, value: text % value, (left, right))
        case ast.Mult(), (str() | bytes()), int() if 0 <= len(left) * right < _LARGEST:
            return left * right
        case ((ast.Sub() | ast.BitXor()), int(), int()):
            return left - right if isinstance(operator, ast.Sub) else left ^ right
    return None


def cut(value: Constant, part: slice) -> Constant | None:
    """Return a slice of a text, of bytes or of a tuple."""
    return None if isinstance(value, int) else _try(lambda: value[part], ())


def joined(parts: Sequence[object]) -> str:
    """Return the text of an f-string's parts."""
    texts = [str(part) for part in parts]
    return "".join(texts) if sum(map(len, texts)) <= _LARGEST else ""


def small(value: object) -> bool:
    """Whether a value, and all that it holds, is of a size that is worth following."""
    left, stack = _MOST_PARTS, [value]
    while stack and left:
        left -= 1
        part = stack.pop()
        if isinstance(part, tuple):
            stack += part[: left + 1]
        elif isinstance(part, (str, bytes)) and len(part) > _LARGEST:
            return False
    return not stack


def _try(
    function: Callable[..., Any], arguments: Sequence[Constant], receiver: Constant = ""
) -> Constant | None:
    """Call a function, unless the product of the sizes, which bounds its result's, is large."""
    if math.prod(_size(value) for value in (*arguments, receiver)) > _LARGEST:
        return None
    try:
        return _known(function(*arguments))
    except Exception:  # noqa: BLE001 - whatever may be wrong with the student's expression
        return None


def _known(result: Any) -> Constant | None:
    result = tuple(result) if isinstance(result, (list, bytearray)) else result
    return result if isinstance(result, (str, bytes, int, tuple)) else None


def _size(value: Constant) -> int:
    if isinstance(value, tuple):
        return 1 + sum(_size(one) for one in value)
    return 1 + len(value) if isinstance(value, (str, bytes)) else 1
