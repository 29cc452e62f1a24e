"""The statements of a notebook: what each binds, what it needs, and what it changes.

Python's own tables of symbols say so, without running anything.
"""

from __future__ import annotations

import ast
import symtable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grader.worker.analysis.attaching import with_attached
from grader.worker.analysis.guards import opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.worker.analysis.notebook import Cell

_FUNCTIONS_THAT_ATTACH = frozenset({"setattr", "delattr"})
_METHODS_THAT_ADD = frozenset({"update", "append", "extend", "add", "insert", "setdefault"})
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
_LOOPS = (ast.For, ast.While, ast.AsyncFor)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, eq=False)
class Statement:
    """A top-level statement: what it binds, what it needs at once and what only when called."""

    cell: int
    node: ast.stmt
    order: int
    binds: frozenset[str]
    needs_now: frozenset[str]
    needs_later: frozenset[str]
    extends: frozenset[str] = frozenset()

    @property
    def needs(self) -> frozenset[str]:
        """All the global names that it uses."""
        return self.needs_now | self.needs_later

    @property
    def is_loop(self) -> bool:
        """Whether it may run for long: bindings inside a loop are a last resort."""
        return isinstance(self.node, _LOOPS)


def statements(cells: Iterable[Cell]) -> list[Statement]:
    """Return every top-level statement with the names that it binds and needs.

    What stands under `if __name__ == "__main__":` is at top level.
    """
    pairs = [(cell.number, node) for cell in cells for node in opened(cell.statements)]
    found = [_statement(number, node, order) for order, (number, node) in enumerate(pairs)]
    return with_attached(_with_globals(found))


def _with_globals(found: list[Statement]) -> list[Statement]:
    """Have a call of a function that binds global names (`global device`) bind them."""
    bound = {
        item.node.name: {
            name
            for inner in ast.walk(item.node)
            if isinstance(inner, ast.Global)
            for name in inner.names
        }
        for item in found
        if isinstance(item.node, ast.FunctionDef)
    }
    binding = {name: names for name, names in bound.items() if names}
    return [
        replace(item, binds=item.binds.union(*(binding[name] for name in called)))
        if (called := [name for name in _called(item.node) if name in binding])
        else item
        for item in found
    ]


def _called(node: ast.stmt) -> Iterator[str]:
    """Yield the functions that a plain call or assignment calls by their names."""
    if isinstance(node, (ast.Expr, ast.Assign)):
        yield from called_now(node)


def called_now(root: ast.stmt) -> Iterator[str]:
    """Yield the names of what a statement calls when it runs; what decorates is called too."""
    stack: list[ast.AST] = [root]
    while stack:
        node = stack.pop()
        match node:
            case ast.Call(func=ast.Name(id=name)):
                yield name
        if isinstance(node, (*DEFINITIONS, ast.Lambda)):
            decorators = getattr(node, "decorator_list", [])
            yield from (one.id for one in decorators if isinstance(one, ast.Name))
            stack += decorators
            stack += node.body if isinstance(node, ast.ClassDef) else []
        else:
            stack += ast.iter_child_nodes(node)


def _statement(cell: int, node: ast.stmt, order: int) -> Statement:
    try:
        return _exactly(cell, node, order)
    # ValueError: a number of thousands of digits, a line break within an f-string's expression.
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _roughly(cell, node, order)


def _exactly(cell: int, node: ast.stmt, order: int) -> Statement:
    analysed: ast.AST = node
    if any(isinstance(inner, _COMPREHENSIONS) for inner in ast.walk(node)):
        analysed = _Generators().visit(ast.parse(ast.unparse(node)))
    table = symtable.symtable(ast.unparse(analysed), "cell", "exec")
    binds = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
    }
    if isinstance(node, ast.Delete):  # what somebody tidied away may be what another part needs
        binds.clear()
    if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
        binds.add("*")
    now = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    later: set[str] = set()
    for child in table.get_children():
        _collect(child, now, later)
        binds |= _bound_within(child)
    for inner in ast.walk(node):  # `global device` inside a function binds it when called
        if isinstance(inner, ast.Global):
            later |= set(inner.names)
    extends = frozenset(_extended(node))
    return Statement(
        cell, node, order, frozenset(binds), frozenset(now), frozenset(later - now), extends
    )


class _Generators(ast.NodeTransformer):
    """Makes comprehensions generators: since Python 3.12 the former have no table of their own."""

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp) -> ast.GeneratorExp:
        """Return the generator of the same elements."""
        self.generic_visit(node)
        return ast.GeneratorExp(node.elt, node.generators)

    visit_SetComp = visit_ListComp  # noqa: N815

    def visit_DictComp(self, node: ast.DictComp) -> ast.GeneratorExp:
        """Return the generator of keys and values."""
        self.generic_visit(node)
        return ast.GeneratorExp(ast.Tuple([node.key, node.value], ast.Load()), node.generators)


def _roughly(cell: int, node: ast.stmt, order: int) -> Statement:
    """Return a statement that Python's own analysis refuses (`global` of an argument, a sum of a
    thousand terms): it counts as using at once all the names in it.
    """  # noqa: D205 - one sentence
    names = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name)]
    loads = frozenset(name.id for name in names if isinstance(name.ctx, ast.Load))
    binds = frozenset(name.id for name in names if isinstance(name.ctx, ast.Store))
    if isinstance(node, DEFINITIONS):
        binds = frozenset({node.name})
    return Statement(cell, node, order, binds, loads - binds, frozenset())


def _bound_within(table: symtable.SymbolTable) -> set[str]:
    """Return the global names that `:=` binds within a generator."""
    if table.get_name() != "genexpr":
        return set()
    bound = {one.get_name() for one in table.get_symbols() if one.is_assigned() and one.is_global()}
    return bound.union(*map(_bound_within, table.get_children()))


def _collect(table: symtable.SymbolTable, now: set[str], later: set[str]) -> None:
    """Add the global names that a nested scope uses: a class body's at once, a function's later."""
    function = isinstance(table, symtable.Function) and table.get_name() != "genexpr"
    target = later if function else now
    target |= {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_referenced() and symbol.is_global()
    }
    for child in table.get_children():
        _collect(child, later if function else now, later)


def _extended(node: ast.AST, *, in_loop: bool = False) -> Iterator[str]:
    """Yield the names whose objects a statement changes, itself or in its blocks.

    `celdaLSTM.forward = f`, `setattr(celdaLSTM, …)`, `TABLA["f"] = f`, `lista.append(f)`; of the
    last two kinds not those in loops, which gather results while they train.
    """
    if isinstance(node, (*DEFINITIONS, ast.Lambda)):
        return
    in_loop = in_loop or isinstance(node, _LOOPS)
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        targets = [node.target]
    for target in targets:
        for inner in target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]:
            part = isinstance(inner, ast.Attribute) or (
                isinstance(inner, ast.Subscript) and not in_loop
            )
            if part and isinstance(inner.value, ast.Name):  # type: ignore[attr-defined]
                yield inner.value.id  # type: ignore[attr-defined]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield from _changed_by(node.value, in_loop=in_loop)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.stmt, ast.ExceptHandler)):
            yield from _extended(child, in_loop=in_loop)


def _changed_by(call: ast.Call, *, in_loop: bool) -> Iterator[str]:
    """Yield the name whose object a call changes: its first argument's, or its receiver's."""
    match call:
        case ast.Call(func=ast.Name(id=function), args=[ast.Name(id=name), *_]):
            if function in _FUNCTIONS_THAT_ATTACH:
                yield name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
            if method in _METHODS_THAT_ADD and not in_loop:
                yield name
