"""What a definition takes and gives, by kind: its shape in letters, how it is drawn and compared.

    Float("B T M")           numbers of this shape
    Float("B H", state=True) the same; its scale is drawn apart, and may be 0
    Bool("B T", rows="some") a mask; each row has at least one True
    Int("B", below="V")      integers from 0, tokens say
    Flag()                   True or False, no tensor
    One(0.01, 0.5)           one of these values: a number, a string, None for not given
    Size("K")                a number that is this size: how many steps, a width
    Float("B", kinks=(0.0,)) numbers that keep off these, where a slope jumps
    Many(Float("B N"), "T")  a list of T of them
    Many(Float("B H"), "2", together=True)  a tuple of two, as (h, c)
    Worked(Float("T B H"), f) one that follows from the others: f of the case gives it
    Lengths("B", "T")        lengths of sequences of up to T steps: 1 and T are among them
    Padded(Float("B T D"), "n")  numbers with ±1e3 beyond the lengths n, or out of the mask n

A size is a letter, a number or a sum or product of these: "B 2*H", "B E+H".
"""

from __future__ import annotations

import ast
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.checks.strategies import Stream

    Sizes = Mapping[str, int]

_OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
}

FILL = 1e3
"""What padding is filled with, with both signs: large, and no NaN, which 0 does not silence."""


class Kind(Protocol):
    """A kind of value. `optional` is whether None may stand in its place."""

    @property
    def optional(self) -> bool:
        """Whether it may be left out."""

    @property
    def letters(self) -> frozenset[str]:
        """The letters in its shape."""

    def draw(self, sizes: Sizes, stream: Stream) -> Any:
        """Return a value from a stream of numbers."""

    def form(self, sizes: Sizes) -> tuple[int, ...] | None:
        """Return the shape of its tensor; None where it is no tensor."""


@dataclass(frozen=True)
class Float:
    """A tensor of numbers, float32 or float64.

    They are drawn evenly `between` two, if these are given; none is nearer than 1e-3 to one of the
    `kinks`.
    """

    shape: str = ""
    state: bool = False
    optional: bool = False
    between: tuple[float, float] | None = None
    kinks: tuple[float, ...] = ()

    @property
    def letters(self) -> frozenset[str]:
        """The letters in its shape."""
        return letters(self.shape)

    def draw(self, sizes: Sizes, stream: Stream) -> torch.Tensor:
        """Return numbers of a stream, in float64."""
        shape = shaped(self.shape, sizes)
        if self.between:
            low, high = self.between
            even = torch.rand(shape, generator=stream.generator, dtype=torch.float64)
            drawn = low + (high - low) * even
        else:
            drawn = stream.states(*shape) if self.state else stream.weights(*shape)
        for kink in self.kinks:
            aside = kink + _ASIDE * torch.where(drawn < kink, -1.0, 1.0).to(drawn.dtype)
            drawn = torch.where((drawn - kink).abs() < _ASIDE, aside, drawn)
        return drawn

    def form(self, sizes: Sizes) -> tuple[int, ...]:
        """Return its shape."""
        return shaped(self.shape, sizes)


@dataclass(frozen=True)
class Bool:
    """A mask. `rows`, along the last size: "any", some without a True; "some", a True in each;
    "prefix", True up to some length from 1.
    """  # noqa: D205 - one sentence

    shape: str = ""
    rows: str = "any"
    optional: bool = False

    @property
    def letters(self) -> frozenset[str]:
        """The letters in its shape."""
        return letters(self.shape)

    def draw(self, sizes: Sizes, stream: Stream) -> torch.Tensor:
        """Return a mask of bools."""
        shape = shaped(self.shape, sizes)
        drawn = torch.rand(shape, generator=stream.generator) < _SHARE
        if self.rows == "any" or not shape:
            kept = torch.rand((*shape[:-1], 1), generator=stream.generator) > _EMPTY
            return drawn & kept if shape else drawn
        last = torch.arange(shape[-1])
        chosen = torch.randint(shape[-1], (*shape[:-1], 1), generator=stream.generator)
        return last <= chosen if self.rows == "prefix" else drawn | (last == chosen)

    def form(self, sizes: Sizes) -> tuple[int, ...]:
        """Return its shape."""
        return shaped(self.shape, sizes)


