"""A function's body as lines of a notebook cell, its parameters replaced by what it was given.

`notebook[name]` becomes the student's own definition, `notebook.get(…)` a look at the notebook's
globals; what is known beforehand is decided, so that a student reads only what ran.
"""

from __future__ import annotations

import ast
import copy
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SCOPES = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
_UNCLEAR = (
    ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal, ast.ClassDef,
    ast.Import, ast.ImportFrom, ast.ExceptHandler, ast.Match,
)  # fmt: skip
_DECIDABLE = (
    ast.Constant, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip


def can_be(function: ast.FunctionDef) -> bool:
    """Whether a function's body can stand in a cell: it returns at its end or not at all, and no
    function or comprehension in it has a variable of a name that it has itself.
    """  # noqa: D205 - one sentence
    signature = function.args
    if signature.vararg or signature.kwarg:
        return False
    *before, last = function.body
    ending = [last.value] if isinstance(last, ast.Return) and last.value else [last]
    if any(isinstance(node, _UNCLEAR) for part in (*before, *ending) for node in _own(part)):
        return False
    inner = {name for node in ast.walk(function) for name in _of_scope(node, function)}
    return not inner & (set(parameters(function)) | variables(function))


def parameters(function: ast.FunctionDef) -> list[str]:
    """Return the names of a function's parameters."""
    signature = function.args
    return [one.arg for one in (*signature.posonlyargs, *signature.args, *signature.kwonlyargs)]


def defaults(function: ast.FunctionDef) -> dict[str, ast.expr]:
    """Return the values that its parameters have where nothing is given."""
    signature = function.args
    named = [*signature.posonlyargs, *signature.args]
    late = named[len(named) - len(signature.defaults) :]
    pairs = [*zip(late, signature.defaults, strict=True)]
    pairs += [
        (one, value)
        for one, value in zip(signature.kwonlyargs, signature.kw_defaults, strict=True)
        if value is not None
    ]
    return {one.arg: value for one, value in pairs}


def variables(function: ast.FunctionDef) -> set[str]:
    """Return the names that a function binds itself."""
    nodes = [node for part in function.body for node in _own(part)]
    stored = {
        node.id
        for node in nodes
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    return stored | {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


@dataclass
class Body:
    """A function's body while its parameters are replaced."""

    body: list[ast.stmt]
    definitions: set[str] = field(default_factory=set)
    """The student's own names that it uses."""

    def reads(self, name: str) -> bool:
        """Whether the body reads a variable, or a parameter that was not replaced."""
        nodes = (node for part in self.body for node in ast.walk(part))
        names = (node for node in nodes if isinstance(node, ast.Name))
        return any(node.id == name and not hasattr(node, "fixed") for node in names)

    def lines(self, renamed: Mapping[str, str]) -> tuple[list[str], str]:
        """Return the statements, and the expression that it returns ("" for none)."""
        body = [_Renamed(renamed).visit(node) for node in self.body]
        last = body[-1] if body else None
        result = ""
        if isinstance(last, ast.Return):
            result = ast.unparse(last.value) if last.value else ""
            body = body[:-1]
        return [ast.unparse(node) for node in body if not isinstance(node, ast.Pass)], result


def replaced(function: ast.FunctionDef, values: Mapping[str, str]) -> Body:
    """Return the body of a function with some parameters replaced by expressions, as text.

    The first parameter is the notebook.
    """
    made = Body(copy.deepcopy(function.body))
    change = _Replaced(parameters(function)[0], values, made.definitions)
    made.body = _statements(change.visit(node) for node in made.body)
    return made


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and what is in it, but not what is in functions within."""
    yield node
    if not isinstance(node, _SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from _own(child)


def _of_scope(node: ast.AST, function: ast.FunctionDef) -> set[str]:
    """Return the names that a function or comprehension within a function binds."""
    if node is function or not isinstance(node, _SCOPES):
        return set()
    inside = [one for child in ast.iter_child_nodes(node) for one in ast.walk(child)]
    bound = {one.arg for one in inside if isinstance(one, ast.arg)}
    return bound | {
        one.id for one in inside if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)
    }


def _statements(nodes: Any) -> list[ast.stmt]:
    """Return what statements became: each a statement, several, or none."""
    found: list[ast.stmt] = []
    for node in nodes:
        found += node if isinstance(node, list) else [node] if node is not None else []
    return found


class _Replaced(ast.NodeTransformer):
    def __init__(self, notebook: str, values: Mapping[str, str], definitions: set[str]) -> None:
        self.notebook = notebook
        self.values = values
        self.definitions = definitions

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id == self.notebook:
            return _expression("globals()")
        return _expression(self.values[node.id]) if node.id in self.values else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        of_notebook = isinstance(node.value, ast.Name) and node.value.id == self.notebook
        self.generic_visit(node)
        if of_notebook and isinstance(node.slice, ast.Constant):
            name = ast.Name(str(node.slice.value), node.ctx)
            self.definitions.add(name.id)
            return _fixed(name)
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        arguments: list[ast.expr] = []
        for one in node.args:
            spread = isinstance(one, ast.Starred) and isinstance(one.value, (ast.List, ast.Tuple))
            arguments += one.value.elts if spread else [one]  # type: ignore[attr-defined]
        node.args = arguments
        return node

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        decided = _decided(node.test)
        if decided is None:
            node.body = node.body or [ast.Pass()]
            return node
        return node.body if decided else node.orelse

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        decided = _decided(node.test)
        if decided is None:
            return node
        return node.body if decided else node.orelse

    def visit_For(self, node: ast.For) -> ast.For:
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if not hasattr(node, "fixed"):
            node.id = self.names.get(node.id, node.id)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.name = self.names.get(node.name, node.name)
        self.generic_visit(node)
        return node


def _expression(text: str) -> ast.expr:
    """Return an expression of the cell's own, whose names stay as they are."""
    return _fixed(ast.parse(text, mode="eval").body)


def _fixed(node: ast.expr) -> ast.expr:
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            one.fixed = True  # type: ignore[attr-defined]
    return node


def _decided(test: ast.expr) -> bool | None:
    """Return what a condition of constants alone comes to, and None for any other."""
    if not all(isinstance(node, _DECIDABLE) for node in ast.walk(test)):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # `2 is None`: ours has a name there
        code = compile(ast.fix_missing_locations(ast.Expression(test)), "", "eval")
    return bool(eval(code, {"__builtins__": {}}))  # noqa: S307 - constants of ours
