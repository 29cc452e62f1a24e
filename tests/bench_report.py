"""What the pages of a class cost: to make, to look over again, and to open.

    python tests/bench_report.py [STUDENTS]

Run by `make bench`: figures depend on the machine and are no test. Some samples are graded, and
each student has the grade of one of them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

import chromium

from grader.assignments import assignment as assignments
from grader.core.errors import SandboxFault
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.process import ProcessSandbox
from grader.storage import pages
from grader.storage.results_folder import ResultsFolder
from grader.storage.stored import StoredResults
from grader.submissions.discovery import find

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
COUNT = int(sys.argv[1]) if sys.argv[1:] else 500
SAMPLES = ("01_completa", "29_dos_errores", "31_vacio", "33_esqueleto", "40_bucles_y_datos")
OPENED = """
const [entry] = performance.getEntriesByType("navigation");
return entry.loadEventEnd - entry.startTime;
"""


def fill(out: Path) -> None:
    """Make a results folder of COUNT students."""
    sandbox = ProcessSandbox()
    terms = Terms(assignments.load(ROOT / "assignments/lstm_gru"), "s", sandbox.image, sandbox.name)
    lane = sandbox.lane()
    paths = [ROOT / f"tests/submissions/lstm_gru/{name}.ipynb" for name in SAMPLES]
    grades = [grade(one, terms, lane) for one in find(paths, "lstm_gru")]
    lane.close()
    with ResultsFolder.open(out) as results:
        results.journal.begin(terms.seed, {})
        for number, one in enumerate(islice(cycle(grades), COUNT)):
            name = f"s{number:05}"
            results.store(replace(one, submission=name, student=name))


def seconds(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def opening(index: Path) -> str:
    """Return how long a browser takes for the class's page, where there is one."""
    try:
        browser = chromium.start()
    except SandboxFault as fault:
        return str(fault)
    browser.open(index)
    taken = browser.run(OPENED) / 1000
    browser.quit()
    return f"{taken:.2f} s"


def main() -> None:
    with tempfile.TemporaryDirectory() as work:
        out = Path(work)
        fill(out)
        first, again = (seconds(lambda: StoredResults.read(out).report("es")) for _ in range(2))
        index = out / pages.FOLDER / "index.html"
        sys.stdout.write(
            f"pages of {COUNT}: {first:.1f} s, with reading the results; {again:.1f} s where "
            f"nothing changed; index {index.stat().st_size / 1e6:.2f} MB, "
            f"opened in {opening(index)}\n"
        )


if __name__ == "__main__":
    main()