_ASIDE = 1e-3  # how far numbers stay from a kink
_SHARE = 0.6  # of True in a mask
_EMPTY = 0.25  # of the rows of a mask that may be so


@dataclass(frozen=True)
class Int:
    """A tensor of int64 from `least` to under `below`, which may be a letter."""

    shape: str = ""
    below: str | int = 10
    least: int = 0
    optional: bool = False

    @property
    def letters(self) -> frozenset[str]:
        """The letters in its shape and in its bound."""
        return letters(self.shape) | letters(str(self.below))

    def draw(self, sizes: Sizes, stream: Stream) -> torch.Tensor:
        """Return integers."""
        most = max(size(str(self.below), sizes), self.least + 1)
        shape = shaped(self.shape, sizes)
        return torch.randint(self.least, most, shape, generator=stream.generator)

    def form(self, sizes: Sizes) -> tuple[int, ...]:
        """Return its shape."""
        return shaped(self.shape, sizes)


@dataclass(frozen=True)
class Lengths:
    """Lengths of sequences, int64 of one axis, from 1 to `most`, in any order.

    `most` is among them, and 1 too unless there is one alone. None are alike if `distinct`: then
    there must not be more of them than `most`.
    """

    shape: str
    most: str
    distinct: bool = False
    optional: bool = False

    @property
    def letters(self) -> frozenset[str]:
        """The letters in its shape and in the largest length."""
        return letters(self.shape) | letters(self.most)

    def draw(self, sizes: Sizes, stream: Stream) -> torch.Tensor:
        """Return lengths."""
        (count,), most = shaped(self.shape, sizes), size(self.most, sizes)
        if self.distinct:
            others = torch.randperm(max(most - 2, 0), generator=stream.generator) + 2
        else:
            others = torch.randint(1, most + 1, (count,), generator=stream.generator)
        drawn = torch.cat([torch.tensor([most, 1]), others])[:count]
        return drawn[torch.randperm(count, generator=stream.generator)]

    def form(self, sizes: Sizes) -> tuple[int, ...]:
        """Return its shape."""
        return shaped(self.shape, sizes)


@dataclass(frozen=True)
class Flag:
    """True or False."""

    optional: bool = False
    letters: frozenset[str] = frozenset()

    def draw(self, sizes: Sizes, stream: Stream) -> bool:  # noqa: ARG002 - as every kind
        """Return one of the two."""
        return bool(torch.randint(2, (), generator=stream.generator))

    def form(self, sizes: Sizes) -> None:  # noqa: ARG002 - as every kind
        """Return nothing: it is no tensor."""
        return


@dataclass(frozen=True, init=False)
class One:
    """One of some values, as they are: a number, a string, None."""

    values: tuple[float | str | None, ...]
    optional: bool
    letters: frozenset[str] = frozenset()

    def __init__(self, *values: float | str | None, optional: bool = False) -> None:
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "optional", optional)

    def draw(self, sizes: Sizes, stream: Stream) -> float | str | None:  # noqa: ARG002 - as every kind
        """Return one of them."""
        return self.values[int(torch.randint(len(self.values), (), generator=stream.generator))]

    def form(self, sizes: Sizes) -> None:  # noqa: ARG002 - as every kind
        """Return nothing: it is no tensor."""
        return


@dataclass(frozen=True)
class Size:
    """A number that is a size, as whoever calls a function says how many steps there are."""

    text: str
    optional: bool = False

    @property
    def letters(self) -> frozenset[str]:
        """The letters in it."""
        return letters(self.text)

    def draw(self, sizes: Sizes, stream: Stream) -> int:  # noqa: ARG002 - as every kind
        """Return the size."""
        return size(self.text, sizes)

    def form(self, sizes: Sizes) -> None:  # noqa: ARG002 - as every kind
        """Return nothing: it is no tensor."""
        return


