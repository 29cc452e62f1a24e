"""`grader export`: the grades of a results folder for the place that a course lives in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

app = typer.Typer(
    help="Give grades to nbgrader, Gradescope, Moodle, Canvas, GitHub, or as CSV and JUnit.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The results folder.")]
OutOption = Annotated[Optional[Path], typer.Option(help="Where to write; said if left out.")]
LangOption = Annotated[str, typer.Option(help="The language of the comments: es or en.")]


@app.command()
def csv(folder: FolderArgument, out: OutOption = None) -> None:
    """Write one table: a line for everybody, a column for each check."""
    from grader import export
    from grader.exports import csv as csv_

    graded = export.load(folder)
    text = csv_.wide(graded.grades.values(), graded.people)
    typer.echo(export.write(out or folder / "checks.csv", text.encode()))


@app.command()
def nbgrader(
    folder: FolderArgument,
    course: Annotated[Path, typer.Option(help="The course's folder, with nbgrader_config.py.")],
    lang: LangOption = "es",
) -> None:
    """Fill the gradebook check by check, and write autograded/ and feedback/."""
    from grader import course as courses

    courses.require()  # before what imports it
    from grader.export_nbgrader import export_nbgrader

    raise typer.Exit(export_nbgrader(folder, course, lang))
