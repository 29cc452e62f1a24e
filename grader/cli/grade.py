"""`grader grade`: find the submissions, grade them, keep the grades and show them."""

import os
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from grader.cli.options import (
    AssignmentOption,
    AssignmentsOption,
    Device,
    DeviceOption,
    Isolation,
    Lang,
    SandboxName,
)

if TYPE_CHECKING:
    from grader.assignments.assignment import Assignment
    from grader.assignments.fitting import Defines
    from grader.core.console import Tell
    from grader.core.results import Grade, Person
    from grader.feedback.progress import Shown
    from grader.grading.grade import Terms
    from grader.sandbox.api import Sandbox
    from grader.scheduling.plan import Plan
    from grader.storage.results_folder import ResultsFolder
    from grader.submissions.model import Submission
    from grader.submissions.roster import Roster


_INTERRUPTED = 130


@dataclass(frozen=True)
class GradeOptions:
    """The options of `grader grade`."""

    submissions: tuple[Path, ...]
    assignment: str | None
    assignments: Path | None
    out: Path
    sandbox: str
    strict: bool
    jobs: int
    seed: str | None
    lang: str
    device: str
    regrade: bool
    json: bool
    roster: Path | None
    dry_run: bool
    cluster: str | None
    copies: bool


def grade(
    submissions: Annotated[list[Path], typer.Argument(help="Notebooks, folders and zips.")],
    assignment: AssignmentOption = None,
    assignments: AssignmentsOption = None,
    out: Annotated[Path, typer.Option(help="The results folder.")] = Path("results"),
    sandbox: Annotated[
        SandboxName,
        typer.Option(help="auto: docker, or else bubblewrap; process gives no protection."),
    ] = SandboxName.auto,
    isolation: Annotated[
        Isolation, typer.Option(help="strict: a new lane for each submission.")
    ] = Isolation.lane,
    jobs: Annotated[int, typer.Option(min=0, help="How many lanes at once; 0: one per core.")] = 0,
    seed: Annotated[
        Optional[str],
        typer.Option(help="The secret seed of an earlier run; drawn and stored if left out."),
    ] = None,
    lang: Annotated[
        Lang, typer.Option(help="The language of the table and of the pages.")
    ] = Lang.es,
    device: DeviceOption = Device.cpu,
    roster: Annotated[
        Optional[Path],
        typer.Option(
            help="The course as CSV: id, name, email, and the ids in other systems; the results "
            "folder remembers it."
        ),
    ] = None,
    cluster: Annotated[
        Optional[str],
        typer.Option(metavar="ADDRESS", help="Grade on a Dask cluster: tcp://scheduler:8786."),
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be graded, and whose it is.")
    ] = False,
    no_copies: Annotated[
        bool, typer.Option("--no-copies", help="Keep no copies of what was handed in.")
    ] = False,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="Also grade again what is graded already.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print the grades as JSON lines.")] = False,
) -> None:
    """Grade submissions: print a table; write grades.csv, results/ and report/ (pages) to --out."""
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
        copies=not no_copies,
    )
    raise typer.Exit(_grade(options))


def _grade(options: GradeOptions) -> int:
    """Grade, write the results folder, print the table; return the exit status."""
    from grader.assignments import assignment
    from grader.assignments.fitting import choose_fitting
    from grader.cli import dry_run
    from grader.core.console import telling
    from grader.storage.results_folder import ResultsFolder
    from grader.submissions import discovery, roster

    root = assignment.folder_of_assignments(options.assignments)
    chosen = choose_fitting(root, options.assignment, (), lambda: _definitions(options))
    listed = _roster(options)
    knows = listed.knows if listed else lambda _: False
    found = discovery.look(options.submissions, chosen.name, knows)
    submissions, everybody = roster.join(found.submissions, listed, chosen.deadline)
    if options.dry_run:
        return dry_run.show(options, submissions, everybody, found.strays)
    tell = telling(options.lang)
    for said in dry_run.of_strays(found.strays):
        tell(said)
    with ResultsFolder.open(options.out, tell) as results:
        try:
            _run(options, results, chosen, submissions, everybody)
        except KeyboardInterrupt:
            return _stop(options, results, submissions, everybody)
        people = results.write_people(everybody)
        written = results.write_all()
        page = results.write_pages(written, options.lang)
    _remark(results, written, tell)
    asked = {submission.id for submission in submissions}
    grades = [grade for grade in written if grade.submission in asked]
    _show(options, grades, people, page)
    _tell_of_the_roster(listed, people, tell)
    return 1 if any(grade.status == "not_graded" for grade in grades) else 0


