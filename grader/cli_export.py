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


@app.command("gradescope-zip")
def gradescope_zip(
    name: Annotated[str, typer.Argument(help="Which assignment, such as lstm_gru.")],
    out: Annotated[Path, typer.Option(help="Where to write.")] = Path("autograder.zip"),
    assignments: Annotated[
        Optional[Path],
        typer.Option(envvar="GRADER_ASSIGNMENTS", help="The assignments folder."),
    ] = None,
    lang: LangOption = "es",
    seed: Annotated[
        Optional[str], typer.Option(help="Repeat an earlier zip's secret seed; else drawn.")
    ] = None,
    extra_index_url: Annotated[
        Optional[str],
        typer.Option(help="One more package index for Gradescope's pip, such as torch's for CPUs."),
    ] = None,
) -> None:
    """Make the autograder that Gradescope runs for each submission of an assignment."""
    from grader.gradescope import bundle

    typer.echo(bundle.make(name, out, assignments, lang, seed, extra_index_url))
