"""Files that a notebook imports or runs: those handed in with it, and those that its cells write.

Their statements become part of the notebook, before what asks for them, in its one namespace: what
is read for conduct is what runs. A package that is installed is never taken for a student's file.
"""

from __future__ import annotations

import ast
import shlex
import sys
from dataclasses import dataclass, field, replace
from importlib.machinery import PathFinder
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from grader.worker.analysis.guards import closed
from grader.worker.analysis.notebook import Cell, Notice
from grader.worker.messages import notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOT_THERE = notice(
    "the cell runs “{file}”, which was not handed in. Hand it in beside the notebook, in one "
    "folder or zip, or copy its cells into the notebook"
).message
_LONGEST_SHOWN = 80
_MOST_FOLDERS = 20  # that a module lies in


@dataclass
class Joined:
    """A notebook with its files: all cells in order, the modules among them, what to say of it."""

    cells: list[Cell] = field(default_factory=list)
    own: set[str] = field(default_factory=set)
    notices: list[Notice] = field(default_factory=list)


def join(cells: Sequence[Cell]) -> Joined:
    """Return the cells of a notebook, each file among them where something first asks for it.

    Cells that write a file count only where something asks for that file.
    """
    files: dict[str, list[Cell]] = {}
    for cell in sorted((one for one in cells if one.file), key=lambda one: not one.handed_in):
        name = _tidy(cell.file)
        if not cell.handed_in and any(one.handed_in for one in files.get(name, ())):
            files[name] = []  # what the notebook writes takes the place of what was there
        files.setdefault(name, []).append(cell)
    joiner = _Joiner(files)
    for cell in cells:
        if not cell.file:
            joiner.add(cell)
    found = joiner.joined
    _resolve(found.cells, found.own)
    known = {cell.number for cell in found.cells}
    for cell in cells:
        if cell.number not in known:
            found.cells.append(replace(cell, statements=()))
            if not cell.handed_in:
                text = notice("the cell is %%{name}, not Python, and is not used", name="writefile")
                found.notices.append(Notice(text, cell.number, 1))
    return found


class _Joiner:
    """Puts each file before the first cell that asks for it."""

    def __init__(self, files: dict[str, list[Cell]]) -> None:
        self.files = files
        self.modules = {module: file for file in files for module in _modules(file)}
        self.joined = Joined()
        self.begun: set[str] = set()

    def add(self, cell: Cell) -> None:
        """Add a cell, what it asks for first."""
        kept = [node for node in cell.statements if not self._is_run(node, cell)]
        for node in (one for root in kept for one in ast.walk(root)):
            for module in _imported(node):
                if module in self.modules:
                    self.joined.own.add(module)
                    self._take(self.modules[module], imported=True)
        self.joined.cells.append(replace(cell, statements=tuple(kept)))

    def _is_run(self, node: ast.stmt, cell: Cell) -> bool:
        """Whether a statement runs another file, which is read in its place."""
        if not (run := _run(node)):
            return False
        file = next((one for one in _spellings(run) if one in self.files), "")
        if file:
            self._take(file, imported=False)
        else:
            text = notice(NOT_THERE, file=run[:_LONGEST_SHOWN])
            self.joined.notices.append(Notice(text, cell.number, node.lineno))
        return True

    def _take(self, file: str, *, imported: bool) -> None:
        if file in self.begun:
            return
        self.begun.add(file)
        for cell in self.files[file]:
            if not cell.handed_in:
                text = notice("“{file}” is read as a part of the notebook", file=file)
                self.joined.notices.append(Notice(text, cell.number, 1))
            statements = tuple(closed(cell.statements)) if imported else cell.statements
            self.add(replace(cell, statements=statements))


def _tidy(file: str) -> str:
    """Return a file's name without what only tells where a notebook runs (`./`, `/content/`)."""
    path = PurePosixPath(file.replace("\\", "/"))
    return path.name if path.is_absolute() or ".." in path.parts else str(path)


def _modules(file: str) -> Iterator[str]:
    """Yield the names by which a file is imported, its folder's name with it or not."""
    path = PurePosixPath(file)
    parts = path.parts[:-1] if path.name == "__init__.py" else (*path.parts[:-1], path.stem)
    if path.suffix == ".py" and parts:
        for name in {".".join(parts), parts[-1]}:
            if not _is_installed(name.partition(".")[0]):
                yield name


