"""What stands in `solutions/<name>/`: right and wrong solutions of an assignment.

The reference `<name>.ipynb`; `variants.py` and `variants_*.py` with `VARIANTS`, right solutions
written differently; `mutants.py` with `MUTANTS`, wrong ones that say what they must lose;
`equivalent.toml`, which argues why the checks cannot, or need not, tell some machine-made mutants
from the reference.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import re
import sys
import textwrap
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grader.core.errors import AssignmentFault, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from grader.assignments.assignment import Assignment

_SOLUTION = r"^( *)### BEGIN SOLUTION\n.*?### END SOLUTION$"


@dataclass(frozen=True)
class Mutant:
    """One wrong solution: in the cell that defines `where`, each old text becomes the new one.

    `loses` are the checks ("part/check", or "part/*") that must fail or be skipped, and no others;
    `named` is the misconception that must be named: without one the grader must stay silent.
    """

    name: str
    where: str
    edits: tuple[tuple[str, str], ...]
    loses: tuple[str, ...]
    named: str = ""


@dataclass(frozen=True)
class Variant:
    """One right solution, written as somebody else would: it must get full marks.

    `code` is by place: what a student writes between the marks of a function, under "function()" or
    "Class.method()", or a whole cell, under the name of something that the cell defines.
    """

    name: str
    code: Mapping[str, str]


@dataclass(frozen=True)
class Solutions:
    """An assignment's solutions; `argued` says why a machine-made mutant, by name, may survive."""

    filename: str
    reference: bytes
    variants: tuple[Variant, ...] = ()
    mutants: tuple[Mutant, ...] = ()
    argued: Mapping[str, str] = field(default_factory=dict)

    @property
    def notebook(self) -> Any:
        """The reference as parsed JSON."""
        return json.loads(self.reference)


def load(assignment: Assignment) -> Solutions:
    """Read an assignment's solutions. Raises UsageError when there is no reference."""
    folder = assignment.folder.parent.parent / "solutions" / assignment.name
    reference = folder / f"{assignment.name}.ipynb"
    if not reference.is_file():
        raise UsageError(f"there is no reference at {reference}")
    content = reference.read_bytes()
    variants = {path: _python(path, "VARIANTS") for path in sorted(folder.glob("variants*.py"))}
    _require_names(folder, (one for tried in variants.values() for one in tried))
    written = _python(folder / "mutants.py", "MUTANTS")
    made = dict(declared(assignment))
    changes: list[tuple[Path, tuple[Any, ...], Callable[[Any, Any], bytes]]] = [
        *((path, tried, vary) for path, tried in variants.items()),
        (folder / "mutants.py", written, mutate),
    ]
    for path, solutions, change in changes:
        for one in solutions:
            with _told(f"{path}:{_line(path, one.name)}"):
                change(json.loads(content), one)
    for mutant, place in made.items():
        with _told(place):
            mutate(json.loads(content), mutant)
    return Solutions(
        reference.name,
        content,
        tuple(one for tried in variants.values() for one in tried),
        (*made, *written),
        argued(folder / "equivalent.toml"),
    )


@contextlib.contextmanager
def _told(place: str) -> Iterator[None]:
    """Say where what does not fit was written."""
    try:
        yield
    except AssignmentFault as fault:
        raise AssignmentFault(f"{place}: {fault}") from fault


def _line(path: Path, name: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if f'"{name}"' in line), 1)


