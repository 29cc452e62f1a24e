"""Decide by hand what a check of a student's is worth, or show what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from grader.core import console
from grader.core.errors import GraderError, UsageError
from grader.core.results import Decision
from grader.feedback import terminal
from grader.storage import decisions, replay, report, results_folder
from grader.storage.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.results import CheckResult, Grade


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


def override_points(options: OverrideOptions) -> None:
    """Store a decision and write the files anew; without a check show what was decided.

    Raises UsageError for a decision that cannot be made, GraderError for a folder that is not
    ready for one.
    """
    file = replay.file_of(options.folder, options.student)
    with Journal(options.folder) as journal:
        made = decisions.read(options.folder)
        if made.torn:
            console.tell(made.torn)
        grade = made.applied(_graded(options, journal, file.stem))
        if decision := _decision(options, grade):
            decisions.append(options.folder, decision)
            grades = results_folder.write_all(options.folder, journal)
            if report.there(options.folder):
                report.write_or_tell(options.folder, grades, journal)
            grade = grade.with_decisions((*grade.decisions, decision))
    for remark in decisions.remarks(grade):
        console.tell(remark)
    console.console().print(terminal.history(grade, options.lang))


def _graded(options: OverrideOptions, journal: Journal, submission: str) -> Grade:
    """Return the automatic grade, of a folder in which every file is of a grade."""
    grade = journal.grade(submission)
    if grade is None or results_folder.lost(options.folder, journal):
        raise GraderError(
            f"the last run on {options.folder} did not end, or its journal was damaged: run grader "
            "grade again, and decide then"
        )
    return grade


def _decision(options: OverrideOptions, grade: Grade) -> Decision | None:
    """Return what is decided; nothing where no check is named. Raises UsageError."""
    if options.check is None:
        if options.points is not None or options.withdraw:
            raise UsageError("say which check: grader override DIR STUDENT CHECK")
        return None
    check, points = (_withdrawn if options.withdraw else _worth)(options, grade, options.check)
    return Decision(
        submission=grade.submission,
        check=check,
        points=points,
        reason=_text(options.reason, "why with --reason: the student reads it"),
        by=_text(options.by, "who decides with --by"),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        notebook=grade.fingerprint.notebook,
    )


def _withdrawn(options: OverrideOptions, grade: Grade, name: str) -> tuple[str, None]:
    """Return the check of which the last decision is withdrawn; it may be there no more."""
    if options.points is not None:
        raise UsageError("--withdraw goes back to the automatic points: leave --points out")
    last = {decision.check: decision for decision in grade.decisions}
    check = name if name in last else _chosen(grade, name).id
    if check not in last or last[check].points is None:
        raise UsageError(f"nothing is decided about {check} of {grade.student}")
    return check, None


def _worth(options: OverrideOptions, grade: Grade, name: str) -> tuple[str, float]:
    """Return the check and its points, having seen that it can be worth them."""
    check = _chosen(grade, name)
    if options.points is None:
        raise UsageError(
            f"say what {check.id} is worth with --points, from 0 to {check.max_points:g}, or "
            "--withdraw what was decided"
        )
    if not 0 <= options.points <= check.max_points:
        raise UsageError(
            f"{check.id} can be worth 0 to {check.max_points:g} points, not {options.points:g}"
        )
    return check.id, abs(options.points)  # -0.0 is 0


def _chosen(grade: Grade, name: str) -> CheckResult:
    if grade.checks:
        return replay.choose_check(grade, name)
    raise UsageError(
        f"{grade.student} has no checks to decide about ({grade.status.replace('_', ' ')}: "
        f"{grade.reason}): mend that, and run grader grade again"
    )


def _text(given: str | None, what: str) -> str:
    """Return what was given, as letters that can be stored. Raises UsageError for nothing."""
    if not given or not given.strip():
        raise UsageError(f"say {what}")
    return given.strip().encode(errors="replace").decode()
