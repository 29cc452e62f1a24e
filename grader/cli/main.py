"""The command line: parse, call, print.

Nothing heavy is imported before a command needs it, so that `grader --help` answers at once.
"""

from __future__ import annotations

import io
import sys
from enum import Enum
from pathlib import Path
from typing import Annotated, Optional

import typer

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


class SandboxName(str, Enum):
    """Where student code runs."""

    auto = "auto"
    docker = "docker"
    bubblewrap = "bubblewrap"
    process = "process"


class Isolation(str, Enum):
    """How submissions are kept apart."""

    lane = "lane"
    strict = "strict"


class Lang(str, Enum):
    """The language of what is printed."""

    es = "es"
    en = "en"


class Device(str, Enum):
    """Where tensors live."""

    cpu = "cpu"
    cuda = "cuda"


AssignmentOption = Annotated[
    Optional[str],
    typer.Option("--assignment", help="Which assignment; not needed if only one fits."),
]
AssignmentsOption = Annotated[
    Optional[Path],
    typer.Option("--assignments", envvar="GRADER_ASSIGNMENTS", help="The assignments folder."),
]


@app.callback(invoke_without_command=True)
def version(
    *, show: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False
) -> None:
    """Mark LSTM and GRU cells that students write by hand in PyTorch."""
    if show:
        typer.echo(f"grader {__version__}")
        raise typer.Exit


@app.command()
def grade(
    submissions: Annotated[list[Path], typer.Argument(help="Notebooks, folders and zips.")],
    assignment: AssignmentOption = None,
    assignments: AssignmentsOption = None,
    out: Annotated[Path, typer.Option(help="The results folder.")] = Path("results"),
    sandbox: Annotated[
        SandboxName,
        typer.Option(help="auto: docker, else bubblewrap; process protects from nothing."),
    ] = SandboxName.auto,
    isolation: Annotated[
        Isolation, typer.Option(help="strict: a lane of its own for each submission.")
    ] = Isolation.lane,
    jobs: Annotated[int, typer.Option(min=0, help="Lanes at once; 0: as many as cores.")] = 0,
    seed: Annotated[
        Optional[str], typer.Option(help="Repeat a run's secret seed; else drawn and stored.")
    ] = None,
    lang: Annotated[
        Lang, typer.Option(help="The language of the table and of the pages.")
    ] = Lang.es,
    device: Annotated[Device, typer.Option(help="Where student code computes.")] = Device.cpu,
    roster: Annotated[
        Optional[Path],
        typer.Option(help="A CSV of the course: id, name, email, and ids elsewhere."),
    ] = None,
    cluster: Annotated[
        Optional[str],
        typer.Option(metavar="ADDRESS", help="Grade on a Dask cluster: tcp://scheduler:8786."),
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be graded, and whose it is.")
    ] = False,
    regrade: Annotated[bool, typer.Option("--regrade", help="Grade again what is known.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print the grades as JSON lines.")] = False,
) -> None:
    """Grade submissions: a table here; grades.csv, results/*.json and report/*.html in --out."""
    from grader.cli.commands import GradeOptions, grade_submissions

    options = GradeOptions(
        submissions=tuple(submissions),
        assignment=assignment,
        assignments=assignments,
        out=out,
        sandbox=sandbox.value,
        strict=isolation is Isolation.strict,
        jobs=jobs,
        seed=seed,
        lang=lang.value,
        device=device.value,
        regrade=regrade,
        json=json_,
        roster=roster,
        dry_run=dry_run,
        cluster=cluster,
    )
    raise typer.Exit(grade_submissions(options))


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook.")],
    assignment: AssignmentOption = None,
    assignments: AssignmentsOption = None,
    part: Annotated[
        Optional[list[str]],
        typer.Option(help="Only this part, such as celdaLSTM; may be repeated."),
    ] = None,
    lang: Annotated[Lang, typer.Option(help="The language of the explanations.")] = Lang.es,
    junit: Annotated[Optional[Path], typer.Option(help="Write JUnit's XML here too.")] = None,
    classroom: Annotated[
        Optional[Path], typer.Option(help="Write GitHub Classroom's result here too.")
    ] = None,
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again whenever it is saved, until Ctrl-C.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print the grade as a JSON line.")] = False,
    steps: Annotated[bool, typer.Option("--steps", hidden=True)] = False,
) -> None:
    """Check one notebook on this machine, before handing it in."""
    from grader.cli.own_check import CheckOptions, check_notebook

    parts = tuple(part or ())
    options = CheckOptions(
        notebook, assignment, assignments, parts, lang.value, watch, json_, steps, junit, classroom
    )
    raise typer.Exit(check_notebook(options))


