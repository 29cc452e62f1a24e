"""`grader override`: decide by hand what a check is worth, or show what was decided."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from grader.cli.options import FolderArgument, Lang, StudentArgument

if TYPE_CHECKING:
    from grader.core.i18n import Bilingual
    from grader.core.results import CheckResult, Decision, Grade
    from grader.storage.results_folder import ResultsFolder


@dataclass(frozen=True)
class OverrideOptions:
    """The options of `grader override`."""

    folder: Path
    student: str
    check: str | None
    points: float | None
    withdraw: bool
    reason: str | None
    by: str | None
    lang: str


def override(
    folder: FolderArgument,
    student: StudentArgument,
    check: Annotated[
        Optional[str],
        typer.Argument(
            help="The check, such as celdaLSTM/forget_gate; if left out, show the decisions."
        ),
    ] = None,
    points: Annotated[Optional[float], typer.Option(help="The points that it gets.")] = None,
    reason: Annotated[Optional[str], typer.Option(help="Why; the student reads it.")] = None,
    by: Annotated[Optional[str], typer.Option(help="Who decides.")] = None,
    lang: Annotated[Lang, typer.Option(help="The language of what is printed.")] = Lang.es,
    *,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Go back to the automatic points.")
    ] = False,
) -> None:
    """Set a check's points by hand; grading again keeps them."""
    override_points(
        OverrideOptions(folder, student, check, points, withdraw, reason, by, lang.value)
    )


def override_points(options: OverrideOptions) -> None:
    """Store a decision and write the files anew; without a check show what was decided.

    Raises UsageError for a decision that cannot be made, GraderError for a folder that is not
    ready for one.
    """
    from grader.core.console import console, telling
    from grader.feedback import terminal
    from grader.storage import decisions
    from grader.storage.results_folder import ResultsFolder
    from grader.storage.stored import StoredResults

    tell = telling(options.lang)
    stored = StoredResults(options.folder)
    stored.require_journal()
    submission = stored.find(options.student)
    if meant := stored.meant(options.student, submission):
        tell(meant)
    with ResultsFolder.open(options.folder, tell) as results:
        grade = _graded(results, submission)
        if decision := _decision(options, grade):
            results.decide(decision)
            grades = results.write_all()
            if results.has_pages:
                results.write_pages(grades)
            grade = grade.with_decisions((*grade.decisions, decision))
    for remark in decisions.remarks(grade):
        tell(remark)
    console().print(terminal.history(grade, options.lang))


def _graded(results: "ResultsFolder", submission: str) -> "Grade":
    """Return the grade, of a folder in which every file is of a grade. Raises GraderError."""
    from grader.core.errors import GraderError
    from grader.core.i18n import tr

    grade = results.journal.grade(submission)
    if grade is None or results.lost:
        raise GraderError(
            tr(
                "the last run on {folder} did not finish, or its journal was damaged: run grader "
                "grade again, then decide",
                folder=results.path,
            )
        )
    return results.decided.applied(grade)


def _decision(options: OverrideOptions, grade: "Grade") -> "Decision | None":
    """Return what is decided; nothing where no check is named. Raises UsageError."""
    from grader.core.errors import UsageError
    from grader.core.i18n import tr
    from grader.core.results import Decision

    if options.check is None:
        if options.points is not None or options.withdraw:
            raise UsageError(tr("say which check: grader override DIR STUDENT CHECK"))
        return None
    check, points = (_withdrawn if options.withdraw else _worth)(options, grade, options.check)
    return Decision(
        submission=grade.submission,
        check=check,
        points=points,
        reason=_text(options.reason, tr("say why with --reason: the student reads it")),
        by=_text(options.by, tr("say who decides with --by")),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        notebook=grade.fingerprint.notebook,
    )


def _withdrawn(options: OverrideOptions, grade: "Grade", name: str) -> tuple[str, None]:
    """Return the check of which the last decision is withdrawn; it may be there no more."""
    from grader.core.errors import UsageError
    from grader.core.i18n import tr

    if options.points is not None:
        raise UsageError(
            tr("--withdraw goes back to the automatic points: use it without --points")
        )
    last = {decision.check: decision for decision in grade.decisions}
    check = name if name in last else _chosen(grade, name).id
    if check not in last or last[check].points is None:
        raise UsageError(
            tr(
                "there is no decision about {check} of {student}",
                check=check,
                student=grade.student,
            )
        )
    return check, None


def _worth(options: OverrideOptions, grade: "Grade", name: str) -> tuple[str, float]:
    """Return the check and its points, having seen that it can be worth them."""
    from grader.core.errors import UsageError
    from grader.core.i18n import tr

    check = _chosen(grade, name)
    if options.points is None:
        raise UsageError(
            tr(
                "give {check} points with --points, from 0 to {most}, or take the decision back "
                "with --withdraw",
                check=check.id,
                most=f"{check.max_points:g}",
            )
        )
    if not 0 <= options.points <= check.max_points:
        raise UsageError(
            tr(
                "{check} can get 0 to {most} points, not {points}",
                check=check.id,
                most=f"{check.max_points:g}",
                points=f"{options.points:g}",
            )
        )
    return check.id, abs(options.points)  # -0.0 is 0


def _chosen(grade: "Grade", name: str) -> "CheckResult":
    """Return a check by its name. Raises UsageError."""
    from grader.core.errors import UsageError
    from grader.core.i18n import tr
    from grader.core.results import both
    from grader.storage.names import choose_check

    if grade.checks:
        return choose_check(grade, name)
    raise UsageError(
        tr(
            "{student} has no checks to decide about ({status}: {reason}): fix that, and run "
            "grader grade again",
            student=grade.student,
            status=tr("rejected") if grade.status == "rejected" else tr("not graded"),
            reason=both(grade, "reason"),
        )
    )


def _text(given: str | None, otherwise: "Bilingual") -> str:
    """Return what was given, as letters that can be stored. Raises UsageError for nothing."""
    from grader.core.errors import UsageError

    if not given or not given.strip():
        raise UsageError(otherwise)
    return given.strip().encode(errors="replace").decode()
