"""The skeleton that students get, made from the reference by nbgrader's own preprocessor."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import nbformat

from grader.errors import AssignmentFault

STUB = "# ESCRIBE TU CÓDIGO AQUÍ\nraise NotImplementedError()"


def skeleton(reference: Path) -> str:
    """Return the notebook with its BEGIN/END SOLUTION regions emptied and no outputs.

    Raises AssignmentFault when the marks do not match, or nbgrader is not installed.
    """
    try:
        from nbgrader.preprocessors import ClearOutput, ClearSolutions
    except ModuleNotFoundError as error:
        why = "nbgrader is missing: pip install 'rnn-grader[nbgrader]'"
        raise AssignmentFault(why) from error
    notebook = nbformat.read(reference, as_version=4)  # type: ignore[no-untyped-call]
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    try:
        for step in (ClearSolutions(code_stub={"python": STUB}), ClearOutput()):
            notebook, _ = step.preprocess(notebook, {})
    except RuntimeError as error:
        raise AssignmentFault(f"{reference}: {error}") from error
    text = str(nbformat.writes(notebook))  # type: ignore[no-untyped-call]
    return text.rstrip("\n") + "\n"


def main() -> None:
    """Write the skeleton of every assignment that has a reference under solutions/."""
    for reference in sorted(Path("solutions").glob("*/*.ipynb")):
        target = Path("assignments") / reference.parent.name / reference.name
        target.write_text(skeleton(reference), encoding="utf-8")
        sys.stdout.write(f"{target}\n")


if __name__ == "__main__":
    main()
