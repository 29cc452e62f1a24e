"""`grader course`: the marks of several assignments in one gradebook."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from grader.cli.options import AssignmentsOption, Lang

if TYPE_CHECKING:
    from grader.core.gradebook import Gradebook

CSV = "gradebook.csv"
PAGE = "index.html"
_MENTIONED = 5


def course(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The course: a TOML file that names the folders.")
    ],
    out: Annotated[
        Optional[Path],
        typer.Option(help="The folder to write to; one beside FILE that has its name if left out."),
    ] = None,
    assignments: AssignmentsOption = None,
    lang: Annotated[
        Lang, typer.Option(help="The language of the page and of what is printed.")
    ] = Lang.es,
    *,
    export: Annotated[
        bool,
        typer.Option("--export", help="Also fill in what FILE names of Moodle, Canvas, nbgrader."),
    ] = False,
    json_: Annotated[
        bool, typer.Option("--json", help="Print the gradebook as JSON lines.")
    ] = False,
) -> None:
    """Put the results of several assignments into one gradebook: gradebook.csv and a page."""
    from grader.assignments.course import read
    from grader.core import files
    from grader.exports import gradebook as tables
    from grader.feedback import course_page
    from grader.integrations import course as places
    from grader.storage.course import gradebook

    read_course = read(file)
    book = gradebook(read_course, assignments)
    folder = out or _beside(file)
    page = course_page.render(book, lang.value, folder)
    written = [
        files.save(folder / CSV, tables.table(book).encode()),
        files.save(folder / PAGE, page.encode()),
    ]
    if json_:
        sys.stdout.writelines(tables.lines(book))
    else:
        for path in written:
            typer.echo(path)
    status = _tell(book, lang.value)
    if export:
        say = typer.echo if not json_ else lambda _path: None
        exported = places.export(read_course, book, folder, lang.value, assignments, say)
        status = max(status, exported)
    raise typer.Exit(status)


def _beside(file: Path) -> Path:
    """Return the folder of a file's name: `curso` for `curso.toml`."""
    return file.with_suffix("") if file.suffix else file.with_name(f"{file.name}-course")


def _tell(book: "Gradebook", lang: str) -> int:
    """Say who has no mark for the course, and who is one by name alone; return the exit status."""
    from grader.core.console import tell
    from grader.core.i18n import some_of, tr
    from grader.core.text import plain

    lost = [row for row in book.rows if row.not_graded]
    for row in lost[:_MENTIONED]:
        said = tr(
            "{student} has no mark for the course: not graded in {names}. Run grader grade again "
            "there, and then grader course",
            student=plain(row.person.name or row.person.student),
            names=", ".join(row.not_graded),
        )
        tell(said, lang)
    if more := lost[_MENTIONED:]:
        tell(tr("{count} more have no mark for the course either", count=len(more)), lang)
    if book.by_name:
        names = [plain(person.name) for person in book.by_name]
        tell(tr("one student by the name alone: {names}", names=some_of(names, _MENTIONED)), lang)
    if book.alike:
        names = [plain(name) for name in book.alike]
        said = tr(
            "in several rows, and perhaps one student: {names}. Give the course a roster",
            names=some_of(names, _MENTIONED),
        )
        tell(said, lang)
    return 1 if lost else 0
