"""Probes: functions of ours that run beside the student's definitions, in the sandbox.

    def twice(notebook, name, x):
        once = notebook[name](x)
        return [once, notebook[name](once)]

    student.run(twice, name="f", x=torch.zeros(2))

A probe is a function of a module, whose source goes with the question: the sandbox has nothing of
it before. Its first parameter is the notebook, the dict of the student's names; what it is given
else comes by keyword, and what it returns is the answer. It may use what its own module defines or
imports, as long as that can be imported where students' code runs. It holds nothing secret: the
student's code can read it.

The same lines make the notebook cell that repeats a failure (`grader.student.reproduction`), so a
probe's parameters and variables have the names that a student should read. One that returns at its
end alone is written out there line by line; of another the cell calls the function.
"""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Probe: TypeAlias = Callable[..., Any]
Notebook: TypeAlias = dict[str, Any]
_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
_Defined = TypeVar("_Defined", ast.FunctionDef, ast.ClassDef)


def question(probe: Probe, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the sandbox is asked to run a probe with: its source, its name, its arguments.

    Raises ValueError; see `source`.
    """
    return {"source": source(probe), "name": probe.__name__, "args": dict(arguments)}


def for_each(probe: Probe, cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the sandbox is asked to run a probe with once for each of these arguments."""
    return _with(probe, f"[{probe.__name__}(notebook, **caso) for caso in casos]", cases)


def handed_on(
    probe: Probe, parameter: str, other: Probe, arguments: Mapping[str, Any], *, each: bool = False
) -> dict[str, Any]:
    """Return what the sandbox is asked to run a probe with, another being one of its arguments.

    That is called with the notebook and a list of cases; one for a single case, with `each`.
    """
    call = f"[{other.__name__}(notebook, **caso) for caso in casos]" if each else None
    text = (
        f"{source(probe)}\n{source(other)}\n"
        f"def _otra(notebook, casos):\n    return {call or f'{other.__name__}(notebook, casos)'}\n"
        "def _casos(notebook, **asked):\n"
        f"    return {probe.__name__}(notebook, {parameter}=_otra, **asked)"
    )
    return {"source": text, "name": "_casos", "args": dict(arguments)}


def given_after(probe: Probe, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the sandbox is asked for a list of the arguments as they are after a probe."""
    answer = f"({probe.__name__}(notebook, **casos[0]), list(casos[0].values()))[1]"
    return _with(probe, answer, [arguments])


@functools.cache
def asked_for(probe: Probe) -> tuple[str, ...]:
    """Return the names of the notebook that a probe asks for, where they are written out."""
    found = ast.walk(ast.parse(source(probe)))
    names = [
        node.slice.value
        for node in found
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and isinstance(node.slice, ast.Constant)
        and node.value.id == "notebook"
    ]
    return tuple(dict.fromkeys(map(str, names)))


def _with(probe: Probe, answer: str, cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    text = f"{source(probe)}\ndef _casos(notebook, casos):\n    return {answer}"
    return {"source": text, "name": "_casos", "args": {"casos": [dict(one) for one in cases]}}


@functools.cache
def source(probe: Probe) -> str:
    """Return a function's source, and that of all it uses of its own module, in their order there.

    Annotations and docstrings are left out: they are for us. Raises ValueError for what is no
    function of a module, and where it uses what its module imports from this program.
    """
    lines, _ = inspect.findsource(probe)
    module = ast.parse("".join(lines)).body
    where = {name: number for number, node in enumerate(module) for name in bound(node)}
    if not isinstance(module[where.get(probe.__qualname__, 0)], ast.FunctionDef):
        raise ValueError(f"a probe is a function of a module: {probe.__qualname__} is none")  # noqa: TRY004
    used: set[str] = set()
    pieces: dict[int, ast.stmt] = {}
    waiting = {probe.__name__}
    while waiting:
        used |= waiting
        numbers = {where[name] for name in waiting} - set(pieces)
        pieces |= {number: _Plain().visit(module[number]) for number in numbers}
        read = {name for number in numbers for name in _read(pieces[number])}
        waiting = (read & set(where)) - used
    return "\n".join(_text(pieces[number], used, probe) for number in sorted(pieces))


def _text(node: ast.stmt, used: set[str], probe: Probe) -> str:
    """Return a statement's source; of an import, what is used of it. Raises ValueError."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        node.names = [one for one in node.names if _as(one) in used]
        if _is_ours(node):
            raise ValueError(
                f"the probe {probe.__qualname__} uses what `{ast.unparse(node)}` gives, which is "
                "not where students' code runs: define it in the probe's own module"
            )
    return ast.unparse(node)


def _is_ours(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.level > 0 or (node.module or "").split(".")[0] == "grader"
    return any(one.name.split(".")[0] == "grader" for one in node.names)


def bound(node: ast.stmt) -> list[str]:
    """Return the names that a statement binds: an import, a definition, a constant."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [_as(one) for one in node.names]
    if isinstance(node, _DEFINITIONS):
        return [node.name]
    targets: list[ast.expr] = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _as(imported: ast.alias) -> str:
    return imported.asname or imported.name.split(".")[0]


def _read(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


class _Plain(ast.NodeTransformer):
    """Takes annotations and docstrings out of definitions."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        return self._without_docstring(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        return self._without_docstring(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            raise ValueError(f"a probe can use no name without a value: {ast.unparse(node)}")
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def _without_docstring(self, node: _Defined) -> _Defined:
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        self.generic_visit(node)
        return node
