"""`grader new`: a new assignment, to change into one's own."""

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.options import AssignmentsOption


def new(
    name: Annotated[str, typer.Argument(help="What to call it, such as celda_rnn.")],
    assignments: AssignmentsOption = None,
) -> None:
    """Make a new assignment, complete and valid, to change into your own."""
    from grader.assignments.scaffold import create, next_steps

    root = assignments or Path("assignments")
    for path in create(name, root):
        typer.echo(path)
    typer.echo(f"\nTry it, and go on from there:\n{next_steps(name, root, assignments)}")
