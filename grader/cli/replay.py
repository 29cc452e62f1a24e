"""`grader replay`: a student's grading once more, and whether it comes out the same."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from grader.cli.options import (
    AssignmentsOption,
    ExplanationsOption,
    FolderArgument,
    Lang,
    SandboxName,
    StudentArgument,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.assignments.assignment import Assignment
    from grader.core.console import Tell
    from grader.core.i18n import Bilingual
    from grader.core.results import Grade
    from grader.storage.replay import Stored
    from grader.submissions.model import Submission


def replay(
    folder: FolderArgument,
    student: StudentArgument,
    check: Annotated[
        Optional[str], typer.Argument(help="The check, such as celdaLSTM/forget_gate.")
    ] = None,
    assignments: AssignmentsOption = None,
    submissions: Annotated[
        Optional[Path], typer.Option(help="Where the notebook is now, if it was moved.")
    ] = None,
    sandbox: Annotated[
        Optional[SandboxName], typer.Option(help="A sandbox other than the one used for the grade.")
    ] = None,
    lang: ExplanationsOption = Lang.es,
) -> None:
    """Grade a student again from the stored seed and show the failed checks in full."""
    from grader.assignments import assignment
    from grader.core.console import telling
    from grader.storage import names, replay
    from grader.storage.stored import StoredResults

    tell = telling(lang.value)
    stored = replay.stored(folder, student)
    if meant := StoredResults(folder).meant(student, stored.grade.submission):
        tell(meant)
    only = names.choose_check(stored.grade, check).id if check else None
    root = assignment.folder_of_assignments(assignments)
    checks = assignment.choose(root, stored.grade.assignment)
    submission = replay.find_again(stored, submissions)
    again = _graded_again(stored, checks, submission, sandbox, tell)
    for change in replay.changes(stored.grade, again):
        tell(change)
    found = replay.differences(stored.grade, again, only)
    _show(stored, again, only, found, lang.value)
    raise typer.Exit(1 if found else 0)


def _graded_again(
    stored: "Stored",
    assignment: "Assignment",
    submission: "Submission",
    sandbox: SandboxName | None,
    tell: "Tell",
) -> "Grade":
    """Grade as it was done then. Raises SandboxFault."""
    from grader.core.errors import SandboxFault
    from grader.core.i18n import tr
    from grader.core.results import both
    from grader.grading.grade import Terms
    from grader.sandbox import select
    from grader.scheduling import local
    from grader.scheduling.interruption import interruptible

    then = stored.grade.environment
    limits, device = assignment.limits, str(then["device"])
    kind = sandbox.value if sandbox else str(then["sandbox"])
    opened = select.choose(kind, limits, device, tell, assignment.packages)
    terms = Terms(assignment, stored.seed, opened.image, opened.name, device)
    make = select.again(opened, limits, device, tell, assignment.packages)
    with interruptible(), select.reaping(opened):
        (again,) = local.run([(submission, terms)], make, 1, lives=1)
    if again.status == "not_graded":
        raise SandboxFault(
            tr(
                "{student} could not be graded again: {reason}",
                student=stored.grade.student,
                reason=both(again, "reason"),
            )
        )
    return again


def _show(
    stored: "Stored",
    again: "Grade",
    only: str | None,
    differences: "Sequence[Bilingual | str]",
    lang: str,
) -> None:
    from grader.core.console import console
    from grader.feedback import terminal
    from grader.storage import replay

    screen = console()
    screen.print(replay.shown(again, only, lang))
    if stored.grade.decisions:
        screen.print(terminal.history(stored.grade, lang))
    screen.print(replay.verdict(stored.file, differences, lang), markup=False)
