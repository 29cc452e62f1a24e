"""`grader skeleton`: the notebook that students get, made from the reference."""

from typing import Annotated

import typer

from grader.cli.options import AssignmentsOption


def skeleton(
    name: Annotated[str, typer.Argument(help="Which assignment.")],
    assignments: AssignmentsOption = None,
) -> None:
    """Write the students' notebook of an assignment from its reference, solutions/NAME/NAME.ipynb.

    What stands between the marks of a solution is taken out. It needs nbgrader.
    """
    from grader.integrations.nbgrader import release

    typer.echo(release.write_skeleton(name, assignments))
