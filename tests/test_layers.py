"""The rooms of the house: what may import what, beyond what lint-imports sees."""

from __future__ import annotations

import ast
import graphlib
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "grader"
CONTRACT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
(LAYERS,) = (one for one in CONTRACT["contracts"] if one["type"] == "layers")

MAGIC = "grader -> grader.integrations.jupyter.magic"
"""Imported once a notebook asks for it."""


def test_no_module_stands_outside_the_rooms() -> None:
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}


def test_every_room_has_its_place_in_the_contract() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if any(path.rglob("*.py"))}
    places = [name for layer in LAYERS["layers"] for name in re.split(r"\s*[|:]\s*", layer)]
    assert sorted(places) == sorted(rooms)
    assert (LAYERS["containers"], LAYERS["exhaustive"]) == (["grader"], True)
    assert LAYERS["exhaustive_ignores"] == ["__main__"]


def test_no_import_is_ignored_but_the_lazy_one_of_the_magic() -> None:
    ignored = {found for one in CONTRACT["contracts"] for found in one.get("ignore_imports", ())}
    assert ignored == {MAGIC}


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph("grader", exclude_type_checking_imports=True, cache_dir=None)
    imports = {
        module: {
            other
            for other in graph.find_modules_directly_imported_by(module)
            if f"{module} -> {other}" != MAGIC
        }
        for module in graph.modules
    }
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" imported by ".join(error.args[1]))


@pytest.mark.parametrize(
    ("room", "of_ours"),
    [("worker", ("grader.worker", "grader.protocol")), ("protocol", ("grader.protocol",))],
)
def test_what_runs_in_the_image_imports_only_what_the_image_has(
    room: str, of_ours: tuple[str, ...]
) -> None:
    """A list of what is allowed: whatever else there is, now or later, is not in the image."""
    allowed = {*sys.stdlib_module_names, *in_the_image()}
    outside = {
        (file.relative_to(PACKAGE).as_posix(), name)
        for file in (PACKAGE / room).rglob("*.py")
        for name in imported(ast.parse(file.read_text(encoding="utf-8")))
        if name.partition(".")[0] not in allowed and not is_within(name, of_ours)
    }
    assert outside == set()


def in_the_image() -> Iterator[str]:
    """The modules of the packages that docker/requirements.txt names."""
    lines = (ROOT / "docker" / "requirements.txt").read_text().splitlines()
    asked = {
        canonicalize_name(Requirement(line).name) for line in lines if not line.startswith("#")
    }
    for module, distributions in packages_distributions().items():
        if asked & {canonicalize_name(name) for name in distributions}:
            yield module


def imported(tree: ast.AST) -> Iterator[str]:
    """The modules that a module's code imports, wherever in it that is said."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            # `from grader import x`: the module is `grader.x`.
            yield from (
                f"{module}.{alias.name}" if module == "grader" else module for alias in node.names
            )


def is_within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)
