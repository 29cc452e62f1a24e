"""Run the definitions of a notebook and say what came of it."""

from __future__ import annotations

import ast
import builtins
import linecache
import re
import sys
import types
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from grader.worker.analysis import notebook
from grader.worker.analysis.conduct import Finding, findings
from grader.worker.analysis.notebook import Notice
from grader.worker.analysis.slicing import choose, future, places
from grader.worker.analysis.statements import Statement, statements
from grader.worker.messages import Text, Translatable, error, notice
from grader.worker.objects import described, place_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.worker.analysis.shut import Lists

_MOST_NOTICES = 200
_CUDA = re.compile(r"cuda(:\d+)?")


@dataclass
class Loaded:
    """A notebook's namespace, and the report that the host gets of it."""

    namespace: dict[str, Any] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    defined: list[str] = field(default_factory=list)
    missing: dict[str, Translatable] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)
    flags: list[Finding] = field(default_factory=list)
    unreadable: Translatable | None = None

    def report(self) -> dict[str, Any]:
        """Return what may cross the wire: names and texts, nothing of the student's objects."""
        return {
            "unreadable": self.unreadable and self.unreadable.to_wire(),
            "defined": self.defined,
            "missing": {name: why.to_wire() for name, why in self.missing.items()},
            "places": self.places,
            "flags": [_to_wire(finding) for finding in self.flags],
            "notices": [_to_wire(one) for one in self.notices[:_MOST_NOTICES]],
        }


def _to_wire(item: Notice | Finding) -> dict[str, Any]:
    return {**vars(item), "text": item.text.to_wire()}


class _Magics:
    """Stands for IPython's shell inside functions that use magics: does nothing, quietly."""

    def __getattr__(self, _: str) -> Any:
        return lambda *_arguments, **_options: None


def load(
    content: bytes,
    filename: str,
    wanted: Sequence[str],
    shut: Lists | None = None,
    called: str = "[{cell}]",
) -> Loaded:
    """Run what the wanted names need. Never raises for what a notebook may hold.

    `shut` is what definitions may not use, see `findings`; `called` what a cell is called.
    """
    try:
        cells, notices = notebook.read(content, filename)
    except notebook.Unreadable as unreadable:
        return Loaded(unreadable=unreadable.told)
    everything = statements(cells)
    chosen = choose(everything, wanted)
    for cell in cells:
        lines = cell.source.splitlines(keepends=True)
        file = notebook.file_of(cell.number, called)
        linecache.cache[file] = (len(cell.source), None, lines, file)
    loaded = Loaded(_namespace(), [*notices, *chosen.notices])
    loaded.notices += _skipped(everything, chosen.statements)
    loaded.flags = findings(everything, wanted, shut or {})  # before any of it runs
    loaded.places = places(everything, wanted)
    errors = _run(chosen.statements, loaded, called)
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


def _run(chosen: list[Statement], loaded: Loaded, called: str) -> dict[str, Translatable]:
    """Run the statements; return, for each name that a failing one would have bound, why."""
    errors: dict[str, Translatable] = {}
    flags = 0
    for item in chosen:
        flags |= future(item.node)
        try:
            module = ast.Module([item.node], [])
            code = compile(
                module, notebook.file_of(item.cell, called), "exec", flags=flags, dont_inherit=True
            )
            exec(code, loaded.namespace)  # noqa: S102 - this is what the sandbox is for
        except BaseException as raised:  # noqa: BLE001 - the student's, SystemExit too
            text = error(*described(raised))
            cell, line = place_of(raised)
            cell, line = (cell, line) if cell else (item.cell, item.node.lineno)
            loaded.notices.append(Notice(notice("while defining: {error}", error=text), cell, line))
            errors |= dict.fromkeys(item.binds, _where(text, cell, line))
        _settle_devices(loaded, item)
    return errors


def _where(text: Text, cell: int | None, line: int | None) -> Translatable:
    return notice("{error} (cell [{cell}], line {line})", error=text, cell=cell, line=line)


def _settle_devices(loaded: Loaded, item: Statement) -> None:
    """Let a notebook that insists on a GPU run where there is none."""
    if torch.cuda.is_available():
        return
    for name in item.binds:
        value = loaded.namespace.get(name)
        if isinstance(value, (str, torch.device)) and _CUDA.fullmatch(str(value)):
            loaded.namespace[name] = "cpu" if isinstance(value, str) else torch.device("cpu")
            text = notice("“{name}” asks for a GPU, but there is none; the CPU is used", name=name)
            loaded.notices.append(Notice(text, item.cell, item.node.lineno))
    if torch.get_default_device().type == "cuda":
        torch.set_default_device("cpu")
        text = notice("set_default_device asks for a GPU, but there is none; the CPU is used")
        loaded.notices.append(Notice(text, item.cell, item.node.lineno))


def _why_missing(name: str, errors: dict[str, Translatable], notices: list[Notice]) -> Translatable:
    if name in errors:
        return errors[name]
    broken = [f"[{one.cell}]" for one in notices if one.text.message == notebook.SYNTAX]
    if len(broken) == 1:
        return notice("it is not defined (cell {cell} has a syntax error)", cell=broken[0])
    if broken:
        cells = ", ".join(broken)
        return notice("it is not defined (cells {cells} have syntax errors)", cells=cells)
    return notice("it is not defined in the notebook")


def _skipped(everything: list[Statement], chosen: list[Statement]) -> list[Notice]:
    """Say once for each cell that something in it was not run, from which line on."""
    kept = {item.order for item in chosen}
    first: dict[int, Statement] = {}
    for item in everything:
        if item.order not in kept and not _harmless(item):
            first.setdefault(item.cell, item)
    text = notice("the definitions do not need it, and it is not run")
    return [Notice(text, cell, item.node.lineno) for cell, item in first.items()]


def _harmless(item: Statement) -> bool:
    """Whether nobody needs to be told that this was left out: definitions, comments, checks."""
    node = item.node
    plain = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Pass)
    return isinstance(node, plain) or (
        isinstance(node, ast.Expr) and (isinstance(node.value, ast.Constant) or _is_check(node))
    )


def _is_check(node: ast.Expr) -> bool:
    """Whether this is `%load_ext grader` or `%check …`, as IPython's transformer writes them."""
    call = node.value
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return False
    told = [one.value for one in call.args if isinstance(one, ast.Constant)]
    return call.func.attr == "run_line_magic" and (
        told[:1] == ["check"] or told == ["load_ext", "grader"]
    )
