"""What the checks of one submission cost, beside one timed training run of both networks.

A timed run is the student's training and, in the same sandbox, the reference's, to which its time
is a ratio. Run by `make bench`: CPU seconds of the trusted process and of the student's; they
depend on the machine and are no test. The reference is graded in a warm lane, and on one core: in a
class each core has a lane of its own, and none idles while a question is answered by the other.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from grader.assignments import assignment as assignments
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.process import ProcessSandbox
from grader.student.student import Student
from grader.submissions.model import Submission

ROOT = Path(__file__).parent.parent
ROUNDS = 5


def main() -> None:
    if hasattr(os, "sched_setaffinity"):  # Linux
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    assignment = assignments.load(ROOT / "assignments" / "lstm_gru")
    path = ROOT / "solutions" / "lstm_gru" / "lstm_gru.ipynb"
    submission = Submission("reference", "reference", path.name, path.read_bytes())
    sandbox = ProcessSandbox()
    terms = Terms(assignment, "bench", sandbox.image, sandbox.name)
    lane = sandbox.lane()
    beside = _references()
    rows: list[dict[str, float]] = []
    for number in range(ROUNDS + 1):
        gc.freeze()
        beside.clear()
        started = time.process_time()
        checks = grade(submission, terms, lane).checks
        row = {"trusted": time.process_time() - started, "student": 0.0, "run": 0.0}
        for check in checks:
            row["run" if check.part == "aprendizaje" else "student"] += check.cpu_seconds
        row["beside"] = sum(beside)
        if number:  # the first one imports, and trains the reference of the trusted side
            rows.append(row)
    lane.close()
    names = ("trusted", "student", "run", "beside")
    trusted, student, run, reference = (
        statistics.median(row[name] for row in rows) for name in names
    )
    timed = run + reference
    for name, seconds in (
        ("timed run, both networks", timed),
        ("  of it the student's own", run),
        ("other checks, the student's code", student),
        ("other checks, the trusted side", trusted),
        ("other checks, together", student + trusted),
    ):
        sys.stdout.write(f"{name:34} {seconds:6.2f} s CPU   {seconds / timed:5.2f} ×\n")


def _references() -> list[float]:
    """Return a list that gets the CPU seconds of each run of the reference, as it is made."""
    seconds: list[float] = []
    ask = Student.reference

    def reference(*args: Any, **asked: Any) -> Any:
        took = ask(*args, **asked)
        seconds.append(took.cpu_seconds)
        return took

    Student.reference = reference  # type: ignore[method-assign]
    return seconds


if __name__ == "__main__":
    main()
