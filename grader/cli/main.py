"""The command line: what the commands are, and what becomes of their errors.

Each command is in a file of its own, whose options are read here at once and whose work is imported
when it begins, so that `grader --help` answers in no time.
"""

import io
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from grader.cli import (
    check,
    course,
    doctor,
    grade,
    new,
    options,
    override,
    release,
    replay,
    report,
    rescore,
    skeleton,
    validate,
)
from grader.cli.export import app as export_app
from grader.core.version import __version__

app = typer.Typer(
    name="grader",
    help="Mark LSTM and GRU cells that students write by hand in PyTorch.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def version(
    *, show: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False
) -> None:
    """Mark LSTM and GRU cells that students write by hand in PyTorch."""
    if show:
        typer.echo(f"grader {__version__}")
        raise typer.Exit


app.command()(grade.grade)
app.command()(check.check)
app.command()(validate.validate)
app.command()(replay.replay)
app.command()(report.report)
app.command()(override.override)
app.command()(rescore.rescore)
app.command()(course.course)
app.add_typer(export_app, name="export")
app.command()(doctor.doctor)
app.command()(new.new)
app.command()(skeleton.skeleton)
app.command()(release.release)


def language(arguments: Sequence[str]) -> str:
    """Return the language that a command line asks for; English where its command has no --lang.

    The command has ended by then, so that these are arguments which it understood.
    """
    command, rest = typer.main.get_command(app), list(arguments)
    while isinstance(command, typer.core.TyperGroup):
        known = [number for number, word in enumerate(rest) if word in command.commands]
        if not known:
            return "en"
        command, rest = command.commands[rest[known[0]]], rest[known[0] + 1 :]
    asked = command.make_context(command.name, rest, resilient_parsing=True).params
    return (asked["lang"] or options.Lang.es).value if "lang" in asked else "en"


def main() -> None:
    """Run the command line; errors that a person can fix become one sentence."""
    from grader.core.console import tell
    from grader.core.errors import AssignmentFault, GraderError, UsageError
    from grader.core.i18n import tr

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # σ and ✗ on a terminal that cannot show them
            stream.reconfigure(errors="replace")
    arguments = sys.argv[1:]
    try:
        app()
    except GraderError as error:
        tell(error.said, language(arguments))
        sys.exit(2 if isinstance(error, (UsageError, AssignmentFault)) else 1)
    except SystemExit as end:
        if _interrupted(end):
            tell(tr("interrupted"), language(arguments))
        raise


def _interrupted(end: SystemExit) -> bool:
    """Whether Ctrl-C ended a command that says nothing of it itself: typer is silent then."""
    cause = end.__context__.__cause__ if end.__context__ else None
    return isinstance(cause, KeyboardInterrupt)
