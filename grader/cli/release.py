"""`grader release`: an assignment in a course of nbgrader's."""

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.options import AssignmentsOption


def release(
    name: Annotated[str, typer.Argument(help="Which assignment.")],
    out: Annotated[Path, typer.Option(help="The folder of the nbgrader course.")],
    assignments: AssignmentsOption = None,
    install: Annotated[
        str,
        typer.Option(metavar="LINE", help="How students install grader: 'pip install ADDRESS'."),
    ] = "",
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace notebooks that differ.")] = False,
) -> None:
    """Add an assignment to an nbgrader course: the reference, and the students' notebook.

    It needs the reference, solutions/NAME/NAME.ipynb beside the assignments, which is in grader's
    repository and in no wheel.
    """
    from grader.integrations.nbgrader import release

    for path in release.release(name, out, assignments, force=force, install=install):
        typer.echo(path)
    if setting := release.missing_setting(out):
        typer.echo(
            f"\nSo that students get the notebook as it is meant, add to "
            f"{out / 'nbgrader_config.py'}:\n{setting}"
        )