def _definitions(options: GradeOptions) -> "Iterator[Defines]":
    """Yield what tells of each submission which names it defines."""
    from functools import partial

    from grader.submissions import discovery
    from grader.submissions.definitions import defined

    for submission in discovery.find(options.submissions):
        yield partial(defined, submission)


def _roster(options: GradeOptions) -> "Roster | None":
    """Return the roster that is given, or the one that the results folder remembers."""
    from grader.core.console import tell
    from grader.core.i18n import tr
    from grader.storage.stored import StoredResults
    from grader.submissions.roster import read_roster

    if options.roster:
        return read_roster(options.roster)
    remembered = StoredResults(options.out).roster()
    if remembered:
        said = tr(
            "the roster is that of the earlier run ({file}, {count} people): give another with "
            "--roster",
            file=remembered.path,
            count=len(remembered.people),
        )
        tell(said, options.lang)
    return remembered


def _run(
    options: GradeOptions,
    results: "ResultsFolder",
    assignment: "Assignment",
    submissions: Sequence["Submission"],
    everybody: Sequence["Person"],
) -> None:
    """Grade what is not yet graded, and store each grade as it comes."""
    from grader.core.console import telling
    from grader.grading import rescoring

    seed = results.journal.seed(options.seed, secrets.token_hex(16))
    terms, sandbox = _terms(options, assignment, seed)
    results.begin(
        seed,
        submissions,
        options.submissions,
        assignment.name,
        terms.fingerprint_of(""),
        regrade=options.regrade,
        copies=options.copies,
    )
    rescoring.keep_up(results, assignment, telling(options.lang))
    if options.roster:
        results.journal.remember(options.roster.absolute(), options.roster.read_bytes())
    names = {person.submission: person.name for person in everybody}
    _grade_all(options, results, submissions, terms, sandbox, names)


def _stop(
    options: GradeOptions,
    results: "ResultsFolder",
    submissions: Sequence["Submission"],
    everybody: Sequence["Person"],
) -> int:
    """Write the files and pages of what is done, say how to go on; return the exit status."""
    from grader.core.console import tell
    from grader.core.i18n import plural, tr

    rows = results.journal.rows
    done = [one.id for one in submissions if one.id in rows and rows[one.id].status != "not_graded"]
    page = None
    if rows:
        results.write_people(everybody)
        page = results.write_pages(results.write_all(), options.lang)
    said = plural(
        "interrupted: {count} of {all} is graded and kept in {folder}. Run the same command again "
        "to go on with the others",
        "interrupted: {count} of {all} are graded and kept in {folder}. Run the same command again "
        "to go on with the others",
        len(done),
        all=len(submissions),
        folder=options.out,
    )
    tell(said, options.lang)
    if page:
        tell(tr("The page of those who are graded: {page}", page=page), options.lang)
    return _INTERRUPTED


def _terms(options: GradeOptions, assignment: "Assignment", seed: str) -> tuple["Terms", "Sandbox"]:
    """Open the sandbox; return it, and what all grades will have in common."""
    from grader.core.console import telling
    from grader.grading.grade import Terms
    from grader.sandbox import select

    limits, tell = assignment.limits, telling(options.lang)
    packages = assignment.packages
    sandbox = select.choose(options.sandbox, limits, options.device, tell, packages)
    return Terms(assignment, seed, sandbox.image, sandbox.name, options.device), sandbox