def _is_installed(name: str) -> bool:
    """Whether there is a package of this name, but for one in the folder where this runs."""
    here = {"", str(Path.cwd())}
    elsewhere = [one for one in sys.path if one not in here]
    return name in sys.stdlib_module_names or PathFinder.find_spec(name, elsewhere) is not None


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [one.name for one in names]
        case ast.ImportFrom(module=module, names=names):
            start = f"{module}." if module else ""
            return [*([module] if module else []), *(f"{start}{one.name}" for one in names)]
    return []


def _run(node: ast.stmt) -> str:
    """Return the file that `%run` runs, as IPython's transformer writes it."""
    match node:
        case ast.Expr(
            ast.Call(
                ast.Attribute(attr="run_line_magic"),
                [ast.Constant("run"), ast.Constant(str(arguments))],
            )
        ):
            try:
                words = shlex.split(arguments)
            except ValueError:
                words = arguments.split()
            return next((word for word in words if not word.startswith("-")), "")
    return ""


def _spellings(file: str) -> list[str]:
    tidy = _tidy(file)
    name = PurePosixPath(tidy).name
    return [one + end for one in (tidy, name) for end in ("", ".py", ".ipynb")]


def _resolve(cells: list[Cell], own: set[str]) -> None:
    """Have names of own modules be names of the notebook: `celdas.X` and what is imported as is."""
    nodes = [node for cell in cells for root in cell.statements for node in ast.walk(root)]
    modules = _names_of(own, nodes)
    bound = {name for node in nodes for name in _bound(node)}
    for position, cell in enumerate(cells):
        body = [one for node in cell.statements for one in _plain(node, own)]
        for block in _blocks(body):
            empty = [ast.copy_location(ast.Pass(), one) for one in block[:1]]
            block[:] = [one for node in block for one in _plain(node, own)] or empty
        cells[position] = replace(cell, statements=tuple(body))
    for node in nodes:
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                value[:] = [_without_module(one, modules, bound) for one in value]
            else:
                setattr(node, name, _without_module(value, modules, bound))


def _names_of(own: set[str], nodes: list[ast.AST]) -> set[str]:
    """Return the names, dotted ones too, that stand for own modules and for nothing else."""
    modules: set[str] = set()
    others: set[str] = set()
    for node in nodes:
        match node:
            case ast.Import(names=names):
                modules |= {one.asname or one.name for one in names if one.name in own}
            case ast.ImportFrom(module=module, names=names):
                start = f"{module}." if module else ""
                inner = [one for one in names if f"{start}{one.name}" in own]
                modules |= {one.asname or one.name for one in inner}
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                others.add(name)
    return {name for name in modules if name.partition(".")[0] not in others}


def _without_module(value: Any, modules: set[str], bound: set[str]) -> Any:
    match value:
        case ast.Attribute(value=module, attr=attr) if _dotted(module) in modules and attr in bound:
            return ast.copy_location(ast.Name(attr, value.ctx), value)
    return value


def _dotted(node: ast.AST) -> str:
    """Return `a.b.c` for what is written so; nothing for any other expression, or a longer one."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < _MOST_FOLDERS:
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _plain(node: ast.stmt, own: set[str]) -> list[ast.stmt]:
    """Return what an import from an own module comes to: another name for what it takes, if any."""
    if not isinstance(node, ast.ImportFrom):
        return [node]
    start = f"{node.module}." if node.module else ""
    found: list[ast.stmt] = []
    others: list[ast.alias] = []
    for one in node.names:
        if f"{start}{one.name}" in own:
            alias = ast.alias(f"{start}{one.name}", one.asname or one.name)
            found.append(ast.Import([alias]))
        elif node.module not in own:
            others.append(one)
        elif one.asname and one.asname != one.name:
            target = ast.Name(one.asname, ast.Store())
            found.append(ast.Assign([target], ast.Name(one.name, ast.Load())))
    if others:
        found.append(ast.ImportFrom(node.module, others, node.level))
    return [ast.fix_missing_locations(ast.copy_location(one, node)) for one in found]


def _bound(node: ast.AST) -> list[str]:
    """Return what a node binds, perhaps in a function only: some names too many do no harm."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.alias(name=name, asname=asname):
            return [asname or name.partition(".")[0]]
    return []


def _blocks(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    for node in (one for root in list(body) for one in ast.walk(root)):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                yield block
