"""Grade every attack and its honest twins together, and see that each gets what it must.

python -m attacks.run [--only PATTERN…] [--isolation lane|strict|both]
    [--sandbox docker|bubblewrap] [--seed S] [--jobs N] [--rounds N]
"""

from __future__ import annotations

import argparse
import csv
import re
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from attacks import corpus
from attacks.grading import EARLY, Watched, comparable, grade
from attacks.requirements import broken
from grader.assignments import assignment as assignments
from grader.validation import solutions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from attacks.corpus import Case

ROOT = Path(__file__).parent.parent.parent
LIMITS = {
    "seconds": 60,
    "cpu_seconds": 30,
    "load_seconds": 10,
    "memory": 256 << 20,
    "pids": 48,
    "output": 8 << 20,
    "disk": 16 << 20,
}
"""Memory, processes and files are fewer than the assignment's own, to be met sooner. Of CPU, 24 s
of work fit into one check beside others' (`timing/work_in_a_thread`), more than twelve times what
the reference takes on a slow machine."""
MOST_MEMORY = 3 << 29
"""Bytes that the trusted process may take at most; torch and the checks are most of them."""
MANY, MOST_GROWTH = 500, 1.1
"""Over more submissions than so many, its peak may be so many times that of the first `EARLY`."""


@dataclass(frozen=True)
class Corpus:
    """Submissions on disk: each case's students, each twin's, and the paths to grade."""

    cases: dict[str, Case]
    twins: dict[str, str]
    folder: Path
    alone: Path


@dataclass(frozen=True)
class Verdict:
    """What came of a case in one way of isolation."""

    case: Case
    isolation: str
    points: float
    seconds: float
    wrong: list[str]


def main() -> int:
    """Run; return 0 if every case is as it must be."""
    options = _options()
    cases = [one for one in corpus.load() if _is_wanted(one, options.only)]
    again = [one for one in cases if one.make is None] * (options.rounds - 1)
    ways = ("lane", "strict") if options.isolation == "both" else (options.isolation,)
    screen = Console(soft_wrap=not sys.stdout.isatty())
    failed = False
    with tempfile.TemporaryDirectory(prefix="attacks-") as name:
        for way in ways:
            verdicts, seen = try_all(
                [*cases, *again],
                Path(name) / way,
                seed=options.seed,
                isolation=way,
                jobs=options.jobs,
                sandbox=options.sandbox,
            )
            failed |= report(screen, way, verdicts, seen)
    return 1 if failed else 0


def try_all(
    cases: Sequence[Case],
    work: Path,
    *,
    seed: str,
    isolation: str,
    jobs: int,
    sandbox: str = "docker",
) -> tuple[list[Verdict], Watched]:
    """Grade cases and twins, and the twins alone; return what came of each case, and of all."""
    assignments_folder = _with_short_limits(work)
    reference = solutions.load(assignments.load(ROOT / "assignments" / "lstm_gru")).reference
    made = lay_out(cases, reference, work, seed)
    terms: dict[str, Any] = {"seed": seed, "jobs": jobs, "sandbox": sandbox}
    paths = [made.folder, *sorted((work / "more").glob("*"))]
    among = grade(work / "among", paths, assignments_folder, isolation=isolation, **terms)
    alone = grade(work / "alone", [made.alone], assignments_folder, isolation="lane", **terms)
    return _judge(made, among, isolation), _whole(made, among, alone, work)


