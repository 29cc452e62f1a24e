"""What an expression may stand for, when code is read but not run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

    from grader.worker.analysis.folding import Constant


@dataclass(frozen=True)
class Path:
    """Something that the student did not write, by its dotted name: `torch.nn.LSTM`."""

    dotted: str


@dataclass(frozen=True, eq=False)
class Function:
    """A function that the student wrote: the expressions that it may return."""

    results: tuple[ast.expr, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """A dictionary that is written out: its keys and what they stand for."""

    pairs: tuple[tuple[Value, Value], ...]


@dataclass(frozen=True)
class Getter:
    """What `operator.attrgetter("a.b")` gives."""

    name: str


# None stands for an element that is not known.
Value: TypeAlias = "str | bytes | int | tuple[Any, ...] | Path | Function | Table | Getter | None"


def elements(value: Value, index: Value = None) -> Sequence[Value]:
    """Return what a collection holds: all of it, or what stands at an index."""
    if isinstance(value, Table):
        return [one for key, one in value.pairs if index is None or key == index]
    if isinstance(value, (tuple, str)) and isinstance(index, int):
        return value[index : index + 1 or None]
    return value if isinstance(value, (tuple, str, bytes)) and index is None else ()


def constant(value: Value) -> Constant:
    """Return a constant as it is; for what is none, a tuple of nothing known."""
    return value if isinstance(value, (str, bytes, int, tuple)) else (None,)


def some(value: Constant | None) -> Sequence[Value]:
    """Return a list of the value, empty if there is none."""
    return [] if value is None else [value]
