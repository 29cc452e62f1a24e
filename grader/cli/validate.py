"""`grader validate`: right work gets full marks, and wrong work loses what it should."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from grader.cli.options import AssignmentsOption

if TYPE_CHECKING:
    from grader.assignments.assignment import Assignment
    from grader.validation.validate import Choice, Verdict


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
    part: Annotated[str, typer.Option(help="Only the checks and mutants of this part.")] = "",
    machine: Annotated[bool, typer.Option(help="Also generate mutants.")] = True,
    fast: Annotated[
        bool,
        typer.Option("--fast", help="Without a sandbox, one seed, no generated mutants: seconds."),
    ] = False,
) -> None:
    """Test the checks: right solutions get full marks, mutants lose what they should."""
    from grader.assignments import assignment
    from grader.core import console
    from grader.feedback import terminal
    from grader.validation import validity
    from grader.validation.validate import Choice

    root = assignment.folder_of_assignments(assignments)
    jobs = jobs or os.cpu_count() or 1
    wrong = 0
    for name in names or assignment.names(root):
        chosen = assignment.choose(root, name)
        if part:
            assignment.require_part(chosen, part)
        choice = Choice(only, part, machine=machine, fast=fast)
        verdicts = list(_verdicts(chosen, 1 if fast else seeds, jobs, choice))
        wrong += sum(bool(verdict.wrong) for verdict in verdicts)
        figures = validity.of_all(one.measured for one in verdicts if one.measured)
        console.console().print(terminal.validation(name, verdicts, str(figures or "")))
    raise typer.Exit(1 if wrong else 0)


def _verdicts(
    assignment: "Assignment", seeds: int, jobs: int, choice: "Choice"
) -> Iterator["Verdict"]:
    """Yield what comes of each solution, having told it. Raises UsageError for none."""
    from grader.core.console import tell
    from grader.core.errors import UsageError
    from grader.integrations.nbgrader import release
    from grader.validation import validate

    none = True
    for verdict in validate.validate(assignment, seeds, jobs, choice):
        none = False
        said = "; ".join(verdict.wrong) or verdict.fate or "as expected"
        tell(f"{assignment.name}: {verdict.name}: {said}")
        yield verdict
    if not choice.fast and choice.takes("skeleton") and release.is_stale(assignment):
        again = f"it is not what the reference gives: grader skeleton {assignment.name}"
        yield validate.Verdict("skeleton", (again,))
    if none:
        raise UsageError(f"nothing in {assignment.name} matches {choice.only!r}")
