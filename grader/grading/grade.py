"""Grade one submission."""

from __future__ import annotations

import hashlib
import importlib
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grader.core.errors import AssignmentFault, StudentProcessLost
from grader.core.i18n import joined, same, tr
from grader.core.results import Fingerprint, Flag, Grade, Notice
from grader.core.version import __version__
from grader.grading.fingerprint import own_digest
from grader.sandbox.gpus import require
from grader.submissions.members import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.assignments.assignment import Assignment
    from grader.core.i18n import Bilingual
    from grader.core.results import Status
    from grader.grading.check_run import CheckRun
    from grader.sandbox.api import Lane, Report, Session
    from grader.submissions.model import Submission


@dataclass(frozen=True)
class Terms:
    """What all the grades of a run have in common. `seed` is secret; grades hold its digest.

    `only` grades these parts alone; `hasty` ends with the first check that is lost. `checks`
    and `grader` are what the assignment's files and our own code were when the run began.
    """

    assignment: Assignment
    seed: str
    image: str
    sandbox: str
    device: str = "cpu"
    only: tuple[str, ...] = ()
    hasty: bool = False
    checks: str = ""
    grader: str = field(default_factory=own_digest)

    def __post_init__(self) -> None:
        """Note what the assignment's files are now."""
        object.__setattr__(self, "checks", self.checks or self.assignment.digest)

    def require_unchanged(self) -> None:
        """See that no file that grades was edited since the run began. Raises AssignmentFault."""
        checks = tr("the assignment's files in {folder}", folder=self.assignment.folder)
        for what, then, now in (
            (checks, self.checks, self.assignment.digest),
            (tr("grader's own files"), self.grader, own_digest()),
        ):
            if then != now:
                raise AssignmentFault(
                    tr(
                        "{what} were edited while the run was going on. The grades so far are "
                        "kept: put the old files back and run again to continue with them, or "
                        "grade everything with the new ones with --regrade",
                        what=what,
                    )
                )

    def fingerprint(self, submission: Submission) -> Fingerprint:
        """Return what a submission's grade depends on."""
        return self.fingerprint_of(submission.digest)

    def fingerprint_of(self, notebook: str) -> Fingerprint:
        """Return what the grade of a notebook with this digest depends on."""
        return Fingerprint(
            notebook=notebook,
            assignment=self.checks,
            image=self.image.removeprefix("sha256:"),
            seed=hashlib.sha256(self.seed.encode()).hexdigest(),
            grader=self.grader,
            device=self.device,
            points=self.assignment.points_digest,
        )


def prepare() -> None:
    """Import what checks need, torch among it: it takes seconds, and only who grades needs it."""
    importlib.import_module("grader.grading.suite")
    importlib.import_module("grader.grading.check_run")


def grade(
    submission: Submission,
    terms: Terms,
    lane: Lane,
    *,
    only: tuple[str, ...] = (),
    watchers: Sequence[object] = (),
) -> Grade:
    """Return a submission's grade; `only` runs the checks of these parts, as `terms.only` does.

    `watchers` are objects with pytest's hooks, such as one that shows how far it is. Raises
    AssignmentFault when a check is broken, SandboxFault when the machine failed.
    """
    names = list(terms.assignment.names)
    try:
        content = submission.read()
    except UnreadableError as error:
        return _grade(submission, terms, lane, "rejected", reason=error.said)
    digest = hashlib.sha256(content).hexdigest()  # of what is graded: the file may change meanwhile
    limits, shut = terms.assignment.limits, terms.assignment.shut
    try:
        with lane.open(content, submission.filename, names, limits, shut) as session:
            reason = _unusable(session.report)
            gpus = require(lane) if terms.device == "cuda" else 0
            run = None if reason else _check(terms, session, only or terms.only, gpus, watchers)
        status: Status = "rejected" if reason else "graded"
        return _grade(
            submission, terms, lane, status, digest, reason=reason, run=run, session=session
        )
    except StudentProcessLost as lost:
        return _grade(submission, terms, lane, "rejected", digest, reason=_not_loaded(lost))


def not_graded(submission: Submission, terms: Terms, reason: Bilingual | str) -> Grade:
    """Return the grade of a submission that the machine could not measure: no score at all."""
    return _grade(submission, terms, None, "not_graded", reason=same(reason))


def noted(submission: Submission) -> tuple[Notice, ...]:
    """Return what a student should know of how the submission was found."""
    return tuple(Notice(note.es, text_en=note.en) for note in submission.notes)


def _unusable(report: Report) -> Bilingual | None:
    if report.unreadable or report.defined:
        return report.unreadable
    if report.lost:
        return _not_loaded(report.lost)
    wanted, whys = ", ".join(report.missing), dict.fromkeys(report.missing.values())
    if list(whys) == [tr("it is not defined in the notebook")]:
        return tr(
            "the notebook defines none of what is asked for: {wanted}. Check that you hand in the "
            "right notebook, and that you saved it.",
            wanted=wanted,
        )
    return tr(
        "the notebook defines none of what is asked for ({wanted}): {whys}",
        wanted=wanted,
        whys=joined("; ", whys),
    )


def _flags(session: Session | None) -> list[Flag]:
    """Return what was read in a notebook, whether or not it could be run."""
    return [Flag(**flag) for flag in session.report.flags] if session else []


def _not_loaded(lost: StudentProcessLost) -> Bilingual:
    return tr("the notebook could not be loaded: {why}", why=lost.message)


def _check(
    terms: Terms, session: Session, only: tuple[str, ...], gpus: int, watchers: Sequence[object]
) -> CheckRun:
    """Run the assignment's checks. Raises the run's fault, and AssignmentFault for edited files."""
    from grader.grading import suite
    from grader.grading.check_run import CheckRun

    run = CheckRun(terms.assignment, session, terms.seed, only, gpus)
    suite.execute(run, hasty=terms.hasty, watchers=watchers)
    terms.require_unchanged()
    if run.fault is not None:
        raise run.fault
    return run


def _grade(
    submission: Submission,
    terms: Terms,
    lane: Lane | None,
    status: Status,
    digest: str | None = None,
    *,
    reason: Bilingual | None = None,
    run: CheckRun | None = None,
    session: Session | None = None,
) -> Grade:
    checks = tuple(run.results) if run else ()
    score = math.fsum(check.points for check in checks)
    environment: dict[str, Any] = {
        "grader": __version__,
        **(lane.versions if lane else {}),
        "sandbox": terms.sandbox,
        "device": terms.device,
        **({"usage": session.usage, "code": session.report.code} if session else {}),
    }
    return Grade(
        submission=submission.id,
        student=submission.student,
        assignment=terms.assignment.name,
        status=status,
        score=score,
        max_score=terms.assignment.max_score,
        mark=terms.assignment.mark(score),
        scale=terms.assignment.scale,
        fingerprint=terms.fingerprint_of(digest or submission.digest),
        reason=reason.es if reason else "",
        reason_en=reason.en if reason else "",
        checks=checks,
        flags=tuple(run.flags if run else _flags(session)),
        notices=(
            *noted(submission),
            *(Notice(**notice) for notice in (session.report.notices if session else ())),
            *(Notice(**notice) for check in checks for notice in check.data.get("notices", ())),
        ),
        environment=environment,
    )
