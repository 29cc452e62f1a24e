"""What marks measure: each wrong solution under these checks, and under tests as others have.

python -m benchmarks.mistakes [ASSIGNMENT…] [--only PATTERN] [--jobs N] [--out FILE]
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import secrets
import sys
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.mistakes import corpus, public
from grader.assignments import assignment as assignments_
from grader.grading.grade import Terms
from grader.sandbox.backends.process import ProcessSandbox
from grader.scheduling import local
from grader.submissions.model import Submission
from grader.validation import validity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.mistakes.corpus import Wrong
    from grader.assignments.assignment import Assignment
    from grader.core.results import CheckResult, Grade
    from grader.validation.validity import Groups

ROOT = Path(__file__).parents[2]
NAMED, READ, FORM = validity.NAMED, validity.READ, "form"


@dataclass(frozen=True)
class Outcome:
    """What came of a wrong solution: here, and under public tests.

    `share` is what it cost of its part's points, `rule` the same where an equation or rule was
    wrong and not the form alone; `elsewhere` are other parts that lost points. `said` is the first
    sentence of the first check that it lost.
    """

    assignment: str
    what: str
    part: str
    of: tuple[str, ...]
    caught: bool
    elsewhere: tuple[str, ...]
    explained: str
    share: float
    rule: float | None
    said: str
    public: float


def outcome(wrong: Wrong, grade: Grade, groups: Groups) -> Outcome:
    """Return what came of one."""
    mine = [check for check in grade.checks if check.part == wrong.part]
    lost = [check for check in mine if check.outcome != "passed"]
    worth = sum(check.max_points for check in mine)
    others = {check.part for check in grade.checks if check.outcome != "passed"} - {wrong.part}
    measured = validity.measure(grade, [check.id for check in lost], groups)
    told = next((check for check in lost if check.misconception or check.reading), None)
    told = told or (lost[0] if lost else None)
    return Outcome(
        grade.assignment,
        wrong.what,
        wrong.part,
        wrong.of,
        bool(lost),
        tuple(sorted(others)),
        _explained(wrong, lost),
        1 - sum(check.points for check in mine) / worth if worth else 0.0,
        measured.cost if measured else None,
        told.message.splitlines()[0] if told and told.message else "",
        public.costs(grade.assignment, wrong.content)[wrong.where],
    )


def _explained(wrong: Wrong, lost: Sequence[CheckResult]) -> str:
    if any(check.misconception for check in lost):
        return NAMED
    if any(check.reading for check in lost):
        return READ
    return FORM if wrong.form else validity.UNEXPLAINED


def outcomes(assignment: Assignment, only: str, jobs: int, *, whole: bool) -> Iterator[Outcome]:
    """Grade the wrong solutions, on seeds of their own; yield what came of each."""
    chosen = {one.what: one for one in corpus.wrong(assignment) if fnmatchcase(one.what, only)}
    groups = validity.groups(assignment)
    tasks = [
        (
            Submission(one.what, one.what, f"{assignment.name}.ipynb", one.content),
            Terms(
                assignment,
                secrets.token_hex(16),
                "sha256:",
                "process",
                only=() if whole else (one.part,),
            ),
        )
        for one in chosen.values()
    ]
    for grade in local.run(tasks, functools.partial(ProcessSandbox), jobs):
        yield outcome(chosen[grade.student], grade, groups)


def table(found: Sequence[Outcome]) -> Table:
    """Return the figures, an assignment's single mistakes and pairs a row."""
    shown = Table(
        "", "mistakes", "caught", "elsewhere", "named", "explained", "cost", "public tests"
    )
    for name in dict.fromkeys(one.assignment for one in found):
        for label, pairs in ((name, False), (f"{name}, two at once", True)):
            some = [one for one in found if one.assignment == name and bool(one.of) == pairs]
            if some:
                shown.add_row(label, *_figures(some))
    return shown


def _figures(some: Sequence[Outcome]) -> list[str]:
    rules = sorted(one.rule for one in some if one.rule is not None and one.explained != FORM)
    at = [rules[min(len(rules) - 1, int(share * len(rules)))] for share in (0.1, 0.5, 0.9)]
    seen = [one for one in some if one.public]
    told = [one for one in some if one.explained != FORM]
    return [
        str(len(some)),
        _share(sum(one.caught for one in some), len(some)),
        str(sum(bool(one.elsewhere) for one in some)),
        _share(sum(one.explained == NAMED for one in told), len(told)),
        _share(sum(one.explained != validity.UNEXPLAINED for one in told), len(told)),
        " ".join(f"{cost:.0%}" for cost in at),
        f"{_share(len(seen), len(some))} caught",
    ]


def _share(count: int, whole: int) -> str:
    return f"{count / whole:.0%}"


def main() -> None:
    """Grade, print what was not caught or not explained, then the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mistakes")
    parser.add_argument("assignments", nargs="*", default=corpus.assignments())
    parser.add_argument("--only", default="*", help="those whose words match")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--whole", action="store_true", help="run all parts' checks, not the part's"
    )
    parser.add_argument("--out", type=Path, help="keep what came of each, as JSON")
    options = parser.parse_args()
    screen, found = Console(soft_wrap=not sys.stdout.isatty()), []
    for name in options.assignments:
        chosen = assignments_.load(ROOT / "assignments" / name)
        for one in outcomes(chosen, options.only, options.jobs, whole=options.whole):
            found.append(one)
            if not one.caught or one.elsewhere or one.explained == validity.UNEXPLAINED:
                what = "explained by nothing" if one.caught else "not caught"
                where = f"; also loses {', '.join(one.elsewhere)}" if one.elsewhere else ""
                text = f"{name}, {one.part}: {one.what}: {what}{where}: {one.said}"
                screen.print(text, markup=False)
    screen.print(table(found))
    if options.out:
        options.out.write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n")


if __name__ == "__main__":
    main()