def declared(assignment: Assignment) -> Iterator[tuple[Mutant, str]]:
    """Yield the mutants that an assignment's mistakes make, and their places.

    Each of a definition loses the checks of the terms that it replaces, and the whole; each of a
    bank, those that it says. Raises AssignmentFault.
    """
    from grader.grading import collection, suite

    items = suite.collect(assignment)
    for made in collection.definitions(items):
        for one in made.mistakes:
            if one.edit:
                lost = [*one.loses, *(["whole"] if made.whole.weight != 0 else [])]
                loses = tuple(map(made.identity, one.loses if "returned" in one.terms else lost))
                name = f"{made.prefix}{made.name}: {one.id}"
                mutant = Mutant(name, made.name, one.edit, loses, one.id)
                yield mutant, f"{one.place[0]}:{one.place[1]}"
    for bank in collection.banks(items):
        for one in bank.mistakes:
            if one.edit:
                name = f"{bank.name}: {one.id}"
                mutant = Mutant(name, bank.name, one.edit, bank.lost(one), one.id)
                yield mutant, f"{one.place[0]}:{one.place[1]}"


def argued(path: Path) -> dict[str, str]:
    """Read reasons, each with the mutants that it holds for; return the reason by mutant.

    Raises AssignmentFault for a mutant with two reasons.
    """
    reasons: dict[str, str] = {}
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    for entry in tomllib.loads(text).get("equivalent", ()):
        for name in entry["mutants"]:
            if name in reasons:
                raise AssignmentFault(f"{path}: {name!r} is there twice")
            reasons[name] = entry["reason"]
    return reasons


def mutate(notebook: Any, mutant: Mutant) -> bytes:
    """Return a notebook with a mutant's edits made. Raises AssignmentFault if they do not fit."""
    cell = _cell(notebook, mutant.name, mutant.where)
    for old, new in mutant.edits:
        if old not in cell["source"]:
            raise AssignmentFault(
                f"mutant {mutant.name!r}: {mutant.where} does not contain {old!r}"
            )
        cell["source"] = cell["source"].replace(old, new)
    return json.dumps(notebook).encode()


def vary(notebook: Any, variant: Variant) -> bytes:
    """Return a notebook with a variant's code. Raises AssignmentFault if there is no place."""
    for place, code in variant.code.items():
        path = place.removesuffix("()").split(".")
        cell = _cell(notebook, variant.name, path[0])
        source = textwrap.dedent(code).strip("\n")
        if place.endswith("()"):
            source = _filled(cell["source"], path[-1], source)
        if not source:
            raise AssignmentFault(f"variant {variant.name!r}: nothing to fill in for {place}")
        cell["source"] = source
    return json.dumps(notebook).encode()


def _filled(source: str, function: str, body: str) -> str:
    """Return a cell with a function's solution replaced, or nothing if it has none."""
    start = re.search(rf"^ *def {re.escape(function)}\b", source, re.MULTILINE)
    marks = re.compile(_SOLUTION, re.MULTILINE | re.DOTALL)
    found = marks.search(source, start.end()) if start else None
    if found is None:
        return ""
    return source[: found.start()] + textwrap.indent(body, found[1]) + source[found.end() :]


def _cell(notebook: Any, name: str, where: str) -> Any:
    """Return the code cell that defines a name, with its source as one text."""
    defines = re.compile(rf"^(?:(?:class|def) )?{re.escape(where)}\b(?!\.)", re.MULTILINE)
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and defines.search(source):
            cell["source"] = source
            return cell
    raise AssignmentFault(f"{name!r}: nothing defines {where}")


def _python(path: Path, name: str) -> tuple[Any, ...]:
    """Return what a Python file calls so. Raises AssignmentFault when two items have one name."""
    if not path.is_file():
        return ()
    spec = importlib.util.spec_from_file_location(f"{path.stem}_of_{path.parent.name}", path)
    assert spec is not None  # noqa: S101 - a file of ours
    assert spec.loader is not None  # noqa: S101 - the same
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    items: tuple[Any, ...] = getattr(module, name)
    _require_names(path, items)
    return items


def _require_names(path: Path, items: Iterable[Mutant | Variant]) -> None:
    """See that each solution has a name of its own. Raises AssignmentFault."""
    twice = [name for name, count in Counter(item.name for item in items).items() if count > 1]
    if twice:
        raise AssignmentFault(f"{path}: two solutions are called {twice[0]!r}")