@app.command()
def validate(
    names: Annotated[Optional[list[str]], typer.Argument(help="Assignments; all if none.")] = None,
    assignments: AssignmentsOption = None,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds for the reference.")] = 20,
    jobs: Annotated[int, typer.Option(min=0, help="At once; 0: as many as cores.")] = 0,
    only: Annotated[str, typer.Option(help="Only those called so, such as 'variant: *'.")] = "*",
    *,
    machine: Annotated[bool, typer.Option(help="Mutants made by machine too.")] = True,
) -> None:
    """Check the checks: right solutions get full marks, mutants lose what they should."""
    from grader.cli.commands import validate_assignments

    status = validate_assignments(names or [], assignments, seeds, jobs, machine=machine, only=only)
    raise typer.Exit(status)


@app.command()
def replay(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The results folder.")],
    student: Annotated[str, typer.Argument(help="Whose grade, as in grades.csv.")],
    check: Annotated[
        Optional[str], typer.Argument(help="Which check, such as celdaLSTM/forget_gate.")
    ] = None,
    assignments: AssignmentsOption = None,
    submissions: Annotated[
        Optional[Path], typer.Option(help="Where the notebook is now, if it was moved.")
    ] = None,
    sandbox: Annotated[
        Optional[SandboxName], typer.Option(help="Another sandbox than the grade's own.")
    ] = None,
    lang: Annotated[Lang, typer.Option(help="The language of the explanations.")] = Lang.es,
) -> None:
    """Grade a student again from the stored seed and show the failed checks in full."""
    from grader.cli.commands import ReplayOptions, replay_student

    kind = sandbox.value if sandbox else None
    options = ReplayOptions(folder, student, check, assignments, submissions, kind, lang.value)
    raise typer.Exit(replay_student(options))


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The results folder.")],
    lang: Annotated[
        Optional[Lang], typer.Option(help="The language of the pages; as they are by default.")
    ] = None,
) -> None:
    """Make the pages again, in report/, from the results that are there."""
    from grader.storage.report import again

    typer.echo(again(folder, lang.value if lang else None))


@app.command()
def override(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The results folder.")],
    student: Annotated[str, typer.Argument(help="Whose grade, as in grades.csv.")],
    check: Annotated[
        Optional[str],
        typer.Argument(help="Which check, such as celdaLSTM/forget_gate; none: show decisions."),
    ] = None,
    points: Annotated[Optional[float], typer.Option(help="What it is worth.")] = None,
    reason: Annotated[Optional[str], typer.Option(help="Why; the student reads it.")] = None,
    by: Annotated[Optional[str], typer.Option(help="Who decides.")] = None,
    lang: Annotated[Lang, typer.Option(help="The language of what is printed.")] = Lang.es,
    *,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Back to the automatic points.")
    ] = False,
) -> None:
    """Decide a check's points by hand; a regrade keeps what was decided."""
    from grader.cli.override import OverrideOptions, override_points

    options = OverrideOptions(folder, student, check, points, withdraw, reason, by, lang.value)
    override_points(options)


app.add_typer(export_app, name="export")


@app.command()
def doctor(
    sandbox: Annotated[
        SandboxName, typer.Option(help="Which sandbox to try; auto as in grade.")
    ] = SandboxName.auto,
    device: Annotated[Device, typer.Option(help="Where student code computes.")] = Device.cpu,
) -> None:
    """Examine this machine: what is there, and every limit of the sandbox tripped for real."""
    from grader.cli.commands import examine_machine

    raise typer.Exit(examine_machine(sandbox.value, device.value))


@app.command()
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


@app.command()
def release(
    name: Annotated[str, typer.Argument(help="Which assignment.")],
    out: Annotated[Path, typer.Option(help="The folder of nbgrader's course.")],
    assignments: AssignmentsOption = None,
    install: Annotated[
        str,
        typer.Option(metavar="LINE", help="How students install grader: 'pip install ADDRESS'."),
    ] = "",
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace notebooks that differ.")] = False,
) -> None:
    """Put an assignment into a course of nbgrader's: the reference, and what students get."""
    from grader.integrations.nbgrader.release import missing_setting
    from grader.integrations.nbgrader.release import release as write_release

    for path in write_release(name, out, assignments, force=force, install=install):
        typer.echo(path)
    if setting := missing_setting(out):
        typer.echo(
            f"\nSo that nbgrader generate_assignment makes the same notebook, add this line to "
            f"{out / 'nbgrader_config.py'}:\n{setting}"
        )


def main() -> None:
    """Run the command line; errors that a person can mend become one sentence."""
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
