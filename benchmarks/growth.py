"""Whether a submission costs the same at the end of a large class as at its beginning.

python -m benchmarks.growth [--size 1000]

Machines are quicker at some times than at others, by more than what is looked for. So while the
large class is graded in one lane, small ones are graded in another, one after the other: what a
submission costs at a time is told in those of a class that had just begun then. A lane takes a
hundred submissions, and a small class is of so many: in both there is the start of a lane to each
hundred. The classes are of the template's assignment, the smallest that there is, so that whatever
grows shows.

Prints, for each small class, the CPU seconds a submission (of all processes and containers) of both
while it was graded, their ratio, and the most memory that the large class's trusted processes held.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.measure import measure
from benchmarks.notebooks import ROOT
from grader.assignments.scaffold import create
from grader.scheduling.local import SUBMISSIONS_A_LANE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.measure import Cost, Sample

STEP = SUBMISSIONS_A_LANE
"""Submissions of a small class."""


@dataclass(frozen=True)
class Class:
    """When each grade of a class was written, in order, and what its run cost."""

    moments: list[float]
    cost: Cost

    @property
    def begun(self) -> float:
        """The last moment at which no lane had used the processor."""
        return max(sample.at for sample in self.cost.samples if not sample.lanes)


@dataclass(frozen=True)
class Row:
    """The submissions of the large class from `first` on, and what they cost each, in seconds.

    `beside` is what those of the small class cost at the same time, `memory` the most bytes that
    the large class's trusted processes held.
    """

    first: int
    count: int
    each: float
    beside: float
    memory: int


def main() -> None:
    """Grade a large class with small ones beside it, and say what each part of it cost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth")
    parser.add_argument("--size", type=int, default=1000, help="submissions of the large class")
    options = parser.parse_args()
    if options.size < 2 * STEP:
        parser.error(f"--size is {2 * STEP} at least")
    with tempfile.TemporaryDirectory(prefix="growth-") as name, ThreadPoolExecutor(1) as beside:
        folder = Path(name)
        running = beside.submit(graded, folder / "large", options.size)
        small: list[Class] = []
        while not running.done():
            small.append(graded(folder / f"small-{len(small)}", STEP))
        large = running.result()
    rows = [row for one in small if (row := compared(large, one))]
    table = Table("submissions", box=None, header_style="bold")
    for header in ("CPU s each", "beside", "ratio", "trusted MiB"):
        table.add_column(header, justify="right")
    for row in rows:
        cells = (f"{row.each:.3f}", f"{row.beside:.3f}", f"{row.each / row.beside:.3f}")
        span = f"{row.first}-{row.first + row.count - 1}"
        table.add_row(span, *cells, f"{row.memory / 2**20:.0f}")
    screen = Console(soft_wrap=not sys.stdout.isatty())
    screen.print(table)
    first, last = rows[0], rows[-1]
    screen.print(
        f"beside a class that begins, the last ones cost {last.each / last.beside:.3f} times as "
        f"much, the first ones {first.each / first.beside:.3f} times; the last ones hold "
        f"{last.memory / first.memory:.3f} times the first ones' memory; "
        f"{large.cost.seconds:.0f} s in all"
    )


def graded(folder: Path, size: int) -> Class:
    """Grade a class in one lane."""
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
    command += ["--jobs", "1"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    cost = measure(command, folder=folder / "run", environment=environment, label=label)
    written = (folder / "run" / "out" / "results").glob("*.json")
    return Class(sorted(path.stat().st_mtime for path in written), cost)


def compared(large: Class, small: Class) -> Row | None:
    """Compare two classes from the start of the small one's lane to its last grade.

    Returns None where the large one ended before. What the command needs to start comes before its
    first lane, and is not counted.
    """
    begin, end = max(large.begun, small.begun), small.moments[-1]
    if end > large.moments[-1]:
        return None
    counts = [sum(begin < at <= end for at in one.moments) for one in (large, small)]
    each, beside = (
        (_used(one.cost.samples, end) - _used(one.cost.samples, begin)) / count
        for one, count in zip((large, small), counts, strict=True)
    )
    held = [sample.trusted for sample in large.cost.samples if begin <= sample.at <= end]
    first = sum(at <= begin for at in large.moments) + 1
    return Row(first, counts[0], each, beside, max(held, default=0))


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
