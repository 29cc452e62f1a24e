"""`grader export`: the grades of a results folder for the place that a course lives in."""

from pathlib import Path
from typing import Annotated, Optional

import typer

from grader.cli.options import AssignmentsOption, CommentsOption, FolderArgument, Lang, OutOption

app = typer.Typer(
    help="Give grades to nbgrader, Gradescope, Moodle, Canvas, GitHub, or as CSV and JUnit.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def csv(folder: FolderArgument, out: OutOption = None) -> None:
    """Write one table: a line for everybody, a column for each check."""
    from grader.core import files
    from grader.exports import csv, ungraded
    from grader.storage.stored import StoredResults

    results = StoredResults.read(folder)
    table = csv.wide(results.grades.values(), results.people)
    typer.echo(files.save(out or results.place("checks.csv"), table.encode()))
    raise typer.Exit(ungraded.status(results.grades.values()))


@app.command()
def moodle(
    folder: FolderArgument,
    worksheet: Annotated[Path, typer.Option(help="The grading worksheet, as downloaded.")],
    out: Annotated[
        Optional[Path], typer.Option(help="The folder to write to; DIR/moodle if left out.")
    ] = None,
    lang: CommentsOption = Lang.es,
    id_column: Annotated[str, typer.Option(help="The column of participants.")] = "",
    grade_column: Annotated[str, typer.Option(help="The column of grades.")] = "",
    comments_column: Annotated[str, typer.Option(help="The column of comments.")] = "",
    *,
    replace_comments: Annotated[
        bool,
        typer.Option(
            "--replace-comments", help="Also replace the comments that are there already."
        ),
    ] = False,
) -> None:
    """Fill in Moodle's offline grading worksheet, and make a zip of feedback files."""
    from grader.exports.moodle import Names
    from grader.integrations.lms import MoodleOptions, export_moodle

    names = Names(id_column, grade_column, comments_column)
    options = MoodleOptions(folder, worksheet, out, lang.value, names, replace_comments)
    written, status = export_moodle(options)
    for path in written:
        typer.echo(path)
    raise typer.Exit(status)


@app.command()
def canvas(
    folder: FolderArgument,
    gradebook: Annotated[Path, typer.Option(help="The gradebook, as Canvas exports it.")],
    out: Annotated[
        Optional[Path], typer.Option(help="The file to write; DIR/canvas.csv if left out.")
    ] = None,
    column: Annotated[
        str,
        typer.Option(
            "--assignment-column",
            "--column",
            help="The assignment's column, such as 'LSTM (123)'; not needed if one has its title.",
        ),
    ] = "",
    assignments: Annotated[
        Optional[Path],
        typer.Option(
            "--assignments",
            envvar="GRADER_ASSIGNMENTS",
            help="The assignments folder, for their titles.",
        ),
    ] = None,
) -> None:
    """Fill in one assignment's column of Canvas's gradebook."""
    from grader.integrations.lms import CanvasOptions, export_canvas

    options = CanvasOptions(folder, gradebook, out, column, assignments)
    written, status = export_canvas(options)
    typer.echo(written)
    raise typer.Exit(status)


@app.command()
def junit(folder: FolderArgument, out: OutOption = None, lang: CommentsOption = Lang.es) -> None:
    """Write JUnit's XML: a test suite for each student, a test case for each check."""
    from grader.core import files
    from grader.exports import junit, ungraded
    from grader.storage.stored import StoredResults

    results = StoredResults.read(folder)
    document = junit.document(results.grades.values(), lang.value)
    typer.echo(files.save(out or results.place("junit.xml"), document))
    raise typer.Exit(ungraded.status(results.grades.values(), lang.value))


@app.command()
def github(
    folder: FolderArgument,
    student: Annotated[
        Optional[str], typer.Argument(help="The student; not needed if there is only one.")
    ] = None,
    out: Annotated[
        Optional[Path], typer.Option(help="The file to write; printed if left out.")
    ] = None,
    lang: CommentsOption = Lang.es,
) -> None:
    """Write a student's result for GitHub Classroom's reporter: one line of base64."""
    from grader.core import files
    from grader.exports import github, ungraded
    from grader.storage.stored import StoredResults

    grade = StoredResults.read(folder).grade(student)
    text = github.encoded(grade, lang.value)
    typer.echo(files.save(out, f"{text}\n".encode()) if out else text)
    raise typer.Exit(ungraded.status([grade], lang.value))


@app.command()
def nbgrader(
    folder: FolderArgument,
    course: Annotated[Path, typer.Option(help="The course folder, with nbgrader_config.py.")],
    lang: CommentsOption = Lang.es,
) -> None:
    """Fill the gradebook check by check, and write autograded/ and feedback/."""
    from grader.integrations.nbgrader import course as courses

    courses.require()  # before what imports it
    from grader.integrations.nbgrader.export import export_nbgrader

    raise typer.Exit(export_nbgrader(folder, course, lang.value))


@app.command("gradescope-zip")
def gradescope_zip(
    name: Annotated[str, typer.Argument(help="Which assignment, such as lstm_gru.")],
    out: Annotated[Path, typer.Option(help="Where to write.")] = Path("autograder.zip"),
    assignments: AssignmentsOption = None,
    lang: CommentsOption = Lang.es,
    seed: Annotated[
        Optional[str],
        typer.Option(help="The secret seed of an earlier zip; drawn at random if left out."),
    ] = None,
    extra_index_url: Annotated[
        Optional[str],
        typer.Option(help="An extra package index for Gradescope's pip, such as torch's for CPUs."),
    ] = None,
) -> None:
    """Make the autograder zip that Gradescope runs on each submission of an assignment."""
    from grader.integrations.gradescope import bundle

    typer.echo(bundle.make(name, out, assignments, lang.value, seed, extra_index_url))
