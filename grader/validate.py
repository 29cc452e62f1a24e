"""Are the checks right? The reference must get full marks, and each mutant lose what it names.

`solutions/<name>/` stands beside `assignments/`: the reference, and `mutants.py` with `MUTANTS`,
each of which edits one definition of the reference and says which checks it must lose and which
misconception must be named.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader import batch
from grader.errors import AssignmentFault, UsageError
from grader.grading import Terms
from grader.sandbox.process import ProcessSandbox
from grader.submission import Submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grader.assignment import Assignment
    from grader.results import Grade


@dataclass(frozen=True)
class Mutant:
    """One wrong solution: in the cell that defines `where`, each old text becomes the new one.

    `loses` are the checks ("part/check", or "part/*") that must fail or be skipped, and no others;
    `named` is the misconception that must be named: without one the grader must stay silent.
    """

    name: str
    where: str
    edits: tuple[tuple[str, str], ...]
    loses: tuple[str, ...]
    named: str = ""


@dataclass(frozen=True)
class Verdict:
    """What came of the reference or of a mutant; `wrong` says what should not have."""

    name: str
    wrong: tuple[str, ...]


def validate(assignment: Assignment, seeds: int, jobs: int) -> Iterator[Verdict]:
    """Yield a verdict on the reference for each seed, and on each mutant.

    Raises AssignmentFault for a mutant that does not fit the reference, UsageError when there is
    no reference.
    """
    folder = assignment.folder.parent.parent / "solutions" / assignment.name
    reference = folder / f"{assignment.name}.ipynb"
    if not reference.is_file():
        raise UsageError(f"there is no reference at {reference}")
    mutants = {mutant.name: mutant for mutant in _mutants(folder)}
    tasks = [*_references(reference, assignment, seeds), *_wrong(reference, assignment, mutants)]
    for grade in batch.run(tasks, functools.partial(ProcessSandbox), jobs):
        mutant = mutants.get(grade.student)
        wrong = _differences(grade, mutant) if mutant else _losses(grade)
        yield Verdict(grade.student, tuple(wrong))


def _terms(assignment: Assignment) -> Terms:
    return Terms(assignment, secrets.token_hex(16), "sha256:", "process")


def _references(reference: Path, assignment: Assignment, seeds: int) -> Iterator[batch.Task]:
    for number in range(seeds):
        name = f"reference, seed {number + 1}"
        yield Submission(name, name, reference.name, reference.read_bytes()), _terms(assignment)


def _wrong(
    reference: Path, assignment: Assignment, mutants: dict[str, Mutant]
) -> Iterator[batch.Task]:
    terms = _terms(assignment)
    for mutant in mutants.values():
        content = mutate(json.loads(reference.read_text(encoding="utf-8")), mutant)
        yield Submission(mutant.name, mutant.name, reference.name, content), terms


def mutate(notebook: Any, mutant: Mutant) -> bytes:
    """Return a notebook with a mutant's edits made. Raises AssignmentFault if they do not fit."""
    definition = re.compile(rf"^(class|def) {re.escape(mutant.where)}\b", re.MULTILINE)
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or not definition.search(source):
            continue
        for old, new in mutant.edits:
            if old not in source:
                raise AssignmentFault(f"mutant {mutant.name!r}: {mutant.where} lacks {old!r}")
            source = source.replace(old, new)
        cell["source"] = source
        return json.dumps(notebook).encode()
    raise AssignmentFault(f"mutant {mutant.name!r}: nothing defines {mutant.where}")


def _mutants(folder: Path) -> Sequence[Mutant]:
    path = folder / "mutants.py"
    if not path.is_file():
        return ()
    import sys

    spec = importlib.util.spec_from_file_location(f"mutants_of_{folder.name}", path)
    assert spec is not None  # noqa: S101 - a file of ours
    assert spec.loader is not None  # noqa: S101 - the same
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    mutants: Sequence[Mutant] = module.MUTANTS
    names = [mutant.name for mutant in mutants]
    if len(names) != len(set(names)):
        raise AssignmentFault(f"{path}: two mutants have one name")
    return mutants


def _losses(grade: Grade) -> Iterator[str]:
    """Yield what the reference lost, which should be nothing."""
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
    yield from (f"loses {name} too" for name in sorted(lost - meant))
    named = {check.misconception.id for check in grade.checks if check.misconception}
    if named != ({mutant.named} if mutant.named else set()):
        yield f"named {', '.join(sorted(named)) or 'nothing'}, not {mutant.named or 'nothing'}"