@dataclass(frozen=True)
class Many:
    """A list of as many values of one kind as a size says; a tuple, if they go `together`."""

    kind: Kind
    count: str
    optional: bool = False
    together: bool = False

    @property
    def letters(self) -> frozenset[str]:
        """The letters of its kind, and in the count."""
        return self.kind.letters | letters(self.count)

    def draw(self, sizes: Sizes, stream: Stream) -> list[Any] | tuple[Any, ...]:
        """Return a list, or a tuple."""
        drawn = [self.kind.draw(sizes, stream) for _ in range(size(self.count, sizes))]
        return tuple(drawn) if self.together else drawn

    def form(self, sizes: Sizes) -> None:  # noqa: ARG002 - as every kind
        """Return nothing: it is no tensor."""
        return


@dataclass(frozen=True)
class Worked:
    """A value of a kind that follows from all else in a case: `work` gives it."""

    kind: Kind
    work: Callable[[Any], Any]
    optional: bool = False

    @property
    def letters(self) -> frozenset[str]:
        """The letters of its kind."""
        return self.kind.letters

    def draw(self, sizes: Sizes, stream: Stream) -> Any:
        """Return a value of the kind, until all else is known."""
        return self.kind.draw(sizes, stream)

    def form(self, sizes: Sizes) -> tuple[int, ...] | None:
        """Return the shape of its tensor."""
        return self.kind.form(sizes)

    def named(self, name: str) -> Callable[[Any], Any]:  # noqa: ARG002 - some need theirs
        """Return what works it out of a case in which it has this name."""
        return self.work


@dataclass(frozen=True, init=False)
class Padded(Worked):
    """A tensor (B, T, …) of a kind with `fill`, of both signs, where there are no data: beyond the
    lengths (B,), or out of the mask (B, T), that is the input `by`.
    """  # noqa: D205 - one sentence

    by: str = ""
    fill: float = FILL

    def __init__(self, kind: Kind, by: str, fill: float = FILL, *, optional: bool = False) -> None:
        super().__init__(kind, lambda case: case, optional)
        object.__setattr__(self, "by", by)
        object.__setattr__(self, "fill", fill)

    def named(self, name: str) -> Callable[[Any], Any]:
        """Return what fills it."""
        return lambda case: filled(case.inputs[name], case.inputs[self.by], self.fill)


def filled(x: torch.Tensor, by: torch.Tensor, fill: float = FILL) -> torch.Tensor:
    """Return x, (B, T, …), with ±fill beyond lengths (B,), or where a mask (B, T) is False."""
    is_mask = by.dtype is torch.bool
    real = by if is_mask else torch.arange(x.shape[1]) < by[:, None]
    signs = 1.0 - 2.0 * torch.arange(x.numel(), dtype=x.dtype).remainder(2).reshape(x.shape)
    return torch.where(real.reshape(*real.shape, *[1] * (x.ndim - 2)), x, fill * signs)


def shaped(shape: str, sizes: Sizes) -> tuple[int, ...]:
    """Return a shape in letters as numbers. Raises KeyError for a letter without a size."""
    return tuple(size(piece, sizes) for piece in shape.split())


def size(text: str, sizes: Sizes) -> int:
    """Return what a size such as `2*H` is. Raises KeyError, and ValueError for what is none."""
    try:
        return _size(ast.parse(text, mode="eval").body, sizes)
    except SyntaxError as error:
        raise ValueError(f"{text!r} is no size: use letters, numbers, + - * //") from error


def letters(text: str) -> frozenset[str]:
    """Return the letters in a shape, or in sizes. Raises ValueError for what is no size."""
    found: set[str] = set()
    for piece in text.split():
        size(piece, _Noting(found))
    return frozenset(found)


class _Noting(dict[str, int]):
    """Sizes of 1 that note which were asked for."""

    def __init__(self, found: set[str]) -> None:
        super().__init__()
        self.found = found

    def __missing__(self, key: str) -> int:
        self.found.add(key)
        return 1


def _size(node: ast.AST, sizes: Sizes) -> int:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.Name(id=name):
            return sizes[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_size(left, sizes), _size(right, sizes))
    raise ValueError(f"{ast.unparse(node)!r} is no size: use letters, numbers, + - * //")
