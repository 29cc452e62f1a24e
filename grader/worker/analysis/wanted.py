"""The names that are asked for, as notebooks have them: off by a letter, or bound to a result."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.worker.analysis.notebook import Notice
from grader.worker.analysis.statements import DEFINITIONS, Statement
from grader.worker.messages import notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.worker.analysis.notebook import Cell

BOUND_AGAIN = notice(
    "“{name}” is bound again to something that is no class and no function; its definition counts"
).message
_NO_DEFINITION = (
    *(ast.Constant, ast.JoinedStr, ast.BinOp, ast.UnaryOp, ast.Compare),
    *(ast.Tuple, ast.List, ast.Set, ast.Dict),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
_SHORTEST = 4  # letters of a name that may be off by one


def with_definitions(
    everything: list[Statement], wanted: Sequence[str]
) -> tuple[list[Statement], list[Notice]]:
    """Return the statements, a wanted name bound by its definition alone where it has one.

    `celdaLSTM = celdaLSTM(3, 4)` after the class gives the name to an object, which nobody asks
    for. Where only running it tells, it runs after the definition.
    """
    classes = {item.node.name for item in everything if isinstance(item.node, ast.ClassDef)}
    defined = {name for item in everything for name in _defined(item.node)}
    asked = defined.intersection(wanted)
    found: list[Statement] = []
    notices: list[Notice] = []
    so_far: set[str] = set()
    for item in everything:
        so_far |= _defined(item.node)
        again = {name for name in asked & item.binds if _is_result(item.node, name, classes)}
        for name in sorted(again & so_far):
            text = notice(BOUND_AGAIN, name=name)
            notices.append(Notice(text, item.cell, item.node.lineno))
        item = replace(item, binds=item.binds - again) if again else item  # noqa: PLW2901
        perhaps = () if isinstance(item.node, DEFINITIONS) else asked & item.binds
        found.append(replace(item, needs_now=item.needs_now.union(perhaps)) if perhaps else item)
    return found, notices


def misspelt(everything: list[Statement], wanted: Sequence[str]) -> dict[str, str]:
    """Return, by the wanted name, the name of the one definition that is off by a letter or case,
    where nothing else has the wanted name.
    """  # noqa: D205 - one sentence
    classes = {item.node.name for item in everything if isinstance(item.node, ast.ClassDef)}
    others = {name for item in everything for name in _defined(item.node)} - set(wanted)
    found: dict[str, str] = {}
    for name in wanted:
        binders = [item for item in everything if name in item.binds]
        if all(_is_result(item.node, name, classes) for item in binders):
            near = [one for one in others if _folded(one) == _folded(name)]
            near = near or [one for one in others if _is_near(_folded(one), _folded(name))]
            if len(near) == 1:
                found[name] = near[0]
    once = [written for written in found.values() if list(found.values()).count(written) == 1]
    return {name: written for name, written in found.items() if written in once}


def rename(cells: Iterable[Cell], names: dict[str, str]) -> list[Notice]:
    """Give definitions the names that are wanted, in all of a notebook; say so at each."""
    wanted = {written: name for name, written in names.items()}
    notices: list[Notice] = []
    for cell in cells:
        for node in (one for root in cell.statements for one in ast.walk(root)):
            if isinstance(node, DEFINITIONS) and node.name in wanted:
                text = notice(
                    "you define {written}: it is to be called {name}",
                    written=node.name,
                    name=wanted[node.name],
                )
                notices.append(Notice(text, cell.number, node.lineno))
            for field, value in ast.iter_fields(node):
                if isinstance(value, str):
                    setattr(node, field, wanted.get(value, value))
                elif isinstance(value, list):
                    value[:] = [wanted.get(one, one) if type(one) is str else one for one in value]
    return notices


def _defined(root: ast.stmt) -> set[str]:
    """Return the classes and functions that a statement defines, itself or in its blocks."""
    found: set[str] = set()
    stack: list[ast.AST] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, DEFINITIONS):
            found.add(node.name)
        else:
            stack += [one for one in ast.iter_child_nodes(node) if isinstance(one, _BLOCKS)]
    return found


_BLOCKS = (ast.stmt, ast.ExceptHandler)


def _is_result(node: ast.stmt, name: str, classes: set[str]) -> bool:
    """Whether a statement does nothing to the name but give it to what is no definition."""
    match node:
        case ast.Assign(targets=targets, value=value):
            given = [one for target in targets for one in _given(target, value, name)]
        case ast.AnnAssign(target=ast.Name(), value=ast.expr() as value):
            given = [value]
        case _:
            return False
    try:
        return bool(given) and all(_is_object(one, name, classes) for one in given)
    except RecursionError:
        return False


def _given(target: ast.expr, value: ast.expr, name: str) -> list[ast.expr | None]:
    """Return what an assignment gives to a name, None where it cannot be told."""
    match target, value:
        case ast.Name(id=bound), _:
            return [value] if bound == name else []
        case (ast.Tuple(elts=targets), ast.Tuple(elts=values)) if len(targets) == len(values):
            pairs = zip(targets, values, strict=True)
            return [found for pair in pairs for found in _given(*pair, name)]
        case ast.Tuple() | ast.List(), _:
            names = [one.id for one in ast.walk(target) if isinstance(one, ast.Name)]
            return [None] if name in names else []
    return []


def _is_object(value: ast.expr | None, name: str, classes: set[str]) -> bool:
    """Whether a value is certainly no class and no function, made anew of the former or not."""
    match value:
        case ast.IfExp(body=one, orelse=other):
            return _is_object(one, name, classes) and _is_object(other, name, classes)
        case ast.Call(args=given, keywords=named):
            rest = [*given, *(one.value for one in named)]
            if name in _handed_on(rest):
                return False
            return _root(value) in {name, *classes}
        case ast.Attribute(value=ast.Call() as inner):
            return _is_object(inner, name, classes)
    return isinstance(value, _NO_DEFINITION)


def _handed_on(nodes: list[ast.expr]) -> set[str]:
    """Return the names in expressions, but for those that are called there."""
    inner = [one for node in nodes for one in ast.walk(node)]
    called = {one.func for one in inner if isinstance(one, ast.Call)}
    return {one.id for one in inner if isinstance(one, ast.Name) and one not in called}


def _root(node: ast.expr) -> str:
    """Return the name that a chain of calls and attributes begins with."""
    while isinstance(node, (ast.Call, ast.Attribute)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _folded(name: str) -> str:
    return name.casefold().replace("_", "")


def _is_near(one: str, other: str) -> bool:
    """Whether two names differ by one letter: another, one too many or few, two exchanged."""
    if min(len(one), len(other)) < _SHORTEST or re.findall(r"\d", one) != re.findall(r"\d", other):
        return False
    start = _common(one, other)
    rests = one[start:], other[start:]
    left, right = (rest[: len(rest) - _common(rests[0][::-1], rests[1][::-1])] for rest in rests)
    exchanged = len(left) == len(right) == 2 and left == right[::-1]  # noqa: PLR2004
    return exchanged or max(len(left), len(right)) <= 1


def _common(one: str, other: str) -> int:
    """Return how many letters two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
