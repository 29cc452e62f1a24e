"""`grader validate`: right work gets full marks, and wrong work loses what it should."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from grader.cli.options import AssignmentsOption

if TYPE_CHECKING:
    from grader.validation.validate import Verdict


def validate(
    names: Annotated[
        Optional[list[str]], typer.Argument(help="Assignments; all of them if none is given.")
    ] = None,
    assignments: AssignmentsOption = None,
    seeds: Annotated[
        int, typer.Option(min=1, help="How many seeds to try the reference with.")
    ] = 20,
    jobs: Annotated[int, typer.Option(min=0, help="How many at once; 0: one per core.")] = 0,
    only: Annotated[
        str, typer.Option(help="Only those whose name matches, such as 'variant: *'.")
    ] = "*",
    *,
    machine: Annotated[bool, typer.Option(help="Also generate mutants.")] = True,
) -> None:
    """Test the checks: right solutions get full marks, mutants lose what they should."""
    from grader.assignments import assignment
    from grader.core import console
    from grader.feedback import terminal

    root = assignment.folder_of_assignments(assignments)
    jobs = jobs or os.cpu_count() or 1
    wrong = 0
    for name in names or assignment.names(root):
        verdicts = list(_verdicts(name, root, seeds, jobs, machine=machine, only=only))
        wrong += sum(bool(verdict.wrong) for verdict in verdicts)
        console.console().print(terminal.validation(name, verdicts))
    raise typer.Exit(1 if wrong else 0)


def _verdicts(
    name: str, root: Path, seeds: int, jobs: int, *, machine: bool, only: str
) -> Iterator["Verdict"]:
    """Yield what comes of each solution, having told it. Raises UsageError for none."""
    from grader.assignments.assignment import choose
    from grader.core.console import tell
    from grader.core.errors import UsageError
    from grader.validation import validate

    none = True
    for verdict in validate.validate(choose(root, name), seeds, jobs, machine=machine, only=only):
        none = False
        said = "; ".join(verdict.wrong) or verdict.fate or "as expected"
        tell(f"{name}: {verdict.name}: {said}")
        yield verdict
    if none:
        raise UsageError(f"nothing in {name} matches {only!r}")