def lay_out(cases: Sequence[Case], reference: bytes, work: Path, seed: str) -> Corpus:
    """Write the submissions, in an order drawn from the seed, the twins evenly among them."""
    folder, alone = work / "submissions", work / "twins"
    for one in (folder, alone, work / "more"):
        one.mkdir(parents=True)
    honest = corpus.twins(reference)
    wanted = {case.twin for case in cases} - {""}
    order: list[Case | str] = list(cases)
    Random(seed).shuffle(order)  # noqa: S311 - an order of tests
    for number, name in enumerate(sorted(wanted)):
        order.insert((number + 1) * len(order) // len(wanted), name)
    made = Corpus({}, {}, folder, alone)
    for number, item in enumerate(order):
        if isinstance(item, str):
            student = f"{number:03}-twin-{item}"
            for place in (folder, alone):
                (place / f"{student}.ipynb").write_bytes(honest[item])
            made.twins[student] = item
            continue
        for copy in range(item.copies):
            name = f"{number:03}-{item.id[:50]}" + (f"-{copy}" if item.copies > 1 else "")
            made.cases[corpus.hand_in(item, reference, folder, name)] = item
    return made


def _judge(made: Corpus, among: Watched, isolation: str) -> list[Verdict]:
    verdicts = []
    for student, case in made.cases.items():
        got = among.grades.get(student)
        wrong = broken(case, got, LIMITS["seconds"])
        seconds = sum(check.seconds for check in got.checks) if got else 0.0
        verdicts.append(Verdict(case, isolation, got.score if got else 0.0, seconds, wrong))
    return verdicts


def _whole(made: Corpus, among: Watched, alone: Watched, work: Path) -> Watched:
    """Return the run, with what is wrong beyond the cases' own grades."""
    wrong = among.wrong + [f"twins alone: {text}" for text in alone.wrong]
    for student in made.twins:
        both = (among.texts.get(student), alone.texts.get(student))
        if None in both or comparable(str(both[0])) != comparable(str(both[1])):
            wrong.append(f"{student} has not the grade that it has alone")
        elif alone.grades[student].score != alone.grades[student].max_score:
            wrong.append(f"{student} has {alone.grades[student].score:g} points alone")
    if lost := {*made.cases, *made.twins} - set(among.grades):
        wrong.append(f"without a grade: {sorted(lost)}")
    with (work / "among" / "out" / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if len(rows) != len(among.texts):
        wrong.append(f"{len(rows)} rows in grades.csv, {len(among.texts)} grades")
    formulas = [row["student"] for row in rows if row["student"].startswith(("=", "+", "-", "@"))]
    wrong += [f"grades.csv holds the formula {formula}" for formula in formulas]
    if (among.status, alone.status) != (0, 0):
        wrong.append(f"exit status {among.status}, the twins' {alone.status}: {among.said[-2000:]}")
    if max(among.memory, default=0) > MOST_MEMORY:
        wrong.append(f"the trusted process took {max(among.memory) >> 20} MiB")
    if len(among.texts) > MANY and max(among.memory) > MOST_GROWTH * among.memory[0]:
        early, most = among.memory[0] >> 20, max(among.memory) >> 20
        wrong.append(f"the trusted process grew: {early} MiB over the first {EARLY}, then {most}")
    among.wrong[:] = wrong
    return among


def report(screen: Console, way: str, verdicts: list[Verdict], seen: Watched) -> bool:
    """Print the cases and the counts; return whether anything is wrong."""
    limits = ", ".join(f"{name} {value}" for name, value in LIMITS.items())
    table = Table(title=f"isolation {way}; limits: {limits}", box=None, header_style="bold")
    for header in ("case", "group", "verdict", "points", "seconds", ""):
        table.add_column(header, justify="right" if header in {"points", "seconds"} else "left")
    for one in verdicts:
        mark = "[red]" + "; ".join(one.wrong).replace("[", "\\[") if one.wrong else "[green]✓"
        row = (one.case.id, one.case.group, one.case.verdict, f"{one.points:g}")
        table.add_row(*row, f"{one.seconds:.1f}", mark)
    screen.print(table)
    counts = Table("group", "cases", "as they must be", box=None, header_style="bold")
    all_, right = (
        Counter(one.case.group for one in verdicts if not (wanted and one.wrong))
        for wanted in (False, True)
    )
    for group in corpus.GROUPS:
        counts.add_row(group, str(all_[group]), str(right[group]))
    counts.add_row("all", str(sum(all_.values())), str(sum(right.values())))
    screen.print(counts)
    for text in seen.wrong:
        screen.print(f"✗ {text}", style="red", markup=False)
    screen.print(
        f"{seen.seconds:.0f} s, {seen.containers} containers; most memory of a trusted process, "
        f"MiB, after each {EARLY} submissions: " + " ".join(str(at >> 20) for at in seen.memory)
    )
    return bool(seen.wrong) or any(one.wrong for one in verdicts)


def _is_wanted(case: Case, patterns: Sequence[str]) -> bool:
    return any(fnmatch(name, one) for one in patterns for name in (case.id, case.group))


def _with_short_limits(work: Path) -> Path:
    """Copy the assignments, with the limits above in the place of the assignment's own."""
    folder = work / "assignments"
    shutil.copytree(ROOT / "assignments", folder)
    path = folder / "lstm_gru" / "assignment.toml"
    before, _, _ = path.read_text(encoding="utf-8").partition("[limits]")
    lines = [f"{name} = {value}" for name, value in LIMITS.items()]
    path.write_text("\n".join([before + "[limits]", *lines, ""]), encoding="utf-8")
    return folder


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=re.split(r"\n\n", __doc__ or "")[0])
    parser.add_argument(
        "--only", default=["*"], nargs="+", metavar="PATTERN", help="cases by name or group"
    )
    parser.add_argument("--isolation", default="both", choices=("lane", "strict", "both"))
    parser.add_argument("--sandbox", default="docker", choices=("docker", "bubblewrap"))
    parser.add_argument("--seed", default="semilla-de-ataques")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--rounds", type=int, default=1, help="how often the cases that are Python are handed in"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