def _grade_all(
    options: GradeOptions,
    results: "ResultsFolder",
    submissions: Sequence["Submission"],
    terms: "Terms",
    sandbox: "Sandbox",
    names: Mapping[str, str],
) -> None:
    """Grade what the journal does not know yet, each notebook once; store grades as they come."""
    from grader.core.console import tell
    from grader.core.i18n import plural
    from grader.feedback.progress import progress
    from grader.sandbox import select
    from grader.scheduling.interruption import interruptible
    from grader.scheduling.plan import plan

    journal = results.journal
    with interruptible(), select.reaping(sandbox):
        planned = plan(submissions, lambda one: journal.knows(one.id, terms.fingerprint(one)))
        total, known = len(submissions), len(submissions) - len(planned.unknown)
        with progress(total, known, options.lang, names) as shown:
            lanes = _lanes(options, planned, terms, sandbox, shown)
            for grade in planned.grades(lanes, journal.grade, terms):
                shown.finished(results.store(grade))
        terms.require_unchanged()
    if planned.shared:
        said = plural(
            "{count} handed in an exact copy of another submission: graded once",
            "{count} handed in an exact copy of another submission: graded once",
            len(planned.shared),
        )
        tell(said, options.lang)


def _lanes(
    options: GradeOptions, planned: "Plan", terms: "Terms", sandbox: "Sandbox", shown: "Shown"
) -> Iterator["Grade"]:
    """Grade what waits, in this machine's lanes or a cluster's."""
    from grader.core.console import telling
    from grader.sandbox import select
    from grader.scheduling import dask, local

    tell = telling(options.lang)
    tasks = [(one, terms) for one in planned.waiting]
    lives = 1 if options.strict else local.SUBMISSIONS_A_LANE
    if options.cluster:
        return dask.run(tasks, options.cluster, options.jobs, shown.started, lives, tell)
    jobs = options.jobs or os.cpu_count() or 1
    limits, packages = terms.assignment.limits, terms.assignment.packages
    make = select.again(sandbox, limits, options.device, tell, packages)
    return local.run(tasks, make, jobs, shown.started, lives)


def _remark(results: "ResultsFolder", grades: Sequence["Grade"], tell: "Tell") -> None:
    """Say which decisions do not count, or were made about another notebook."""
    from grader.core.i18n import tr
    from grader.storage import decisions

    for grade in grades:
        for remark in decisions.remarks(grade):
            tell(remark)
    for name in sorted(results.decided.made.keys() - {grade.submission for grade in grades}):
        tell(
            tr(
                "there is no submission {name} in this folder; the decisions about it are kept",
                name=repr(name),
            )
        )


def _show(
    options: GradeOptions,
    grades: Sequence["Grade"],
    people: Sequence["Person"],
    page: Path | None,
) -> None:
    """Print the table, or the grades as JSON."""
    from grader.core.console import console
    from grader.core.i18n import Words
    from grader.feedback import terminal

    if options.json:
        for grade in grades:
            sys.stdout.write(grade.to_line())
        return
    screen = console()
    screen.print(terminal.class_table(grades, options.lang, people))
    words = Words(options.lang)
    screen.print(f"\n{terminal.summary(grades, options.lang)}", markup=False, soft_wrap=True)
    where = words("Results in {folder}", folder=f"{options.out}/")
    screen.print(f"\n{where} (grades.csv, results/*.json)", markup=False)
    if page:
        said = words("The class's page: {page}", page=page)
        screen.print(said, markup=False, soft_wrap=True)


def _tell_of_the_roster(
    listed: "Roster | None", everybody: Sequence["Person"], tell: "Tell"
) -> None:
    """Say who handed in nothing, whom the roster does not have, and where groups share nothing."""
    from grader.core.i18n import tr
    from grader.submissions.groups import LARGEST_TEAM

    if listed and listed.groups.are_sections:
        tell(
            tr(
                "the roster has more than {most} people in one group: its groups are taken for "
                "sections, and what one of them hands in is nobody else's",
                most=LARGEST_TEAM,
            )
        )
    for person in everybody:
        if not person.submission:
            tell(tr("{student} handed in nothing", student=_called(person)))
    for person in everybody:
        if person.listed is False:
            tell(tr("{student} is not on the roster", student=_called(person)))


def _called(person: "Person") -> str:
    from grader.core.text import plain

    return plain(person.student) + (f" ({plain(person.name)})" if person.name else "")
