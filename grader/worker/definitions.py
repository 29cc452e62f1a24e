"""Run the definitions of a notebook and say what came of it."""

from __future__ import annotations

import ast
import builtins
import linecache
import re
import sys
import types
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from grader.worker import notebook
from grader.worker.conduct import Finding, findings
from grader.worker.notebook import Notice
from grader.worker.objects import describe, sendable
from grader.worker.slicing import Statement, choose, future, places, statements

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_NOTICES = 200
_LONGEST_NOTICE = 400  # a student's name for something may be of any length
_CUDA = re.compile(r"cuda(:\d+)?")
_LONGEST_MESSAGE = 300


@dataclass
class Loaded:
    """A notebook's namespace, and the report that the host gets of it."""

    namespace: dict[str, Any] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    defined: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)
    flags: list[Finding] = field(default_factory=list)
    unreadable: str = ""

    def report(self) -> dict[str, Any]:
        """Return what may cross the wire: names and texts, nothing of the student's objects."""
        return {
            "unreadable": sendable(self.unreadable),
            "defined": self.defined,
            "missing": self.missing,
            "places": self.places,
            "flags": [asdict(finding) for finding in self.flags],
            "notices": [
                {**asdict(notice), "text": sendable(notice.text[:_LONGEST_NOTICE])}
                for notice in self.notices[:_MOST_NOTICES]
            ],
        }


class _Magics:
    """Stands for IPython's shell inside functions that use magics: does nothing, quietly."""

    def __getattr__(self, _: str) -> Any:
        return lambda *_arguments, **_options: None


def load(content: bytes, filename: str, wanted: Sequence[str]) -> Loaded:
    """Run what the wanted names need. Never raises for what a notebook may hold."""
    try:
        cells, notices = notebook.read(content, filename)
    except notebook.Unreadable as error:
        return Loaded(unreadable=str(error))
    everything = statements(cells)
    chosen = choose(everything, wanted)
    for cell in cells:
        lines = cell.source.splitlines(keepends=True)
        linecache.cache[_name(cell.number)] = (len(cell.source), None, lines, _name(cell.number))
    loaded = Loaded(_namespace(), [*notices, *chosen.notices])
    loaded.notices += _skipped(everything, chosen.statements)
    loaded.flags = findings(everything, wanted)  # before any of it runs
    loaded.places = places(everything, wanted)
    errors = _run(chosen.statements, loaded)
    loaded.defined = [name for name in wanted if name in loaded.namespace]
    for name in wanted:
        if name not in loaded.namespace:
            loaded.missing[name] = _why_missing(name, errors, notices)
    return loaded


def _namespace() -> dict[str, Any]:
    module = types.ModuleType("cuaderno")
    sys.modules["cuaderno"] = module  # dataclasses and inspect look a class's module up
    module.__dict__.update(
        __name__="cuaderno",
        __builtins__=builtins,
        get_ipython=_Magics,
        display=lambda *_, **__: None,
    )
    return module.__dict__


def _run(chosen: list[Statement], loaded: Loaded) -> dict[str, str]:
    """Run the statements; return, for each name that a failing one would have bound, why."""
    errors: dict[str, str] = {}
    flags = 0
    for item in chosen:
        flags |= future(item.node)
        try:
            module = ast.Module([item.node], [])
            code = compile(module, _name(item.cell), "exec", flags=flags, dont_inherit=True)
            exec(code, loaded.namespace)  # noqa: S102 - this is what the sandbox is for
        except BaseException as error:  # noqa: BLE001 - the student's, SystemExit too
            name, said, cell, line, _ = describe(error)
            text = f"{name}: {said[:_LONGEST_MESSAGE]}"
            cell, line = (cell, line) if cell else (item.cell, item.node.lineno)
            loaded.notices.append(Notice(f"al definir: {text}", cell, line))
            errors |= dict.fromkeys(item.binds, f"{text} (celda [{cell}], línea {line})")
        _settle_devices(loaded, item)
    return errors


def _settle_devices(loaded: Loaded, item: Statement) -> None:
    """Let a notebook that insists on a GPU run where there is none."""
    if torch.cuda.is_available():
        return
    text = "pide una GPU y aquí no hay; se usa la CPU"
    for name in item.binds:
        value = loaded.namespace.get(name)
        if isinstance(value, (str, torch.device)) and _CUDA.fullmatch(str(value)):
            loaded.namespace[name] = "cpu" if isinstance(value, str) else torch.device("cpu")
            loaded.notices.append(Notice(f"«{name}» {text}", item.cell, item.node.lineno))
    if torch.get_default_device().type == "cuda":
        torch.set_default_device("cpu")
        loaded.notices.append(Notice(f"set_default_device {text}", item.cell, item.node.lineno))


def _why_missing(name: str, errors: dict[str, str], notices: list[Notice]) -> str:
    if name in errors:
        return errors[name]
    broken = [str(notice.cell) for notice in notices if "sintaxis" in notice.text]
    if broken:
        return "no está definido (hay errores de sintaxis en celda " + ", ".join(broken) + ")"
    return "no está definido en el cuaderno"


def _skipped(everything: list[Statement], chosen: list[Statement]) -> list[Notice]:
    """Say once for each cell that something in it was not run, from which line on."""
    kept = {item.order for item in chosen}
    first: dict[int, Statement] = {}
    for item in everything:
        if item.order not in kept and not _harmless(item):
            first.setdefault(item.cell, item)
    text = "no hace falta para las definiciones y no se ejecuta"
    return [Notice(text, cell, item.node.lineno) for cell, item in first.items()]


def _harmless(item: Statement) -> bool:
    """Whether nobody needs to be told that this was left out: unused definitions, comments."""
    node = item.node
    plain = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Pass)
    return isinstance(node, plain) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _name(cell: int) -> str:
    return f"celda [{cell}]"
