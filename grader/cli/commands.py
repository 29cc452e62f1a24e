"""What the commands do, once their options are read."""

from __future__ import annotations

import json
import os
import secrets
import signal
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from grader.assignments import assignment as assignments_
from grader.core import console
from grader.core.console import tell
from grader.core.errors import SandboxFault, UsageError
from grader.core.i18n import Words
from grader.core.text import plain
from grader.feedback import terminal
from grader.feedback.progress import progress
from grader.grading.grade import Terms
from grader.sandbox import select
from grader.scheduling import dask, duplicates, local
from grader.storage import decisions, replay, results_folder
from grader.storage.journal import Journal
from grader.submissions import roster as rosters
from grader.submissions.discovery import find

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.assignments.assignment import Assignment
    from grader.core.results import Grade, Person
    from grader.sandbox.api import Sandbox
    from grader.storage.decisions import Decisions
    from grader.submissions.model import Submission


@dataclass(frozen=True)
class GradeOptions:
    """The options of `grader grade`, as CONTRACTS.md has them."""

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
    roster: Path | None = None
    dry_run: bool = False
    cluster: str | None = None


@dataclass(frozen=True)
class ReplayOptions:
    """The options of `grader replay`."""

    folder: Path
    student: str
    check: str | None
    assignments: Path | None
    submissions: Path | None
    sandbox: str | None
    lang: str


def grade_submissions(options: GradeOptions) -> int:
    """Grade, write the results folder, print the table; return the exit status."""
    from grader.storage import report

    root = assignments_.folder_of_assignments(options.assignments)
    assignment = assignments_.choose(root, options.assignment)
    submissions, everybody = _found(options, assignment)
    if options.dry_run:
        return _show_found(options, submissions, everybody)
    results_folder.make(options.out)
    with Journal(options.out) as journal:
        made = _decisions(options.out)
        seed = journal.seed(options.seed, secrets.token_hex(16))
        sandbox = select.choose(options.sandbox, assignment.limits, options.device, tell)
        terms = Terms(assignment, seed, sandbox.image, sandbox.name, options.device)
        _begin(options, journal, submissions, terms)
        with _interruptible(), select.reaping(sandbox):
            _grade_all(options, journal, made, submissions, terms, sandbox)
        results_folder.write_people(options.out, everybody)
        written = results_folder.write_all(options.out, journal)
        page = report.write_or_tell(options.out, written, journal, options.lang)
    _remark(made, written)
    asked = {submission.id for submission in submissions}
    grades = [grade for grade in written if grade.submission in asked]
    _show(options, grades, page)
    _tell_of_the_roster(everybody)
    return 1 if any(grade.status == "not_graded" for grade in grades) else 0


def validate_assignments(
    names: Sequence[str], root: Path | None, seeds: int, jobs: int, *, machine: bool, only: str
) -> int:
    """Validate the named assignments, or all; return 0 if all hold, else 1."""
    from grader.validation.validate import validate

    root = assignments_.folder_of_assignments(root)
    jobs = jobs or os.cpu_count() or 1
    failures = 0
    for name in names or assignments_.names(root):
        verdicts = []
        assignment = assignments_.choose(root, name)
        for verdict in validate(assignment, seeds, jobs, machine=machine, only=only):
            verdicts.append(verdict)
            said = "; ".join(verdict.wrong) or verdict.fate or "as it should be"
            tell(f"{name}: {verdict.name}: {said}")
        if not verdicts:
            raise UsageError(f"nothing in {name} is called {only!r}")
        failures += sum(bool(verdict.wrong) for verdict in verdicts)
        console.console().print(terminal.validation(name, verdicts))
    return 1 if failures else 0


def examine_machine(chosen: str, device: str) -> int:
    """Say whether this machine is fit to grade; return 0 if nothing is bad, else 1."""
    from grader.sandbox import doctor

    screen, bad = console.console(), 0
    for finding in doctor.examine(
        lambda: select.choose(chosen, doctor.LIMITS, device, tell), device
    ):
        screen.print(terminal.finding(finding))
        bad += finding.state == "bad"
    screen.print(f"\n{bad} to mend before you grade here" if bad else "\nfit to grade")
    return 1 if bad else 0


def replay_student(options: ReplayOptions) -> int:
    """Grade a student again as before and show what failed; return 0 for the same, else 1."""
    stored = replay.stored(options.folder, options.student)
    check = replay.choose_check(stored.grade, options.check).id if options.check else None
    root = assignments_.folder_of_assignments(options.assignments)
    assignment = assignments_.choose(root, stored.grade.assignment)
    submission = replay.find_again(stored, options.submissions)
    then = stored.grade.environment
    limits, device = assignment.limits, str(then["device"])
    sandbox = select.choose(options.sandbox or str(then["sandbox"]), limits, device, tell)
    terms = Terms(assignment, stored.seed, sandbox.image, sandbox.name, device)
    make = select.again(sandbox, limits, device, tell)
    with _interruptible(), select.reaping(sandbox):
        (again,) = local.run([(submission, terms)], make, 1, lives=1)
    if again.status == "not_graded":
        raise SandboxFault(f"{options.student} could not be graded again: {again.reason}")
    for change in replay.changes(stored.grade, again):
        tell(change)
    found = replay.differences(stored.grade, again, check)
    screen = console.console()
    screen.print(replay.shown(again, check, options.lang))
    if stored.grade.decisions:
        screen.print(terminal.history(stored.grade, options.lang))
    screen.print(replay.verdict(stored.file, found, options.lang), markup=False)
    return 1 if found else 0


