"""`grader check`: one notebook, on the student's machine, before it is handed in."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from grader.cli.options import AssignmentOption, AssignmentsOption, ExplanationsOption, Lang

if TYPE_CHECKING:
    from grader.core.results import Grade
    from grader.submissions.model import Submission

_POLL = 0.2
"""How often a notebook is looked at, in seconds."""
_WRITING = 1.0
"""How long one that cannot be read may be in the midst of being written."""
_INTERRUPTED = 130

Stamp = tuple[int, int, int]
"""What changes when a file is saved."""


@dataclass(frozen=True)
class CheckOptions:
    """The options of `grader check`; no `parts` are all. `steps` tells another program how far.

    `junit` and `classroom` are where to write the grade for other programs.
    """

    notebook: Path
    assignment: str | None
    assignments: Path | None
    parts: tuple[str, ...]
    lang: str
    watch: bool
    json: bool
    steps: bool
    junit: Path | None = None
    classroom: Path | None = None


def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook.")],
    assignment: AssignmentOption = None,
    assignments: AssignmentsOption = None,
    part: Annotated[
        Optional[list[str]],
        typer.Option(help="Only this part, such as celdaLSTM; may be repeated."),
    ] = None,
    lang: ExplanationsOption = Lang.es,
    junit: Annotated[
        Optional[Path], typer.Option(help="Also write JUnit XML to this file.")
    ] = None,
    classroom: Annotated[
        Optional[Path], typer.Option(help="Also write GitHub Classroom's result to this file.")
    ] = None,
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again each time it is saved, until Ctrl-C.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print the grade as a JSON line.")] = False,
    steps: Annotated[bool, typer.Option("--steps", hidden=True)] = False,
) -> None:
    """Check one notebook on this machine, before handing it in."""
    parts = tuple(part or ())
    options = CheckOptions(
        notebook, assignment, assignments, parts, lang.value, watch, json_, steps, junit, classroom
    )
    raise typer.Exit(_check(options))


def _check(options: CheckOptions) -> int:
    """Check a notebook and explain it; return 0 for full marks, else 1."""
    from grader.core.console import tell
    from grader.core.errors import told_to_students
    from grader.core.i18n import tr

    try:
        with told_to_students():
            return _checked(options)
    except KeyboardInterrupt:
        tell(tr("The check was interrupted."), options.lang)
        return _INTERRUPTED


def _checked(options: CheckOptions) -> int:
    from functools import partial

    from grader.assignments import assignment
    from grader.assignments.fitting import choose_fitting
    from grader.scheduling.own_check import OwnCheck, started
    from grader.submissions.definitions import defined

    root = assignment.folder_of_assignments(options.assignments)
    chosen = choose_fitting(
        root,
        options.assignment,
        options.parts,
        lambda: [partial(defined, _submission(options.notebook, None))],
    )
    for part in options.parts:
        assignment.require_part(chosen, part)

    def find() -> "Submission":
        return _submission(options.notebook, chosen.name)

    find()  # wrong usage is told before torch is imported
    with started() as stream:
        checked = OwnCheck(
            chosen,
            stream,
            find,
            options.parts,
            options.lang,
            lines=options.steps,
            patient=bool(options.junit or options.classroom),
        )
        return _watch(options, checked) if options.watch else _shown(options, checked())


def _submission(notebook: Path, assignment: str | None) -> "Submission":
    """Return the notebook. Raises UsageError."""
    from grader.core.errors import UsageError
    from grader.core.i18n import tr
    from grader.submissions import beside
    from grader.submissions.discovery import find

    found = find([notebook], assignment)
    if len(found) > 1:
        raise UsageError(
            tr(
                "grader check takes one notebook, but {path} has {count}: name one of them",
                path=notebook,
                count=len(found),
            )
        )
    if found[0].aside:
        raise UsageError(found[0].aside)
    near = beside.of_folder(notebook) if notebook.is_file() else found[0].beside
    return replace(found[0], beside=near)


def _shown(options: CheckOptions, grade: "Grade") -> int:
    """Print a grade, and write it where that was asked for; return the exit status."""
    from grader.core.console import console
    from grader.feedback import student_terminal

    if options.json:
        sys.stdout.write(_for_its_author(grade).to_line())
        sys.stdout.flush()
    else:
        console().print(student_terminal.render(grade, options.lang))
    _write(options, grade)
    return _status(grade)


def _for_its_author(grade: "Grade") -> "Grade":
    """Return a grade without what is the instructor's alone: the edits that make code right."""
    checks = (
        replace(check, data={key: kept for key, kept in check.data.items() if key != "repair"})
        for check in grade.checks
    )
    return replace(grade, checks=tuple(checks))


def _status(grade: "Grade") -> int:
    """Return the exit status: 0 for full marks."""
    full = bool(grade.checks) and all(check.outcome == "passed" for check in grade.checks)
    return 0 if full else 1


def _write(options: CheckOptions, grade: "Grade") -> None:
    """Write the grade in the formats that were asked for. Raises UsageError."""
    if not (options.junit or options.classroom):
        return
    from grader.core import files
    from grader.exports import github, junit

    if options.junit:
        files.save(options.junit, junit.document([grade], options.lang))
    if options.classroom:
        files.save(options.classroom, f"{github.encoded(grade, options.lang)}\n".encode())


def _watch(options: CheckOptions, checked: Callable[[], "Grade"]) -> int:
    """Check each time that the notebook is saved; return the last status when Ctrl-C ends it.

    A save in the midst of a check is seen when that has ended.
    """
    from grader.core.console import console
    from grader.core.i18n import Words

    words = Words(options.lang)
    waiting = words(
        "Waiting for {file} to be saved; press Ctrl-C to stop.", file=options.notebook.name
    )
    seen, status = None, 1
    try:
        while True:
            seen = _saved(options.notebook, seen)
            grade = checked()
            if grade.status == "rejected" and _changes(options.notebook, seen):
                continue  # it was half written
            status = _status(grade)
            console().clear()
            _shown(options, grade)
            console(stderr=True).print(f"\n{waiting}", style="dim", markup=False)
    except KeyboardInterrupt:
        return status


def _saved(path: Path, seen: Stamp | None) -> Stamp:
    """Wait until a file is another than the one that was seen; return what it is like."""
    while (now := _stamp(path)) is None or now == seen:
        time.sleep(_POLL)
    return now


def _changes(path: Path, seen: Stamp) -> bool:
    """Wait a moment; return whether the file is another one by then."""
    deadline = time.monotonic() + _WRITING
    while time.monotonic() < deadline:
        time.sleep(_POLL)
        if _stamp(path) not in (None, seen):
            return True
    return False


def _stamp(path: Path) -> Stamp | None:
    """Return what a file is like now; nothing while an editor puts another in its place."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino
