"""Whether a submission costs the same at the end of a large class as at its beginning.

python -m benchmarks.growth [--size 1000] [--jobs N]

The class is of the template's assignment, the smallest that there is, so that whatever grows shows.
Prints, hundred by hundred, the CPU seconds a submission (of all processes and containers) and the
most memory that the trusted processes held.
"""

from __future__ import annotations

import argparse
import itertools
import os
import secrets
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.measure import measure
from benchmarks.notebooks import ROOT
from grader.new import create

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.measure import Cost, Sample

STEP = 100


def main() -> None:
    """Grade a large class and say what each hundred of it cost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth")
    parser.add_argument("--size", type=int, default=1000, help="submissions, in hundreds")
    parser.add_argument("--jobs", type=int, default=2, help="lanes at once")
    options = parser.parse_args()
    if options.size < 2 * STEP or options.size % STEP:
        parser.error(f"--size is in hundreds, {2 * STEP} at least")
    with tempfile.TemporaryDirectory(prefix="growth-") as name:
        moments, cost = graded(Path(name), options.size, options.jobs)
    table = Table("submissions", "CPU s each", "trusted MiB", box=None, header_style="bold")
    rows = list(hundreds(moments, cost.samples))
    for number, (cpu, memory) in enumerate(rows):
        span = f"{number * STEP + 1}-{(number + 1) * STEP}"
        table.add_row(span, f"{cpu:.3f}", f"{memory / 2**20:.0f}")
    screen = Console(soft_wrap=not sys.stdout.isatty())
    screen.print(table)
    (first, early), (last, late) = rows[0], rows[-1]
    screen.print(
        f"the last hundred costs {last / first:.3f} times the first, and holds {late / early:.3f} "
        f"times its memory; {cost.seconds:.0f} s in all"
    )


def graded(folder: Path, size: int, jobs: int) -> tuple[list[float], Cost]:
    """Grade a class; return when each grade was written, in order, and the run's cost."""
    create("elman", folder / "assignments")
    (right,) = (folder / "solutions").glob("elman/*.ipynb")
    given = folder / "submissions"
    given.mkdir()
    for number in range(size):
        (given / f"s{number:05}.ipynb").write_bytes(right.read_bytes() + b"\n" * number)
    label = secrets.token_hex(8)
    command: list[str | Path] = [sys.executable, "-m", "benchmarks.grade_labelled", label]
    command += ["report.txt", "grade", given, "--out", "out", "--sandbox", "docker"]
    command += ["--assignments", folder / "assignments", "--assignment", "elman"]
    command += ["--jobs", str(jobs)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    cost = measure(command, folder=folder / "run", environment=environment, label=label)
    written = (folder / "run" / "out" / "results").glob("*.json")
    return sorted(path.stat().st_mtime for path in written), cost


def hundreds(moments: Sequence[float], samples: Sequence[Sample]) -> Iterator[tuple[float, int]]:
    """Yield, of each hundred, CPU seconds a submission and the most bytes held meanwhile.

    The first begins with the first grade: what starting costs is not counted.
    """
    marks = [moments[0], *moments[STEP - 1 :: STEP]]
    for number, (begin, end) in enumerate(itertools.pairwise(marks)):
        count = STEP if number else STEP - 1
        held = [one.trusted for one in samples if begin <= one.at <= end]
        yield (_used(samples, end) - _used(samples, begin)) / count, max(held, default=0)


def _used(samples: Sequence[Sample], at: float) -> float:
    """Return the seconds used by a moment, between two samples on the line that joins them."""
    before = max((one for one in samples if one.at <= at), key=lambda one: one.at)
    after = min((one for one in samples if one.at >= at), key=lambda one: one.at, default=before)
    if after.at == before.at:
        return before.cpu
    share = (at - before.at) / (after.at - before.at)
    return before.cpu + share * (after.cpu - before.cpu)


if __name__ == "__main__":
    main()