def _found(options: GradeOptions, assignment: Assignment) -> tuple[list[Submission], list[Person]]:
    """Return the submissions, and the people behind them and on the roster. Raises UsageError."""
    roster = rosters.read_roster(options.roster) if options.roster else None
    submissions = find(options.submissions, assignment.name)
    return rosters.join(submissions, roster, assignment.deadline)


def _show_found(
    options: GradeOptions, submissions: Sequence[Submission], everybody: Sequence[Person]
) -> int:
    """Print what there is to grade, and grade nothing."""
    here = f"{Path.cwd()}/"
    files = {one.id: rosters.file_of(one).removeprefix(here) for one in submissions}
    wrong = {one.id: one.problem for one in submissions if one.problem}
    if options.json:
        for person in everybody:
            problem = wrong.get(person.submission)
            fields = asdict(person) | {
                "file": files.get(person.submission),
                "problem": problem.es if problem else None,
                "problem_en": problem.en if problem else None,
            }
            sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")
        return 0
    rows = [
        (person, files.get(person.submission, ""), wrong.get(person.submission))
        for person in everybody
    ]
    console.console().print(terminal.found(rows, options.lang))
    return 0


def _tell_of_the_roster(everybody: Sequence[Person]) -> None:
    """Say who handed in nothing, and whom the roster does not have."""
    for said, chosen in (
        ("handed in nothing", [one for one in everybody if not one.submission]),
        ("is not on the roster", [one for one in everybody if one.listed is False]),
    ):
        for person in chosen:
            name = f" ({plain(person.name)})" if person.name else ""
            tell(f"{plain(person.student)}{name} {said}")


def _begin(
    options: GradeOptions, journal: Journal, submissions: Sequence[Submission], terms: Terms
) -> None:
    """Refuse what would mix grades; store what the run begins with. Raises UsageError."""
    now = terms.fingerprint_of("")
    results_folder.require_same_terms(
        options.out, journal, submissions, terms.assignment.name, now, regrade=options.regrade
    )
    if lost := results_folder.lost(options.out, journal):
        tell(f"the journal has lost grades whose files are there ({lost}): they are given again")
    sources = {one.id: replay.origin(one, options.submissions) for one in submissions}
    journal.begin(terms.seed, sources, forget=sources if options.regrade else ())


def _grade_all(
    options: GradeOptions,
    journal: Journal,
    made: Decisions,
    submissions: Sequence[Submission],
    terms: Terms,
    sandbox: Sandbox,
) -> None:
    """Grade what the journal does not know yet, each notebook once; store grades as they come."""
    unknown = {one.id for one in submissions if not journal.knows(one.id, terms.fingerprint(one))}
    known_first = sorted(submissions, key=lambda one: one.id in unknown)
    same = {
        first: [one, *(other for other in others if other.id in unknown)]
        for first, (one, *others) in duplicates.groups(known_first).items()
    }
    shared = {other.id for _, *others in same.values() for other in others}
    waiting = [(one, terms) for one in submissions if one.id in unknown - shared]
    known = filter(None, map(journal.grade, same.keys() - unknown))
    lives = 1 if options.strict else local.SUBMISSIONS_A_LANE
    with progress(len(submissions), len(submissions) - len(unknown), options.lang) as shown:
        if options.cluster:
            grades = dask.run(waiting, options.cluster, options.jobs, shown.started, lives, tell)
        else:
            jobs = options.jobs or os.cpu_count() or 1
            make = select.again(sandbox, terms.assignment.limits, options.device, tell)
            grades = local.run(waiting, make, jobs, shown.started, lives)
        before = (duplicates.shared(grade, same[grade.submission], terms) for grade in known)
        for grade in chain(chain.from_iterable(before), duplicates.spread(grades, same, terms)):
            shown.finished(results_folder.store(options.out, journal, grade, made))
    terms.require_unchanged()
    if shared:
        tell(f"{len(shared)} handed in what another did, byte for byte: graded once")


def _decisions(out: Path) -> Decisions:
    """Return what people decided before, having said what is left of a decision never made."""
    made = decisions.read(out)
    if made.torn:
        tell(made.torn)
    return made


def _remark(made: Decisions, grades: Sequence[Grade]) -> None:
    """Say which decisions do not count, or were made about another notebook."""
    for grade in grades:
        for remark in decisions.remarks(grade):
            tell(remark)
    for name in sorted(made.made.keys() - {grade.submission for grade in grades}):
        tell(f"{name!r} is not in this folder; what was decided about it is kept")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM end the run as Ctrl-C does."""

    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _show(options: GradeOptions, grades: Sequence[Grade], page: Path | None) -> None:
    if options.json:
        for grade in grades:
            sys.stdout.write(grade.to_line())
        return
    screen = console.console()
    screen.print(terminal.class_table(grades, options.lang))
    words = Words(options.lang)
    where = words("Results in {folder}", folder=f"{options.out}/")
    screen.print(f"\n{where} (grades.csv, results/*.json)", markup=False)
    if page:
        said = words("The class's page: {page}", page=page)
        screen.print(said, markup=False, soft_wrap=True)
