"""An equation's Python as a person reads it: `torch.sigmoid(a) * (1 - b)` is `σ(a) ⊙ (1 − b)`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FUNCTIONS = {"sigmoid": "σ", "square": "²", "sqrt": "√"}
_BINARY: dict[type[ast.operator], tuple[int, str]] = {
    ast.Add: (1, " + "),
    ast.Sub: (1, " − "),
    ast.Mult: (2, " ⊙ "),
    ast.Div: (2, " / "),
    ast.MatMult: (2, " "),
    ast.Pow: (4, "^"),
}
_UNARY: dict[type[ast.unaryop], str] = {
    ast.USub: "−",
    ast.UAdd: "+",
    ast.Invert: "¬",
    ast.Not: "¬",
}
_SIGN, _ATOM = 3, 5
MODULES = ("torch", "F", "math")
"""What an attribute of which is a function, and not a method."""
_MARK = "_marked"
"""The attribute of a node whose text is to be marked."""


@dataclass(frozen=True)
class Shown:
    """An equation's text, and from where to where it was changed (equal: nowhere)."""

    text: str
    start: int = 0
    end: int = 0

    def after(self, before: str) -> Shown:
        """Return it with something written before it."""
        return Shown(before + self.text, self.start + len(before), self.end + len(before))

    @property
    def marked(self) -> str:
        """The part of the text that was changed."""
        return self.text[self.start : self.end]


def mark(node: ast.expr) -> ast.expr:
    """Say that this node is what was changed; return it."""
    setattr(node, _MARK, True)
    return node


def write(expression: ast.expr, symbols: Mapping[str, str] | None = None) -> Shown:
    """Return how a person writes an expression; `symbols` has what names are called there."""
    pieces = _Writer(symbols or {})
    text = pieces.text(expression, 0)
    start, end = text.find(_Writer.OPEN), text.find(_Writer.SHUT)
    clean = text.replace(_Writer.OPEN, "").replace(_Writer.SHUT, "")
    return Shown(clean, start, end - 1) if start >= 0 else Shown(clean)


class _Writer:
    """Writes expressions, with a sign before and after the one that is marked."""

    OPEN, SHUT = "\x02", "\x03"

    def __init__(self, symbols: Mapping[str, str]) -> None:
        self._symbols = symbols

    def text(self, node: ast.expr, outer: int) -> str:
        """Return the text of a node that stands in one of precedence `outer`."""
        symbol = self._symbols.get(ast.unparse(node))
        inner, text = (self._level(symbol), symbol) if symbol else self._bare(node)
        text = f"({text})" if inner < outer else text
        hidden = ast.walk(node) if symbol else (node,)
        marked = any(getattr(one, _MARK, False) for one in hidden)
        return f"{self.OPEN}{text}{self.SHUT}" if marked else text

    def _level(self, symbol: str) -> int:
        return 1 if " + " in symbol or " − " in symbol else _ATOM

    def _bare(self, node: ast.expr) -> tuple[int, str]:  # noqa: C901, PLR0911 - a line a kind
        match node:
            case ast.BinOp(left, ast.Mult(), right) if _is_number(left) or _is_number(right):
                return 2, f"{self.text(left, 2)}·{self.text(right, 3)}"
            case ast.BinOp(left, op, right) if type(op) in _BINARY:
                level, sign = _BINARY[type(op)]
                return level, f"{self.text(left, level)}{sign}{self.text(right, level + 1)}"
            case ast.UnaryOp(op, operand) if type(op) in _UNARY:
                return _SIGN, f"{_UNARY[type(op)]}{self.text(operand, _SIGN)}"
            case ast.Name(id=name):
                return _ATOM, _FUNCTIONS.get(name, name)
            case ast.Attribute(value, "T"):
                return _ATOM, f"{self.text(value, _ATOM)}ᵀ"
            case ast.Attribute(ast.Name(id=name), attribute) if name in self._symbols:
                return _ATOM, f"{self._symbols[name]}.{attribute}"
            case ast.Call():
                return _ATOM, self._call(node)
            case ast.Subscript(value, index):
                return _ATOM, f"{self.text(value, _ATOM)}[{self._index(index)}]"
            case ast.Tuple(elts=items) | ast.List(elts=items):
                return _ATOM, f"({self._items(items)})"
            case ast.Compare(left, [_], [right]):
                sign = ast.unparse(node)[len(ast.unparse(left)) :].split()[0]
                return 0, f"{self.text(left, 1)} {sign} {self.text(right, 1)}"
            case _:
                return _ATOM, ast.unparse(node).replace("-", "−")

    def _call(self, node: ast.Call) -> str:
        """Write a call; of a method, its object is the first of what the function is given."""
        given: list[ast.expr] = list(node.args)
        match node.func:
            case ast.Attribute(ast.Name(id=module), name) if module in MODULES:
                called = _FUNCTIONS.get(name, name)
            case ast.Attribute(value, name):
                called, given = _FUNCTIONS.get(name, name), [value, *given]
            case function:
                called = self.text(function, _ATOM)
        named = [f"{word.arg}={self.text(word.value, 0)}" for word in node.keywords]
        return f"{called}({', '.join([self._items(given), *named] if given else named)})"

    def _items(self, items: Sequence[ast.expr]) -> str:
        return ", ".join(self.text(item, 0) for item in items)

    def _index(self, node: ast.expr) -> str:
        if isinstance(node, ast.Tuple):
            return ", ".join(map(self._index, node.elts))
        if isinstance(node, ast.Slice):
            ends = (self.text(end, 0) if end else "" for end in (node.lower, node.upper))
            return ":".join(ends)
        return self.text(node, 0)


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float))
