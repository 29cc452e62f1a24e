"""A submitted notebook with what came of its checks below, as nbgrader's formgrader shows it.

nbgrader shows a cell's score beside the cell, so each check is a cell: locked, worth its points,
with the verdict as comments. Code, for formgrader escapes code and runs none of it, while HTML
of a Markdown cell would be live in the instructor's browser.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nbformat
from nbgrader.utils import compute_checksum

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_EMPTY: dict[str, Any] = {"cells": [], "metadata": {}}


@dataclass(frozen=True)
class Verdict:
    """A cell to write: its name in the gradebook, its points, what it says."""

    name: str
    points: float
    text: str


def written(
    content: bytes,
    filename: str,
    verdicts: Iterable[Verdict],
    others: Mapping[str, Any],
) -> str:
    """Return the notebook, outputs kept, with a cell for each verdict at its end.

    What is no notebook is left out. nbgrader looks up in the gradebook what a cell's metadata
    names, and students can write those: of theirs only what is in `others` stays, once.
    """
    notebook = _read(content, filename)
    cells = [*_tamed(notebook["cells"], others), *map(_cell, verdicts)]
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number}"
    notebook |= {"cells": cells, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _read(content: bytes, filename: str) -> dict[str, Any]:
    """Return a notebook as it is in nbformat 4; an empty one where it cannot be shown as one."""
    try:
        text = content.decode("utf-8-sig")
        with warnings.catch_warnings(action="ignore"):
            notebook = (
                _module(text)
                if filename.lower().endswith(".py")
                else nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
            )
            for number, cell in enumerate(notebook.cells):
                cell["id"] = f"cell-{number}"
            notebook.nbformat_minor = 5
            nbformat.validate(notebook)
    except Exception:  # noqa: BLE001 - nbformat raises what it likes, and so do odd notebooks
        return dict(_EMPTY)
    plain: dict[str, Any] = json.loads(json.dumps(notebook))
    return plain


def _module(text: str) -> Any:
    cell = nbformat.v4.new_code_cell(text)  # type: ignore[no-untyped-call]
    return nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]


def _tamed(cells: Iterable[Any], others: Mapping[str, Any]) -> Iterator[Any]:
    """Yield a student's cells with the metadata that the gradebook knows, and no other."""
    left = dict(others)
    for cell in cells:
        claimed = cell["metadata"].pop("nbgrader", None)
        name = claimed.get("grade_id") if isinstance(claimed, dict) else None
        if isinstance(name, str) and name in left:
            cell["metadata"]["nbgrader"] = left.pop(name)
        yield cell


def _cell(verdict: Verdict) -> Any:
    source = "\n".join(f"# {line}".rstrip() for line in verdict.text.splitlines())
    fields = {
        "schema_version": 3,
        "grade": True,
        "locked": True,
        "solution": False,
        "task": False,
        "grade_id": verdict.name,
        "points": verdict.points,
        "cell_type": "code",
    }
    metadata = {"deletable": False, "editable": False, "nbgrader": fields}
    cell = nbformat.v4.new_code_cell(source, metadata=metadata)  # type: ignore[no-untyped-call]
    cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
    return cell
