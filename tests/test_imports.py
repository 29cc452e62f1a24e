"""No module of ours needs another that needs it, at once or later."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path
from typing import TYPE_CHECKING

import grader

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(grader.__file__).parent
NO_MODULES = ("_assignments", "_docker", "template")
NOT_BEFORE_A_NOTEBOOK_ASKS = ("grader", "grader.integrations.jupyter.magic")


def modules() -> dict[str, Path]:
    """Every module of ours, by its name."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        if not set(NO_MODULES) & set(parts):
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imports(node: ast.AST) -> Iterator[str]:
    """What is imported when code runs, in functions too, but not for the type checker alone."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (one.name for one in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert not child.level, "imports are absolute"
            yield from (f"{child.module}.{one.name}" for one in child.names)
        elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            yield from imports(ast.Module(child.orelse, []))
        else:
            yield from imports(child)


def graph() -> dict[str, set[str]]:
    """Which of our modules each of them imports; of a package, what its own file imports."""
    ours = modules()
    needs: dict[str, set[str]] = {}
    for name, path in ours.items():
        asked = imports(ast.parse(path.read_text(encoding="utf-8")))
        found = {one if one in ours else one.rpartition(".")[0] for one in asked} & set(ours)
        needs[name] = found - {name}
    return needs


def test_no_module_imports_itself_by_way_of_others() -> None:
    needs = graph()
    user, used = NOT_BEFORE_A_NOTEBOOK_ASKS
    needs[user].remove(used)
    list(graphlib.TopologicalSorter(needs).static_order())


def test_an_import_in_a_function_counts_and_one_for_the_type_checker_does_not() -> None:
    source = """
if TYPE_CHECKING:
    import a
else:
    import b.c
def f():
    from d import e
"""
    assert list(imports(ast.parse(source))) == ["b.c", "d.e"]
    assert "grader.worker.zygote" in graph()["grader.worker.__main__"]
