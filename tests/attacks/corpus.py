"""The cases: what their headers say, and the submissions that they are made into.

A case is a Python file that holds only the hostile change. Its header is TOML in a comment:

    # /// attack
    # title = "os._exit(0) inside forward"
    # group = "Score forging"
    # verdict = "S"
    # points = 76
    # loses = ["celdaLSTM/*"]
    # ///

It is handed in as the last cell of the reference, whose other definitions stand; a case that is
`whole` is handed in alone, as a module. Cases that are no Python come from `attacks.raw`.
"""

from __future__ import annotations

import importlib
import json
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attacks.raw import CASES

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
GROUPS = (
    "Score forging",
    "Leaks",
    "Not doing the work",
    "Timing",
    "Denial of service",
    "Protocol",
    "Notebooks",
    "Reports",
)
VERDICTS = ("0", "S", "R", "F", "OK")
_HEADER = re.compile(r"\A# /// attack\n(?P<toml>(?:#(?: [^\n]*)?\n)+?)# ///\n")


@dataclass(frozen=True)
class Case:
    """One hostile submission and what it must get.

    `verdict` is 0 (scored wrong), S (the student's fault, named), R (rejected), F (flagged) or OK
    (no effect). The checks that match `loses` and not `keeps` must not pass, and every other must;
    `points` is what is left. Of the checks that are lost some have, and all that ran have, one of
    `outcomes`. `flags` ("delegation:celdaLSTM") must be there, and no other delegation. `says` is a
    pattern that the reason, or the message of a lost check, must match, `hides` one that none may.
    `twin` is the honest twin.
    `copies` hand the same in so often. `helper` is a file that goes before it.
    """

    id: str
    title: str
    group: str
    verdict: str
    points: float
    twin: str = "reference"
    status: str = "graded"
    loses: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    says: str = ""
    hides: str = ""
    seconds: float | None = None
    copies: int = 1
    whole: bool = False
    helper: str = ""
    source: str = ""
    make: Callable[[Path, str], str] | None = None
    """Makes the submission in a folder under a name; returns the student's id."""


def case(identity: str, header: dict[str, Any], **more: Any) -> Case:
    """Return a case from its header's fields."""
    known = {field.name for field in fields(Case)} - {"id", "source", "make"}
    if unknown := set(header) - known:
        raise ValueError(f"{identity}: unknown fields {sorted(unknown)}")
    plain: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in header.items()
    }
    return Case(id=identity, **plain, **more)


def header(source: str, name: str) -> dict[str, Any]:
    """Return the fields of a file's header. Raises ValueError where there is none."""
    match = _HEADER.match(source)
    if match is None:
        raise ValueError(f"{name} has no header")
    return tomllib.loads(re.sub(r"^# ?", "", match["toml"], flags=re.MULTILINE))


def load() -> list[Case]:
    """Return every case, in the order of the groups and of their names."""
    for module in ("raw_notebooks", "raw_files", "raw_names"):
        importlib.import_module(f"attacks.{module}")  # which registers its cases

    found = [_read(path) for path in sorted((HERE / "cases").rglob("*.py"))]
    found += [case(name, told, make=make) for name, told, make in CASES]
    return sorted(found, key=lambda one: (GROUPS.index(one.group), one.id))


def _read(path: Path) -> Case:
    source = path.read_text(encoding="utf-8")
    return case(path.stem, header(source, path.name), source=source)


def twins(reference: bytes) -> dict[str, bytes]:
    """Return the honest submissions, by name: the reference and what stands in `twins/`."""
    found = {"reference": reference}
    for path in sorted((HERE / "twins").glob("*.py")):
        found[path.stem] = with_cells(reference, path.read_text(encoding="utf-8"))
    return found


def with_cells(reference: bytes, *sources: str) -> bytes:
    """Return the reference with cells of code after its own: the last definition counts."""
    notebook = json.loads(reference)
    notebook["cells"] += [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources
    ]
    return json.dumps(notebook).encode()


def hand_in(one: Case, reference: bytes, folder: Path, name: str) -> str:
    """Write a case's submission into a folder; return the student's id.

    No two are the same to the byte: they would be graded once.
    """
    if one.make is not None:
        return one.make(folder, name)
    before = [(HERE / "helpers" / f"{one.helper}.py").read_text()] if one.helper else []
    own = f"# {name}"
    if one.whole:
        text = "\n".join([*before, one.source, own, ""])
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    else:
        content = with_cells(reference, *before, f"{one.source}\n{own}")
        (folder / f"{name}.ipynb").write_bytes(content)
    return name
