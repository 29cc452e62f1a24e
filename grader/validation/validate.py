"""Are the checks right? Right solutions must get full marks, and wrong ones lose what they should.

Graded are the reference, on several seeds; right variants of it; mutants written by hand, each of
which must lose exactly the checks that it names; and mutants made by machine, each of which must
lose something, unless it is argued that it may survive. See `grader.validation.solutions`.
"""

from __future__ import annotations

import functools
import secrets
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from grader.grading.grade import Terms
from grader.sandbox.backends.process import ProcessSandbox
from grader.scheduling import local
from grader.submissions.model import Submission
from grader.validation import mutation
from grader.validation import solutions as solutions_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from grader.assignments.assignment import Assignment
    from grader.core.results import Grade
    from grader.validation.mutation import MachineMutant
    from grader.validation.solutions import Mutant, Solutions


@dataclass(frozen=True)
class Verdict:
    """What came of one solution; `wrong` says what should not have.

    `part` and `fate` are of machine-made mutants: "killed", "equivalent" (argued, and survived) or
    "survived".
    """

    name: str
    wrong: tuple[str, ...]
    part: str = ""
    fate: str = ""


@dataclass(frozen=True)
class _Row:
    """A notebook to grade, and what is wrong with a grade of it."""

    name: str
    content: bytes
    terms: Terms
    wrong: Callable[[Grade], Iterable[str]]


def validate(
    assignment: Assignment, seeds: int, jobs: int, *, machine: bool = True, only: str = "*"
) -> Iterator[Verdict]:
    """Yield a verdict on each solution whose name matches `only`.

    Raises AssignmentFault for one that does not fit the reference, UsageError when there is no
    reference.
    """
    solutions = solutions_.load(assignment)
    rows = [*_right(solutions, assignment, seeds), *_wrong(solutions, assignment)]
    chosen = {row.name: row for row in rows if fnmatchcase(row.name, only)}
    notebooks = {name: (row.content, row.terms) for name, row in chosen.items()}
    for grade in _grades(notebooks, solutions.filename, jobs):
        yield Verdict(grade.student, tuple(chosen[grade.student].wrong(grade)))
    if machine:
        yield from _machine(solutions, assignment, jobs, only)


def _grades(
    notebooks: Mapping[str, tuple[bytes, Terms]], filename: str, jobs: int
) -> Iterator[Grade]:
    tasks = [
        (Submission(name, name, filename, content), terms)
        for name, (content, terms) in notebooks.items()
    ]
    return local.run(tasks, functools.partial(ProcessSandbox), jobs)


def _terms(assignment: Assignment, *, only: tuple[str, ...] = (), hasty: bool = False) -> Terms:
    seed = secrets.token_hex(16)
    return Terms(assignment, seed, "sha256:", "process", only=only, hasty=hasty)


def _right(solutions: Solutions, assignment: Assignment, seeds: int) -> Iterator[_Row]:
    """Yield the reference for each seed, and its variants."""
    for number in range(seeds):
        name = f"reference, seed {number + 1}"
        yield _Row(name, solutions.reference, _terms(assignment), _losses)
    for variant in solutions.variants:
        content = solutions_.vary(solutions.notebook, variant)
        yield _Row(f"variant: {variant.name}", content, _terms(assignment), _losses)


def _wrong(solutions: Solutions, assignment: Assignment) -> Iterator[_Row]:
    """Yield the mutants written by hand."""
    for mutant in solutions.mutants:
        content = solutions_.mutate(solutions.notebook, mutant)
        differences = functools.partial(_differences, mutant=mutant)
        yield _Row(mutant.name, content, _terms(assignment), differences)


def _machine(
    solutions: Solutions, assignment: Assignment, jobs: int, only: str
) -> Iterator[Verdict]:
    """Grade machine-made mutants, each on its own part.

    One that survives that, and is not argued to, is tried on all parts.
    """
    made = {
        mutant.name: mutant
        for mutant in mutation.mutants(solutions.notebook, assignment.names)
        if fnmatchcase(mutant.name, only)
    }
    waiting = dict(made)
    for everything in (False, True):
        notebooks = {
            mutant.name: (
                mutant.content,
                _terms(assignment, only=() if everything else (mutant.part,), hasty=True),
            )
            for mutant in waiting.values()
        }
        for grade in _grades(notebooks, solutions.filename, jobs):
            reason = solutions.argued.get(grade.student)
            if everything or reason or _killed(grade):
                yield judge(waiting.pop(grade.student), grade, reason)
    for name in solutions.argued:
        if name not in made and fnmatchcase(name, only):
            yield Verdict(name, ("listed as equivalent, but there is no such mutant",))


def judge(mutant: MachineMutant, grade: Grade, reason: str | None) -> Verdict:
    """Return the verdict on a machine-made mutant, and on the reason why it may survive."""
    wrong: list[str] = []
    fate = "killed" if _killed(grade) else "equivalent" if reason else "survived"
    if grade.status == "not_graded":
        wrong.append(grade.reason)
    elif fate == "killed" and reason:
        lost = [check.id for check in grade.checks if check.outcome != "passed"]
        wrong.append(f"listed as equivalent, but loses {', '.join(lost) or grade.reason}")
    elif fate == "survived":
        wrong.append(f"survives: {mutant.before or '∅'} → {mutant.after or '∅'}")
    return Verdict(mutant.name, tuple(wrong), mutant.part, fate)


def _killed(grade: Grade) -> bool:
    return grade.status != "graded" or any(check.outcome != "passed" for check in grade.checks)


def _losses(grade: Grade) -> Iterator[str]:
    """Yield what a right solution lost, which should be nothing."""
    if grade.status != "graded":
        yield f"{grade.status}: {grade.reason}"
    for check in grade.checks:
        if check.outcome != "passed":
            yield f"{check.id} {check.outcome}: {check.message}"


def _differences(grade: Grade, mutant: Mutant) -> Iterator[str]:
    """Yield in what a mutant's grade differs from what the mutant says."""
    lost = {check.id for check in grade.checks if check.outcome != "passed"}
    meant = {
        check.id
        for check in grade.checks
        for pattern in mutant.loses
        if pattern in (check.id, f"{check.part}/*")
    }
    if not meant:
        yield f"there is no check {', '.join(mutant.loses)}"
    yield from (f"survives {name}" for name in sorted(meant - lost))
    yield from (f"also loses {name}" for name in sorted(lost - meant))
    named = {check.misconception.id for check in grade.checks if check.misconception}
    if named != ({mutant.named} if mutant.named else set()):
        yield f"named {', '.join(sorted(named)) or 'nothing'}, not {mutant.named or 'nothing'}"
