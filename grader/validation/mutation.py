"""Machine-made mutants: the reference with one small thing changed in one definition.

Each replacement of a node by one of `mutation_operators` that changes the code gives one mutant.
The order is that of the source, so the same notebook always gives the same mutants under
the same names.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from grader.validation.mutation_operators import OPERATORS, Scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from grader.validation.mutation_operators import Replacement

Definition = ast.ClassDef | ast.FunctionDef
_IDLE = re.compile(r"^ *(?!(?:pass|break|continue|return)$)(\w+)(?: = \1)?\n", re.MULTILINE)
_TOKEN = re.compile(r"\d+\.\d+|\w+|[-+*/=!<>]=|[^\w\s]")


@dataclass(frozen=True)
class MachineMutant:
    """One definition, the part, with one thing changed.

    The name says where in its cell and what, as in `celdaLSTM:32 sigmoid→tanh`; `before` and
    `after` are the lines that differ, `content` the whole notebook.
    """

    name: str
    part: str
    before: str
    after: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class _Slot:
    """A node's place in the tree, and the scope that it stands in."""

    parent: ast.AST
    field: str
    index: int | None
    node: Any
    scope: Scope

    def source(self, new: Replacement, tree: ast.AST) -> str:
        """Return the tree's source with this node replaced; the tree stays as it is."""
        before = getattr(self.parent, self.field)
        after: Any = new
        if self.index is not None:
            items = new if isinstance(new, list) else [new]
            after = [*before[: self.index], *items, *before[self.index + 1 :]] or [ast.Pass()]
        setattr(self.parent, self.field, after)
        try:
            return ast.unparse(tree)
        finally:
            setattr(self.parent, self.field, before)


def mutants(notebook: Any, names: Collection[str]) -> Iterator[MachineMutant]:
    """Yield the mutants of a notebook's definitions of these names, no two of them alike.

    `notebook` is parsed JSON. Of two that would bear one name, the second is called `… #2`.
    """
    used: Counter[str] = Counter()
    for number, cell in enumerate(notebook["cells"]):
        source = "".join(cell["source"])
        for node in _statements(source) if cell["cell_type"] == "code" else ():
            if not isinstance(node, (ast.ClassDef, ast.FunctionDef)) or node.name not in names:
                continue
            original = ast.unparse(node)
            for line, text in _changed(node):
                before, after = _difference(original, text)
                name = f"{node.name}:{line} {_label(before, after)}"
                used[name] += 1
                name += f" #{used[name]}" if used[name] > 1 else ""
                content = _notebook(notebook, number, _replace(source, node, text))
                yield MachineMutant(name, node.name, before, after, content)


def _statements(source: str) -> list[ast.stmt]:
    """Return a cell's statements; one of magics, such as `%check`, has none to change."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []


def _changed(definition: Definition) -> Iterator[tuple[int, str]]:
    """Yield the line and the new source of each way to change a definition.

    What differs only by a line that does nothing, `x = x` or `x`, is the same.
    """
    seen = {ast.unparse(definition)}
    for slot in sorted(_slots(definition, Scope()), key=lambda slot: _place(slot.node)):
        for operator in OPERATORS:
            for new in operator(slot.node, slot.scope):
                text = slot.source(new, definition)
                key = _IDLE.sub("", text)
                if key not in seen:
                    seen.add(key)
                    yield slot.node.lineno, text


def _place(node: Any) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _slots(parent: ast.AST, scope: Scope) -> Iterator[_Slot]:
    """Yield the places below a node, except in what only prints."""
    if isinstance(parent, ast.ClassDef):
        scope = Scope({}, _attributes(parent))
    elif isinstance(parent, ast.FunctionDef):
        scope = Scope(_names(parent), scope.attributes)
    for name, value in ast.iter_fields(parent):
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or _only_says(node):
                continue
            if hasattr(node, "lineno"):
                yield _Slot(parent, name, index, node, scope)
            yield from _slots(node, scope)


def _only_says(node: ast.AST) -> bool:
    """Whether it is a docstring or a call of print."""
    match node:
        case ast.Expr(value=ast.Constant() | ast.Call(func=ast.Name(id="print"))):
            return True
    return False


def _names(function: ast.FunctionDef) -> dict[str, int]:
    arguments = [argument.arg for argument in function.args.args if argument.arg != "self"]
    names = dict.fromkeys(arguments, 0)
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names[node.id] = min(node.lineno, names.get(node.id, node.lineno))
    return names


def _attributes(definition: ast.ClassDef) -> dict[str, bool]:
    found = {}
    for node in ast.walk(definition):
        match node:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)]):
                found[name] = isinstance(node.value, ast.Call)
    return found


def _difference(before: str, after: str) -> tuple[str, str]:
    """Return the lines that change; for one that only leaves its block, that line on both sides."""
    old, new = before.splitlines(), after.splitlines()
    stripped = [line.strip() for line in old], [line.strip() for line in new]
    if stripped[0] != stripped[1]:
        old, new = stripped
    first, last = _same(old, new)
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    if len(old) > 1 and [*old[1:], old[0]] == new:
        old = new = old[:1]
    return " ⏎ ".join(map(str.strip, old)), " ⏎ ".join(map(str.strip, new))


def _same(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Return how many items are the same at the start, and how many of the rest at the end."""
    shorter = min(len(old), len(new))
    first = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    rest = shorter - first
    return first, next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)


def _label(before: str, after: str) -> str:
    """Return what changes in a line, in whole words: `sigmoid→tanh`; `⇤ step()` left its block."""
    if before == after:
        return f"⇤ {before}"
    old, new = (list(_TOKEN.finditer(_first_line(text))) for text in (before, after))
    first, last = _same([word[0] for word in old], [word[0] for word in new])
    while True:
        middles = old[first : len(old) - last], new[first : len(new) - last]
        if all(map(_balanced, middles)) or not first + last:
            return "→".join(_text(words) for words in middles)
        first, last = (first, last - 1) if last else (first - 1, last)


def _first_line(text: str) -> str:
    line, more, _ = text.partition(" ⏎ ")
    return f"{line} …" if more else line


def _balanced(words: Sequence[re.Match[str]]) -> bool:
    depths = list(accumulate({"(": 1, ")": -1}.get(word[0], 0) for word in words))
    return not depths or (depths[-1] == 0 and min(depths) >= 0)


def _text(words: Sequence[re.Match[str]]) -> str:
    return words[0].string[words[0].start() : words[-1].end()] if words else "∅"


def _replace(source: str, node: Definition, text: str) -> str:
    """Return a cell's source with one definition's lines replaced."""
    lines = source.splitlines()
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "\n".join([*lines[: first - 1], text, *lines[node.end_lineno :]])


def _notebook(notebook: Any, number: int, source: str) -> bytes:
    cells = list(notebook["cells"])
    cells[number] = {**cells[number], "source": source}
    return json.dumps({**notebook, "cells": cells}).encode()
