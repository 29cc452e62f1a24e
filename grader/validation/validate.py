"""Are the checks right? Right solutions must get full marks, and wrong ones lose what they should.

Graded are the reference, on several seeds; right variants of it; the notebook that students get,
which must earn nothing; mutants that mistakes make or that were written by hand, each of which must
lose exactly the checks that it names; and mutants made by machine, each of which must lose
something, unless it is argued that it may survive. See `grader.validation.solutions`.
"""

from __future__ import annotations

import functools
import secrets
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from zlib import crc32

from grader.grading.grade import Terms
from grader.sandbox.backends.fake import FakeSandbox
from grader.sandbox.backends.process import ProcessSandbox
from grader.scheduling import local
from grader.submissions.model import Submission
from grader.validation import mutation, validity
from grader.validation import solutions as solutions_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from grader.assignments.assignment import Assignment
    from grader.core.results import Grade
    from grader.validation.mutation import MachineMutant
    from grader.validation.solutions import Mutant, Solutions
    from grader.validation.validity import Measured


MUTANT_SEEDS = 3
"""On how many seeds a mutant is graded, where the reference is graded on as many."""


@dataclass(frozen=True)
class Verdict:
    """What came of one solution; `wrong` says what should not have.

    `part` and `fate` are of machine-made mutants: "killed", "equivalent" (argued, and survived) or
    "survived". `measured` is of mutants with a wrong rule.
    """

    name: str
    wrong: tuple[str, ...]
    part: str = ""
    fate: str = ""
    measured: Measured | None = None


