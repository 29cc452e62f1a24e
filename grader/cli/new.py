"""`grader new`: a new assignment, to change into one's own."""

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.options import AssignmentsOption


def new(
    name: Annotated[str, typer.Argument(help="Its name, such as celda_rnn.")],
    assignments: AssignmentsOption = None,
) -> None:
    """Create a new assignment, complete and valid, to turn into your own."""
    from grader.assignments.scaffold import create, next_steps

    root = assignments or Path("assignments")
    for path in create(name, root):
        typer.echo(path)
    typer.echo(f"\nTry it, then change it:\n{next_steps(name, root, assignments)}")
