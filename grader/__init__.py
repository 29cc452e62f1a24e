"""Marks recurrent networks that students write by hand in PyTorch.

In a notebook, `%load_ext grader` gives `%check celdaLSTM`; `grader.check(celdaLSTM)` is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.core.version import __version__ as __version__

if TYPE_CHECKING:
    from pathlib import Path


def load_ipython_extension(shell: Any) -> None:
    """Give a notebook, or IPython, the magic `%check`."""
    from grader.integrations.jupyter.magic import register

    register(shell)


def check(
    *definitions: object,
    assignment: str | None = None,
    assignments: Path | str | None = None,
    lang: str = "es",
) -> None:
    """Check definitions of the notebook as they are now, and show what came of it below the cell.

    Without definitions, all that the assignment asks for and that there is. `assignment` is needed
    where there are several in the folder `assignments`, or among those that are installed.
    """
    from grader.integrations.jupyter.magic import check_definitions

    check_definitions(definitions, assignment, assignments, lang)
