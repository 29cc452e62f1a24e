"""The command line: what the commands are, and what becomes of their errors.

Each command is in a file of its own, whose options are read here at once and whose work is imported
when it begins, so that `grader --help` answers in no time.
"""

import io
import sys
from typing import Annotated

import typer

from grader.cli import check, doctor, grade, new, override, release, replay, report, validate
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
app.add_typer(export_app, name="export")
app.command()(doctor.doctor)
app.command()(new.new)
app.command()(release.release)


def main() -> None:
    """Run the command line; errors that a person can fix become one sentence."""
    from grader.core.errors import AssignmentFault, GraderError, UsageError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # σ and ✗ on a terminal that cannot show them
            stream.reconfigure(errors="replace")
    try:
        app()
    except (UsageError, AssignmentFault) as error:
        print(f"grader: {error}", file=sys.stderr)  # noqa: T201 - the command line prints
        sys.exit(2)
    except GraderError as error:
        print(f"grader: {error}", file=sys.stderr)  # noqa: T201 - the same
        sys.exit(1)
    except KeyboardInterrupt:
        print("grader: interrupted; what was graded is kept", file=sys.stderr)  # noqa: T201
        sys.exit(130)
