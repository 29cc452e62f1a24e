"""What a second run costs where nothing changed, for each submission.

    python tests/bench_again.py [SUBMISSIONS]

Run by `make bench`: figures depend on the machine and are no test. So many copies of a small
notebook are in the journal; the run finds, compares, writes grades.csv and prints the table. What
starting costs is measured by a run over one of them. CPU seconds of the whole process.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from grader.assignments import assignment as assignments
from grader.assignments.scaffold import create
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.process import ProcessSandbox
from grader.storage.results_folder import ResultsFolder
from grader.submissions.discovery import find

COUNT = int(sys.argv[1]) if sys.argv[1:] else 1000
ROUNDS = 5


def fill(work: Path) -> None:
    """Make COUNT distinct copies, and a results folder that has a grade of each."""
    create("elman", work / "assignments")
    (work / "all").mkdir()
    (work / "one").mkdir()
    reference = (work / "solutions" / "elman" / "elman.ipynb").read_bytes()
    for number in range(COUNT):
        (work / "all" / f"s{number:05}.ipynb").write_bytes(reference + b"\n" * number)
    (work / "one" / "s00000.ipynb").write_bytes(reference)
    sandbox = ProcessSandbox()
    elman = assignments.load(work / "assignments" / "elman")
    terms = Terms(elman, "bench", sandbox.image, sandbox.name)
    lane = sandbox.lane()
    for kind in ("all", "one"):
        found = find([work / kind], "elman")
        with ResultsFolder.open(work / f"out_{kind}") as results:
            results.journal.begin("bench", {one.id: [work / kind] for one in found})
            first = grade(found[0], terms, lane)
            for one in found:
                inputs = terms.fingerprint(one)
                results.journal.add(
                    replace(first, submission=one.id, student=one.student, fingerprint=inputs)
                )
            results.write_all()
    lane.close()


def seconds(work: Path, kind: str) -> float:
    """Return the CPU seconds of a second run."""
    command = [sys.executable, "-m", "grader", "grade", str(work / kind), "--assignment", "elman"]
    command += ["--assignments", str(work / "assignments"), "--sandbox", "process"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run(
        [*command, "--out", str(work / f"out_{kind}")], check=True, capture_output=True, text=True
    )
    if "[" in ran.stderr:
        raise SystemExit(f"something was graded: {ran.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as work:
        fill(Path(work))
        times: dict[str, list[float]] = {"all": [], "one": []}
        for _ in range(ROUNDS):  # in turns, so that a slow moment is everybody's
            for kind, taken in times.items():
                taken.append(seconds(Path(work), kind))
    every, one = (statistics.median(times[kind]) for kind in ("all", "one"))
    each = (every - one) / (COUNT - 1) * 1000
    sys.stdout.write(f"unchanged submissions: {each:.2f} ms CPU each ({COUNT}); ")
    sys.stdout.write(f"a run over one: {one:.2f} s CPU\n")


if __name__ == "__main__":
    main()
