"""What a Dask cluster costs, and how the work is shared, by the kernel's account of the processor.

Run by `make bench`: figures depend on the machine and are no test. The
same submissions are graded by one worker and by two, with a lane each. A worker's seconds are those
of its process and of all that it started; a run lasts at least as long as its busiest worker works,
however many cores this machine has, so efficiency is one worker's seconds over twice the busiest's.
What a lane costs to start, which each worker pays once, is measured by a run over one.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path

from dask_here import Cluster, cluster

from grader.assignments import assignment as assignments
from grader.assignments.scaffold import create
from grader.grading.grade import Terms
from grader.sandbox.backends.process import ProcessSandbox
from grader.scheduling import dask as clusters
from grader.scheduling.dask_workers import connect
from grader.submissions.model import Submission

COUNT = 200


def seconds(folder: Path, terms: Terms, count: int, workers: int) -> list[float]:
    """Grade so many copies of the reference; return each worker's CPU seconds."""
    content = Path(terms.assignment.folder / "../../solutions/elman/elman.ipynb").read_bytes()
    tasks = [
        (Submission(f"s{one}", f"s{one}", "elman.ipynb", content + b"\n" * one), terms)
        for one in range(count)
    ]
    with cluster(folder, workers) as made:
        client = connect(made.address)
        client.wait_for_workers(workers)
        client.close()
        grades = list(clusters.run(tasks, made.address))
        assert {grade.score for grade in grades} == {100.0}
        return [_ended(made, worker) for worker in range(workers)]


def _ended(made: Cluster, worker: int) -> float:
    """End a worker and return what it and all that it started took."""
    process = made.workers[worker]
    process.send_signal(signal.SIGTERM)
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return used.ru_utime + used.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        create("elman", work / "assignments")
        elman = assignments.load(work / "assignments" / "elman")
        terms = Terms(elman, "bench", ProcessSandbox().image, "process")
        (single,) = seconds(work / "single", terms, 1, 1)
        (one,) = seconds(work / "one", terms, COUNT, 1)
        two = seconds(work / "two", terms, COUNT, 2)
    each = (one - single) / (COUNT - 1)
    start = single - each
    running = (one - start) / (2 * (max(two) - start))
    lines = [
        f"one worker, one submission: {single:.1f} s of CPU",
        f"one worker, {COUNT} submissions: {one:.1f} s; {each:.2f} s each, {start:.1f} s to start",
        f"two workers, {COUNT} submissions: {two[0]:.1f} s and {two[1]:.1f} s",
        f"efficiency of two over one: {one / (2 * max(two)):.0%}",
        f"the same without what starting a lane takes: {running:.0%}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
