"""`grader rescore`: marks again under new points, without grading."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from grader.cli.options import AssignmentsOption, FolderArgument, Lang

if TYPE_CHECKING:
    from grader.assignments.assignment import Assignment
    from grader.core.results import Grade
    from grader.storage.results_folder import ResultsFolder


def rescore(
    folder: FolderArgument,
    assignments: AssignmentsOption = None,
    lang: Annotated[Lang, typer.Option(help="The language of what is printed.")] = Lang.es,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
) -> None:
    """Compute the marks again under the points that assignment.toml has now; grade nothing."""
    rescore_folder(folder, assignments, lang.value, dry_run=dry_run)


def rescore_folder(folder: Path, root: Optional[Path], lang: str, *, dry_run: bool) -> None:
    """Write results, grades.csv and pages under the new points, and print what changes.

    What people decided stays. Raises UsageError for grades that other checks gave,
    AssignmentFault for points that cannot be, GraderError for a folder that is not ready.
    """
    from grader.core.console import console, telling
    from grader.feedback import rescored
    from grader.grading import rescoring
    from grader.storage import decisions
    from grader.storage.results_folder import ResultsFolder
    from grader.storage.stored import StoredResults

    tell = telling(lang)
    stored = StoredResults.read(folder)
    stored.require_journal()
    with ResultsFolder.open(folder, tell) as results:
        assignment = _assignment(results, root)
        rescoring.require_same_checks(results.journal, assignment)
        planned = {one.now.submission: one for one in rescoring.plan(results.journal, assignment)}
        pairs: list[tuple[Grade, Grade]] = []
        for grade in results.journal.grades():
            one = planned.get(grade.submission)
            now = one.now if one else grade
            pairs.append((results.decided.applied(grade), results.decided.applied(now)))
        if not dry_run:
            results.journal.add_all([one.now for one in planned.values()])
            results.write_pages(results.write_all())
    for before, now in pairs:
        for remark in (*decisions.remarks(now), *decisions.reweighed(before, now)):
            tell(remark)
    screen = console()
    if found := rescored.changed(pairs):
        screen.print(rescored.table(found, lang, stored.people))
    said = rescored.summary(pairs, lang, written=not dry_run)
    screen.print(said, markup=False, soft_wrap=True)


def _assignment(results: "ResultsFolder", root: Optional[Path]) -> "Assignment":
    """Return the assignment of a folder in which every file is of a grade. Raises GraderError."""
    from grader.assignments import assignment
    from grader.core.errors import GraderError
    from grader.core.i18n import tr

    names = {row.assignment for row in results.journal.rows.values()}
    if results.lost or not names:
        raise GraderError(
            tr(
                "the last run on {folder} did not finish, or its journal was damaged: run grader "
                "grade again, then grader rescore",
                folder=results.path,
            )
        )
    return assignment.choose(assignment.folder_of_assignments(root), min(names))
