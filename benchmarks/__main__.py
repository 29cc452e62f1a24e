"""Who grades how many submissions a minute, and where the processor's time goes.

python -m benchmarks [--sizes SMALL BIG] [--jobs N] [--only NAME…] [--out FOLDER]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from benchmarks import contestants, machine, shown
from benchmarks.figures import figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.contestants import Contestant, Run
    from benchmarks.figures import Figures


def main() -> None:
    """Measure, print, and keep what was seen."""
    options = _options()
    screen = Console(soft_wrap=not sys.stdout.isatty())
    small, big = sorted(options.sizes)
    who = [
        one
        for one in contestants.everybody(big, options.jobs)
        if any(fnmatch(one.name, pattern) for pattern in options.only)
    ]
    for one in who:
        screen.print(f"making ready: {one.name}", style="dim")
        one.prepare()
    found = race(who, (small, big), screen)
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine.description() | contestants.versions(),
        "sizes": [small, big],
        "jobs": options.jobs,
        "figures": [asdict(one) | {"per_minute": one.per_minute} for one in found],
    }
    for table in shown.tables(found):
        screen.print(table)
    if options.out is None:
        screen.print("not kept: not all took part (--out FOLDER keeps it)")
        return
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "latest.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    shown.plot(found, options.out / "latest.svg")
    screen.print(f"kept in {options.out}/latest.json and latest.svg", markup=False)


def race(who: Sequence[Contestant], sizes: tuple[int, int], screen: Console) -> list[Figures]:
    """Let each grade the small class in turn, and then each the big one."""
    runs: dict[str, list[Run]] = {one.name: [] for one in who}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        for size in sizes:
            for number, one in enumerate(who):
                run = one.run(Path(name) / f"{number}-{size}", size)
                cost = run.cost
                screen.print(
                    f"{one.name}: {size} in {cost.seconds:.1f} s, {cost.cpu:.1f} s of CPU",
                    style="dim",
                )
                runs[one.name].append(run)
    return [figures(*pair) for pair in runs.values()]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "--sizes", type=int, nargs=2, default=(4, 24), metavar="N", help="submissions of a class"
    )
    parser.add_argument("--jobs", type=int, default=2, help="lanes at once")
    parser.add_argument("--only", nargs="+", default=["*"], metavar="NAME", help="contestants")
    parser.add_argument("--out", type=Path, help="where to keep it: here, if all take part")
    options = parser.parse_args()
    if not 0 < min(options.sizes) < max(options.sizes):
        parser.error("--sizes needs two different numbers from 1 on")
    if options.out is None and options.only == ["*"]:
        options.out = Path(__file__).parent
    return options


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failed:
        sys.exit(f"{failed}\n{failed.output}")
