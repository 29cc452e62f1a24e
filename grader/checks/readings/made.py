"""Readings of an equation: its Python with one small change, compiled again."""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from grader.checks.readings.notation import Shown, mark, write
from grader.checks.readings.operators import OPERATORS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from grader.checks.readings.operators import Role


@dataclass(frozen=True)
class Reading:
    """An equation with one small change: `function` takes the names that it uses.

    `equation` is how a person reads it, with what was changed marked; `operator` the kind of slip.
    """

    operator: str
    equation: Shown
    code: str = field(repr=False)
    function: Callable[..., Any] = field(repr=False, compare=False)


def readings_of(
    equation: Callable[..., Any],
    scope: Mapping[str, Role],
    symbols: Mapping[str, str] | None = None,
) -> Iterator[Reading]:
    """Yield what stands one small change away from an equation, each code once.

    `equation` is a function of ours of one expression; `scope` has the names that may stand in
    another's place, whether or not the equation uses them. Different codes may compute the same.
    Raises ValueError for a function that is not one expression.
    """
    right = expression_of(equation)
    known = {*scope, *inspect.signature(equation).parameters}
    seen = {ast.unparse(right)}
    space = {**inspect.getclosurevars(equation).globals, **_closure(equation), "torch": torch}
    for path in _paths(right):
        node = _at(right, path)
        for operator in OPERATORS:
            for new in operator(node, scope):
                changed = _put(copy.deepcopy(right), path, mark(copy.copy(new)))
                code = ast.unparse(changed)
                if code not in seen:
                    seen.add(code)
                    shown = write(changed, symbols)
                    yield Reading(operator.__name__, shown, code, _compile(code, known, space))


def expression_of(function: Callable[..., Any]) -> ast.expr:
    """Return the one expression that a function or a lambda of ours is. Raises ValueError.

    Variables that it sets before it returns are put where they are used.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)).strip().rstrip(","))
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda):
            return node.body
        if isinstance(node, ast.FunctionDef):
            return _returned(node)
    raise ValueError(f"{function.__qualname__} is no function")


def _returned(node: ast.FunctionDef) -> ast.expr:
    known: dict[str, ast.expr] = {}
    for statement in node.body:
        match statement:
            case ast.Expr(ast.Constant()):
                continue
            case ast.Assign([ast.Name(id=name)], value):
                known[name] = _Inlined(known).visit(value)
            case ast.Return(ast.expr() as value):
                shown: ast.expr = _Inlined(known).visit(value)
                return shown
            case _:
                break
    raise ValueError(f"{node.name} is not one expression")


class _Inlined(ast.NodeTransformer):
    def __init__(self, known: Mapping[str, ast.expr]) -> None:
        self._known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self._known.get(node.id, node))


_Path = tuple[tuple[str, int | None], ...]


def _paths(node: ast.AST, before: _Path = ()) -> Iterator[_Path]:
    """Yield the places of the expressions in a tree, the whole first."""
    if isinstance(node, ast.expr):
        yield before
    for name, value in ast.iter_fields(node):
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, (ast.expr, ast.keyword, ast.slice)):
                yield from _paths(child, (*before, (name, index)))


def _at(node: Any, path: _Path) -> Any:
    for name, index in path:
        node = getattr(node, name) if index is None else getattr(node, name)[index]
    return node


def _put(tree: Any, path: _Path, new: ast.expr) -> Any:
    if not path:
        return new
    parent, (name, index) = _at(tree, path[:-1]), path[-1]
    if index is None:
        setattr(parent, name, new)
    else:
        getattr(parent, name)[index] = new
    return tree


def _compile(code: str, known: Collection[str], space: Mapping[str, Any]) -> Callable[..., Any]:
    tree = ast.parse(code, mode="eval")
    used = dict.fromkeys(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    taken = ", ".join(name for name in used if name in known)
    made: Callable[..., Any] = eval(f"lambda {taken}: {code}", dict(space))  # noqa: S307 - ours
    return made


def _closure(function: Callable[..., Any]) -> dict[str, Any]:
    return dict(inspect.getclosurevars(function).nonlocals)
