"""Marks computed again under new points, from the outcomes that the same checks gave.

Nothing is graded: what a check is worth comes from collecting the checks once, and whether it is
earned from its outcome.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grader.core.errors import UsageError
from grader.core.i18n import plural, some_of, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grader.assignments.assignment import Assignment
    from grader.core.console import Tell
    from grader.core.i18n import Bilingual
    from grader.core.results import Grade
    from grader.storage.journal import Journal
    from grader.storage.results_folder import ResultsFolder

_MENTIONED = 3


@dataclass(frozen=True)
class Rescored:
    """A grade as it was and as it is under the new points, with what people decided."""

    before: Grade
    now: Grade


def worth(assignment: Assignment) -> dict[str, float]:
    """Return what each check is worth now, by its id. Raises AssignmentFault."""
    from grader.grading import marks, suite  # torch, which takes seconds

    items = suite.collect(assignment, titled=False)
    return {marks.identity(item): marks.points(item) for item in items}


def rescored(grade: Grade, assignment: Assignment, worth: Mapping[str, float]) -> Grade:
    """Return an automatic grade under the assignment's points, as grading anew would give it."""
    checks = tuple(
        replace(
            one,
            points=worth[one.id] if one.outcome == "passed" else 0.0,
            max_points=worth[one.id],
        )
        for one in grade.checks
    )
    score = math.fsum(check.points for check in checks)
    return replace(
        grade,
        checks=checks,
        score=score,
        max_score=assignment.max_score,
        mark=assignment.mark(score),
        scale=assignment.scale,
        fingerprint=replace(grade.fingerprint, points=assignment.points_digest),
    )


def require_same_checks(journal: Journal, assignment: Assignment) -> None:
    """Refuse grades that other checks gave than the assignment has now. Raises UsageError."""
    now = assignment.digest
    measured = {name: row for name, row in journal.rows.items() if row.status != "not_graded"}
    old = [name for name, row in measured.items() if not row.fingerprint.points]
    if old:
        raise UsageError(
            tr(
                "{folder} has grades ({names}) of a version of grader that did not tell points "
                "from checks: grade everything again with grader grade --regrade",
                folder=journal.folder,
                names=_some(old),
            )
        )
    others = [name for name, row in measured.items() if row.fingerprint.assignment != now]
    if others:
        raise UsageError(
            tr(
                "{folder} has grades ({names}) that other checks gave than {assignment} has now: "
                "only points, title and scale in its assignment.toml may have changed since. Put "
                "the old files back, or grade everything again with grader grade --regrade",
                folder=journal.folder,
                names=_some(others),
                assignment=assignment.folder,
            )
        )


def plan(journal: Journal, assignment: Assignment) -> list[Rescored]:
    """Return the automatic grades that are not under the assignment's points, and what they become.

    Raises AssignmentFault for points that cannot be, UsageError for grades of other checks.
    """
    now = assignment.points_digest
    stale = [name for name, row in journal.rows.items() if row.fingerprint.points != now]
    grades = [grade for name in stale if (grade := journal.grade(name))]
    if not grades:
        return []
    each = worth(assignment)
    _require_known(journal, assignment, grades, each)
    return [Rescored(grade, rescored(grade, assignment, each)) for grade in grades]


def keep_up(results: ResultsFolder, assignment: Assignment, tell: Tell) -> None:
    """Have the grades that a run keeps under the assignment's points, and say so.

    The run has seen that the same checks gave them. Raises what `plan` raises.
    """
    found = plan(results.journal, assignment)
    results.journal.add_all([one.now for one in found])
    count = sum(one.now.status != "not_graded" for one in found)
    if count:
        tell(
            plural(
                "the points of the assignment have changed since {count} submission was graded: "
                "its mark is computed again under the new ones, without grading. If they are not "
                "meant, put the old ones back and run grader rescore {folder}",
                "the points of the assignment have changed since {count} submissions were graded: "
                "their marks are computed again under the new ones, without grading. If they are "
                "not meant, put the old ones back and run grader rescore {folder}",
                count,
                folder=results.path,
            )
        )


def _require_known(
    journal: Journal, assignment: Assignment, grades: Iterable[Grade], worth: Mapping[str, float]
) -> None:
    """Refuse grades with other checks than there are: another version of the kit made them."""
    graded = (grade for grade in grades if grade.status == "graded")
    others = [one.submission for one in graded if {it.id for it in one.checks} != worth.keys()]
    if others:
        raise UsageError(
            tr(
                "{folder} has grades ({names}) whose checks are not those of {assignment} now: "
                "grade everything again with grader grade --regrade",
                folder=journal.folder,
                names=_some(others),
                assignment=assignment.folder,
            )
        )


def _some(names: Iterable[str]) -> Bilingual:
    return some_of(sorted(names), _MENTIONED)