@dataclass(frozen=True)
class _Row:
    """A notebook to grade, and what is wrong with a grade of it; a mutant's says what it loses."""

    name: str
    content: bytes
    terms: Terms
    wrong: Callable[[Grade], Iterable[str]]
    loses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """What is validated: names that match `only`, of one `part` or all ("").

    `fast` grades without a sandbox: what only a tripwire sees, a whole part's points (`part/*`),
    and the machine's mutants are left out. Of variants and mutants, one in `every` is taken, always
    the same ones.
    """

    only: str = "*"
    part: str = ""
    machine: bool = True
    fast: bool = False
    every: int = 1

    def takes(self, name: str) -> bool:
        """Whether a solution of this name is wanted."""
        return fnmatchcase(name, self.only)

    def samples(self, name: str) -> bool:
        """Whether one of many, of this name, is wanted."""
        return self.takes(name) and crc32(name.encode()) % self.every == 0

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts whose checks are run; none are all."""
        return (self.part,) if self.part else ()


def validate(
    assignment: Assignment, seeds: int, jobs: int, choice: Choice = Choice()
) -> Iterator[Verdict]:
    """Yield a verdict on each solution that is chosen.

    Raises AssignmentFault for one that does not fit the reference, UsageError when there is no
    reference.
    """
    solutions = solutions_.load(assignment)
    rows = [
        *_right(solutions, assignment, seeds, choice),
        *_skeleton(assignment, choice),
        *_wrong(solutions, assignment, min(seeds, MUTANT_SEEDS), choice),
    ]
    chosen = {row.name: row for row in rows}
    notebooks = {name: (row.content, row.terms) for name, row in chosen.items()}
    sandbox = FakeSandbox if choice.fast else ProcessSandbox
    groups = validity.groups(assignment)
    for grade in _grades(notebooks, solutions.filename, jobs, sandbox):
        row = chosen[grade.student]
        measured = validity.measure(grade, row.loses, groups)
        yield Verdict(grade.student, tuple(row.wrong(grade)), measured=measured)
    if choice.machine and not choice.fast:
        yield from _machine(solutions, assignment, jobs, choice)


def _grades(
    notebooks: Mapping[str, tuple[bytes, Terms]],
    filename: str,
    jobs: int,
    sandbox: Callable[[], Any] = ProcessSandbox,
) -> Iterator[Grade]:
    tasks = [
        (Submission(name, name, filename, content), terms)
        for name, (content, terms) in notebooks.items()
    ]
    return local.run(tasks, functools.partial(sandbox), jobs)


def _terms(assignment: Assignment, *, only: tuple[str, ...] = (), hasty: bool = False) -> Terms:
    seed = secrets.token_hex(16)
    return Terms(assignment, seed, "sha256:", "process", only=only, hasty=hasty)


def _right(
    solutions: Solutions, assignment: Assignment, seeds: int, choice: Choice
) -> Iterator[_Row]:
    """Yield the reference for each seed, and its variants: those that write what is chosen."""
    parts = _parts(assignment)
    for number in range(seeds):
        name = f"reference, seed {number + 1}"
        if choice.takes(name):
            terms = _terms(assignment, only=choice.parts)
            yield _Row(name, solutions.reference, terms, _losses)
    for variant in solutions.variants:
        touched = {place.removesuffix("()").split(".")[0] for place in variant.code}
        judged = {part for name in touched for part in parts.get(name, ())}
        wanted = not choice.part or choice.part in judged
        if wanted and choice.samples(name := f"variant: {variant.name}"):
            content = solutions_.vary(solutions.notebook, variant)
            yield _Row(name, content, _terms(assignment, only=choice.parts), _losses)


def _skeleton(assignment: Assignment, choice: Choice) -> Iterator[_Row]:
    """Yield the notebook that students get, if it is there."""
    path = assignment.folder / f"{assignment.name}.ipynb"
    if path.is_file() and choice.takes("skeleton"):
        yield _Row("skeleton", path.read_bytes(), _terms(assignment, only=choice.parts), _gains)


def _wrong(
    solutions: Solutions, assignment: Assignment, seeds: int, choice: Choice
) -> Iterator[_Row]:
    """Yield the mutants that mistakes make and those written by hand, each on some seeds."""
    for mutant in solutions.mutants:
        parts = {check.partition("/")[0] for check in mutant.loses}
        seen = not choice.fast or not any(check.endswith("/*") for check in mutant.loses)
        if seen and choice.samples(mutant.name) and choice.part in ("", *parts):
            content = solutions_.mutate(solutions.notebook, mutant)
            differences = functools.partial(_differences, mutant=mutant)
            for number in range(1 if choice.fast else seeds):
                name = f"{mutant.name}, seed {number + 1}" if number else mutant.name
                terms = _terms(assignment, only=choice.parts)
                yield _Row(name, content, terms, differences, mutant.loses)


def _machine(
    solutions: Solutions, assignment: Assignment, jobs: int, choice: Choice
) -> Iterator[Verdict]:
    """Grade machine-made mutants, each on its own part.

    One that survives that, and is not argued to, is tried on all parts.
    """
    parts = _parts(assignment)
    made = {
        mutant.name: mutant
        for mutant in mutation.mutants(solutions.notebook, assignment.names)
        if choice.samples(mutant.name) and choice.part in ("", *parts[mutant.part])
    }
    waiting = dict(made)
    for everything in (False, True):
        notebooks = {
            mutant.name: (
                mutant.content,
                _terms(assignment, only=() if everything else parts[mutant.part], hasty=True),
            )
            for mutant in waiting.values()
        }
        for grade in _grades(notebooks, solutions.filename, jobs):
            reason = solutions.argued.get(grade.student)
            if everything or reason or _killed(grade):
                yield judge(waiting.pop(grade.student), grade, reason)
    for name in solutions.argued:
        if name not in made and choice.samples(name) and not choice.part:
            yield Verdict(name, ("listed as equivalent, but there is no such mutant",))


def _parts(assignment: Assignment) -> dict[str, tuple[str, ...]]:
    """Return the parts that judge each of the names: a definition's, or the one of that name."""
    from grader.grading import suite

    found: dict[str, tuple[str, ...]] = {
        name: (name,) if name in assignment.points else () for name in assignment.names
    }
    for made in suite.definitions(assignment):
        found[made.name] = tuple(dict.fromkeys((*found.get(made.name, ()), made.part)))
    return found


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


def _gains(grade: Grade) -> Iterator[str]:
    """Yield what the notebook that students get earns, which should be nothing."""
    if grade.status == "not_graded":
        yield f"{grade.status}: {grade.reason}"
    for check in grade.checks:
        if check.outcome in ("passed", "crashed"):
            yield f"{check.id} {check.outcome}"


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
