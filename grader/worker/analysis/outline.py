"""Where a notebook's definitions and their methods stand, so that people are told by name.

Nobody counts cells: what is told names the definition and its method, and the number that Jupyter
shows beside the cell, where the file holds one.
"""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING, Any

from grader.worker.analysis.statements import DEFINITIONS
from grader.worker.messages import sendable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from grader.worker.analysis.notebook import Cell
    from grader.worker.analysis.statements import Statement

_MOST = 500
_LONGEST_NAME = 100
_DEEPEST = 20  # of bases, and of names given to names
_BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def outline(
    cells: Iterable[Cell], everything: Sequence[Statement], places: Mapping[str, Sequence[int]]
) -> dict[str, Any]:
    """Return where things stand, as the host is told.

    `spans` are the definitions and methods, each its name, cell, first and last line; `methods` the
    cell and line of the methods of what is defined at `places`, by `definition.method`;
    `executions` the pairs of a cell's number and the one that Jupyter shows.
    """
    spans = itertools.islice((span for item in everything for span in _spans(item)), _MOST)
    executions = [[one.number, one.execution] for one in cells if one.execution is not None]
    return {
        "spans": list(spans),
        "methods": dict(itertools.islice(_methods_of_all(everything, places), _MOST)),
        "executions": executions[:_MOST],
    }


def _name(name: Any) -> str:
    return sendable(str(name)[:_LONGEST_NAME])


def _spans(item: Statement) -> Iterator[list[Any]]:
    """Yield the definitions in a statement and in its blocks; of classes the methods too.

    Not a recursive function: a hundred `elif` stand one within another.
    """
    waiting: list[tuple[ast.AST, str]] = [(item.node, "")]
    while waiting:
        node, within = waiting.pop()
        inner: list[ast.AST] = []
        if isinstance(node, DEFINITIONS):
            name = f"{within}{node.name}"[:_LONGEST_NAME]
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            yield [_name(name), item.cell, first, node.end_lineno or node.lineno]
            inner, within = [*(node.body if isinstance(node, ast.ClassDef) else ())], f"{name}."
        elif isinstance(node, _BLOCKS):
            inner = list(ast.iter_child_nodes(node))
        waiting += [(one, within) for one in reversed(inner)]


def _methods_of_all(
    everything: Sequence[Statement], places: Mapping[str, Sequence[int]]
) -> Iterator[tuple[str, list[int]]]:
    """Yield the methods of what is defined at these places, own, inherited and attached ones."""
    at = {(item.cell, item.node.lineno): item for item in everything}
    named = {name: item for item in everything for name in item.binds}  # the last one each
    for name, (cell, line) in places.items():
        if item := at.get((cell, line)):
            found = {**_methods(item, named), **_attached(name, everything, named)}
            yield from ((_name(f"{name}.{method}"), where) for method, where in found.items())


def _methods(
    item: Statement, named: Mapping[str, Statement], seen: frozenset[int] = frozenset()
) -> dict[str, list[int]]:
    """Return the methods of a class that a statement defines, or gives another name to."""
    if item.order in seen or len(seen) > _DEEPEST:
        return {}
    seen |= {item.order}
    found: dict[str, list[int]] = {}
    match item.node:
        case ast.ClassDef(bases=bases, body=body):
            for base in reversed(bases):
                if isinstance(base, ast.Name) and base.id in named:
                    found |= _methods(named[base.id], named, seen)
            own = (one for one in body if isinstance(one, _FUNCTIONS))
            found |= {one.name: [item.cell, one.lineno] for one in own}
        case ast.Assign(value=ast.Name(id=other)) if other in named:
            found = _methods(named[other], named, seen)
    return found


def _attached(
    name: str, everything: Iterable[Statement], named: Mapping[str, Statement]
) -> dict[str, list[int]]:
    """Return the methods that a class gets outside of it, each where its function stands."""
    found: dict[str, list[int]] = {}
    for item in everything:
        for method, value in _given(item.node) if name in item.extends else ():
            where = named.get(value.id, item) if isinstance(value, ast.Name) else item
            found[method] = [where.cell, where.node.lineno]
    return found


def _given(node: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield the attributes that a statement gives to what it extends, each with its value.

    `C.forward = f`, `setattr(C, "forward", f)`, `register(C, forward=f)`; a decorated function is
    its own.
    """
    match node:
        case ast.FunctionDef(name=method):
            yield method, None
        case ast.Assign(targets=[ast.Attribute(attr=method)], value=value):
            yield method, value
        case ast.Expr(ast.Call(args=args, keywords=keywords)):
            yield from ((one.arg, one.value) for one in keywords if one.arg)
            match args:
                case [_, ast.Constant(value=str(method)), value]:
                    yield method, value
