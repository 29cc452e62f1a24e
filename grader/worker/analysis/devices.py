"""Where a notebook asks for a device by its name, whether or not there is one."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.worker.analysis.statements import Statement

KINDS = ("cuda", "mps", "xpu", "xla", "hpu", "ipu", "mtia", "npu", "privateuseone", "vulkan")
"""What torch calls the devices that a machine may lack."""
NAMED = re.compile(rf"(?:{'|'.join(KINDS)})(?::\d*)?|torch\.(?:{'|'.join(KINDS)})\.\w+")
_ASKS_WHETHER = frozenset(
    {"is_available", "device_count", "is_built", "is_initialized", "current_accelerator"}
)
_MODULES = frozenset({"torch", "backends"})  # `torch.cuda` is a module, `x.cuda` a method
_BY_NUMBER = frozenset({"device", "map_location"})
_LONGEST = 60


class Asked(NamedTuple):
    """A place that asks for a device: in which words, and whether it names it in a value."""

    cell: int
    line: int
    words: str
    in_value: bool


def asked(chosen: Iterable[Statement]) -> list[Asked]:
    """Return the places that ask for a device, whatever the machine has, one a cell and wording.

    What stands where it was asked whether there is one is left out.
    """
    kept = list(chosen)
    whether = {name for item in kept for name in _answers(item.node)}
    found: dict[tuple[int, str], Asked] = {}
    for item in kept:
        for node, call in _unguarded(item.node, whether):
            in_value = not isinstance(node, ast.Attribute)
            words = _words(item.node, call if in_value and call else node)
            one = Asked(item.cell, getattr(node, "lineno", item.node.lineno), words, in_value)
            known = found.setdefault((item.cell, words), one)
            found[item.cell, words] = known._replace(in_value=known.in_value or in_value)
    return list(found.values())


def _answers(node: ast.stmt) -> Iterator[str]:
    """Yield the names that hold the answer to whether there is a device."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assign) and _asks_whether(inner.value, set()):
            yield from (one.id for one in inner.targets if isinstance(one, ast.Name))


def _asks_whether(test: ast.expr, answers: set[str]) -> bool:
    return any(
        (isinstance(inner, ast.Attribute) and inner.attr in _ASKS_WHETHER)
        or (isinstance(inner, ast.Name) and inner.id in answers)
        for inner in ast.walk(test)
    )


def _unguarded(root: ast.stmt, whether: set[str]) -> Iterator[tuple[ast.AST, ast.Call | None]]:
    """Yield each node that asks for a device, with the call that it stands in."""
    stack: list[tuple[ast.AST, ast.Call | None]] = [(root, None)]
    while stack:
        node, call = stack.pop()
        if isinstance(node, (ast.If, ast.IfExp)) and _asks_whether(node.test, whether):
            continue
        if isinstance(node, ast.Call):
            call = node
            yield from ((one, call) for one in _numbers(node))
        if _names_one(node):
            yield node, call
        stack += [(child, call) for child in reversed(list(ast.iter_child_nodes(node)))]


def _names_one(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return NAMED.fullmatch(text) is not None
        case ast.Attribute(value=ast.Name(id=name) | ast.Attribute(attr=name), attr=attr):
            return attr in KINDS and name not in _MODULES
        case ast.Attribute(attr=attr):
            return attr in KINDS
    return False


def _numbers(call: ast.Call) -> Iterator[ast.Constant]:
    """Yield what asks for the device of a number, as `x.to(0)` and `device=0` do."""
    given = [one.value for one in call.keywords if one.arg in _BY_NUMBER]
    if isinstance(call.func, ast.Attribute) and call.func.attr == "to":
        given += call.args[:1]
    yield from (one for one in given if isinstance(one, ast.Constant) and type(one.value) is int)


def _words(statement: ast.stmt, node: ast.AST) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
    try:
        text = ast.unparse(node)
    except (RecursionError, ValueError):
        return ""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
