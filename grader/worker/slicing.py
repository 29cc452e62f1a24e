"""Which statements of a notebook to run: those that define the wanted names, and what they need.

Real notebooks train for hours at top level, mount drives and raise. Work is found by the names
that students define; what a definition needs is followed through the whole notebook, wherever it
stands, and nothing else runs.
"""

from __future__ import annotations

import ast
import symtable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.worker.notebook import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.worker.notebook import Cell

_FUNCTIONS_THAT_ATTACH = frozenset({"setattr", "delattr"})
_SETTINGS = frozenset({"set_default_dtype", "set_default_device", "set_default_tensor_type"})
_LOOPS = (ast.For, ast.While, ast.AsyncFor)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


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


@dataclass
class Slice:
    """The statements to run, in order, and what to tell their author."""

    statements: list[Statement] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def statements(cells: Iterable[Cell]) -> list[Statement]:
    """Return every top-level statement with the names that it binds and needs."""
    pairs = [(cell.number, node) for cell in cells for node in cell.statements]
    return [_statement(number, node, order) for order, (number, node) in enumerate(pairs)]


def choose(everything: list[Statement], wanted: Iterable[str]) -> Slice:
    """Return what must run for the wanted names to be defined."""
    notices: list[Notice] = []
    chosen: dict[int, Statement] = {}
    queue: list[tuple[str, int | None]] = [(name, None) for name in wanted]
    seen: set[tuple[str, int | None]] = set()

    def take(item: Statement) -> None:
        if item.order not in chosen:
            chosen[item.order] = item
            queue.extend((name, item.order) for name in item.needs_now)
            queue.extend((name, None) for name in item.needs_later)

    for item in everything:
        if _is_setting(item.node) or "*" in item.binds:
            take(item)
    while queue:
        need = queue.pop()
        if need not in seen:
            seen.add(need)
            for item in _providers(*need, everything, notices):
                take(item)
    return Slice(_in_order(chosen, notices), notices)


def _providers(
    name: str, before: int | None, everything: list[Statement], notices: list[Notice]
) -> list[Statement]:
    """Return the statements that give a name its value, and those that extend it.

    The value is the last one; for what a statement needs at once, the last one `before` it, if
    there is any.
    """
    binders = [item for item in everything if name in item.binds]
    binders = [item for item in binders if not item.is_loop] or binders
    if before is not None:
        binders = [item for item in binders if item.order < before] or binders
    needed: list[Statement] = []
    for item in reversed(binders):
        needed.append(item)
        if _replaces(item, name):
            break
    first = min((item.order for item in needed), default=0)
    if before is None and len(needed) < len(binders) and isinstance(needed[0].node, _DEFINITIONS):
        text = f"«{name}» se define {len(binders)} veces; cuenta la última"
        notices.append(Notice(text, needed[0].cell, needed[0].node.lineno))
    return needed + [item for item in everything if name in item.extends and item.order > first]


def _replaces(item: Statement, name: str) -> bool:
    """Whether a statement binds the name for certain and without using its former value."""
    simple = (*_DEFINITIONS, ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)
    return isinstance(item.node, simple) and name not in item.needs_now


def _in_order(chosen: dict[int, Statement], notices: list[Notice]) -> list[Statement]:
    """Sort by place, but put what a statement needs at once before it."""
    ordered: list[Statement] = []
    placed: set[int] = set()

    def place(item: Statement) -> None:
        if item.order in placed:
            return
        placed.add(item.order)
        for name in sorted(item.needs_now - item.binds):
            if not any(name in other.binds for other in ordered):
                for later in (chosen[order] for order in sorted(chosen)):
                    if name in later.binds and later.order > item.order:
                        text = (
                            f"«{name}» se usa antes de definirse; se ejecuta primero su definición"
                        )
                        notices.append(Notice(text, item.cell, item.node.lineno))
                        place(later)
                        break
        ordered.append(item)

    for order in sorted(chosen):
        place(chosen[order])
    return ordered


def _statement(cell: int, node: ast.stmt, order: int) -> Statement:
    table = symtable.symtable(ast.unparse(node), "celda", "exec")
    binds = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
    }
    if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
        binds.add("*")
    now = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    later: set[str] = set()
    for child in table.get_children():
        _collect(child, now, later)
    for inner in ast.walk(node):  # `global device` inside a function binds it when called
        if isinstance(inner, ast.Global):
            later |= set(inner.names)
    extends = frozenset(_extended(node))
    return Statement(
        cell, node, order, frozenset(binds), frozenset(now), frozenset(later - now), extends
    )


def _collect(table: symtable.SymbolTable, now: set[str], later: set[str]) -> None:
    """Add the global names that a nested scope uses: a class body's at once, a function's later."""
    function = isinstance(table, symtable.Function) and not table.get_name().endswith("comp")
    target = later if function and table.get_name() != "genexpr" else now
    target |= {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_referenced() and symbol.is_global()
    }
    for child in table.get_children():
        _collect(child, later if function else now, later)


def _extended(node: ast.stmt) -> Iterator[str]:
    """Yield the names whose objects a statement changes: `celdaLSTM.forward = f`, `setattr(…)`."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        targets = [node.target]
    for target in targets:
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            yield target.value.id
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value
        if (
            isinstance(call.func, ast.Name)
            and call.func.id in _FUNCTIONS_THAT_ATTACH
            and call.args
            and isinstance(call.args[0], ast.Name)
        ):
            yield call.args[0].id


def _is_setting(node: ast.stmt) -> bool:
    """Whether a statement is `torch.set_default_dtype(…)` or the like."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr in _SETTINGS
    )
