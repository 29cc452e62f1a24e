"""A running session → a notebook of what was run: its cells, in the order in which they ran.

Each cell has the number of its execution, so that `celda [5]` is Jupyter's In [5]. What a session
knows of its definitions tells which ones are live: a cell that stopped at an error, or has one of
syntax, defined nothing from there on, whatever its text says.
"""

from __future__ import annotations

import ast
import inspect
import json
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    CellOf = Callable[[str], int | None]
    """Returns the execution whose code has this file name, if one has."""

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}}


@dataclass
class Session:
    """What was run. `cells` are the sources by execution, from 1 on, as they were typed.

    `dead` are the executions that define a name after the live one and did not come to it: for
    each name, and whether for an error of syntax.
    """

    cells: list[str]
    namespace: Mapping[str, Any]
    cell_of: CellOf
    transform: Callable[[str], str]
    dead: dict[str, list[tuple[int, bool]]] = field(default_factory=dict)

    def notebook(self) -> bytes:
        """Return what was run and counts, as a notebook."""
        self.dead = {}
        sources = [self._live(number, source) for number, source in enumerate(self.cells, 1)]
        cells = [
            {"cell_type": "code", "id": f"in-{number}", "metadata": {}, "source": source,
             "outputs": [], "execution_count": number}
            for number, source in enumerate(sources, 1)
        ]  # fmt: skip
        return json.dumps({**_NOTEBOOK, "cells": cells}).encode()

    def execution_of(self, name: str) -> int | None:
        """Return the execution that a live definition is from, where it is from one."""
        numbers = [self.cell_of(code) for code in _files(self.namespace.get(name))]
        return max((number for number in numbers if number), default=None)

    def file_of(self, name: str) -> str | None:
        """Return the file that a live definition is from, where it is from no cell."""
        files = list(_files(self.namespace.get(name)))
        if self.execution_of(name) is None and files and Path(files[0]).is_file():
            return Path(files[0]).name
        return None

    def holds_definition(self, name: str) -> bool:
        """Whether a name still holds a class or a function, as the last cell that defines it did.

        `celda = celda(3, 5)` puts an object in the place of its class.
        """
        live = self.namespace.get(name)
        _, is_class = self.defined_in(name)
        return isinstance(live, type) if is_class else callable(live)

    def defined_in(self, name: str) -> tuple[int | None, bool]:
        """Return the last execution whose text defines a name, and whether as a class."""
        for number, source in reversed(list(enumerate(self.cells, 1))):
            tree = self._parsed(source)
            for node in reversed(tree.body if tree else []):
                if isinstance(node, _DEFINITIONS) and node.name == name:
                    return number, isinstance(node, ast.ClassDef)
        return None, False

    def _live(self, number: int, source: str) -> str:
        """Return a cell without the definitions that did not come to be."""
        tree = self._parsed(source)
        if tree is None:
            for name in _names_in(source):
                self.dead.setdefault(name, []).append((number, True))
            return ""
        lines = source.split("\n")
        for node in tree.body:
            if isinstance(node, _DEFINITIONS) and self._is_dead(node.name, number):
                self.dead.setdefault(node.name, []).append((number, False))
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                last = node.end_lineno or first
                lines[first - 1 : last] = [""] * (last - first + 1)
        return "\n".join(lines)

    def _is_dead(self, name: str, number: int) -> bool:
        execution = self.execution_of(name)
        return execution is not None and execution < number

    def _parsed(self, source: str) -> ast.Module | None:
        """Return a cell's statements, on their lines; none where it has an error of syntax."""
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError):
            pass
        try:
            python = self.transform(source)
            tree = ast.parse(python)
        except Exception:  # noqa: BLE001 - IPython's transformer raises what it likes
            return None
        same_lines = python.rstrip().count("\n") == source.rstrip().count("\n")
        return tree if same_lines else ast.Module([], [])


def _files(live: object) -> Iterator[str]:
    """Yield the file names of a function's code, or of the methods in a class's body."""
    functions = [live]
    if isinstance(live, type):
        own = [getattr(value, "__func__", value) for value in vars(live).values()]
        functions = [one for one in own if _is_method_of(one, live)]
    for function in functions:
        inner = inspect.unwrap(function) if callable(function) else function
        if isinstance(inner, FunctionType):
            yield inner.__code__.co_filename


def _is_method_of(value: object, owner: type) -> bool:
    """Whether a value was defined in a class's body, and not attached to the class later."""
    name = getattr(value, "__qualname__", "")
    return callable(value) and name == f"{owner.__qualname__}.{getattr(value, '__name__', '')}"


def _names_in(source: str) -> Sequence[str]:
    """Return what a cell that is no Python seems to define."""
    words = (line.split(maxsplit=1) for line in source.split("\n") if line[:1] not in " \t#")
    starts = (pair[1] for pair in words if len(pair) > 1 and pair[0] in {"class", "def"})
    return [start.split("(")[0].split(":")[0].strip() for start in starts]
