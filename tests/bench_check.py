"""What `grader check` of a right notebook costs: importing torch twice, and the checks.

Run by `make bench`: CPU seconds of all processes together; figures depend on the machine and are no
test. What the command costs is to be at most twice the sum of two imports of torch (one for the
trusted side, one for the student's) and of the checks: the student's processes as the grade tells,
and the trusted side in a process that has checked before.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from grader import assignment as assignments
from grader.grading import Terms, grade
from grader.sandbox.process import ProcessSandbox
from grader.submission import Submission

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "tests" / "submissions" / "01_completa.ipynb"
ROUNDS = 3


def cpu(*arguments: str | Path) -> tuple[float, str]:
    """Run Python; return the CPU seconds of it and of all that it started, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run(
        [sys.executable, *arguments], check=True, capture_output=True, text=True, cwd=ROOT
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return seconds, ran.stdout


def trusted() -> float:
    """Return the CPU seconds of the trusted side alone, its imports and its first run aside."""
    assignment = assignments.load(ROOT / "assignments" / "lstm_gru")
    submission = Submission("right", "right", NOTEBOOK.name, NOTEBOOK.read_bytes())
    sandbox = ProcessSandbox()
    terms = Terms(assignment, "bench", sandbox.image, sandbox.name)
    lane = sandbox.lane()
    seconds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        grade(submission, terms, lane)
        seconds.append(time.process_time() - started)
    lane.close()
    return min(seconds)


def main() -> None:
    imports, commands, students = [], [], []
    for _ in range(ROUNDS):  # in turns, so that a slow moment is everybody's
        imports.append(cpu("-c", "import torch")[0])
        seconds, printed = cpu("-m", "grader", "check", NOTEBOOK, "--json")
        commands.append(seconds)
        students.append(json.loads(printed)["environment"]["usage"]["cpu_seconds"])
    rows = {
        "import torch, twice": 2 * statistics.median(imports),
        "checks, the student's code": statistics.median(students),
        "checks, the trusted side": trusted(),
    }
    least = sum(rows.values())
    for name, seconds in {**rows, "grader check": statistics.median(commands)}.items():
        sys.stdout.write(f"{name:28} {seconds:6.2f} s CPU   {seconds / least:4.2f} ×\n")


if __name__ == "__main__":
    main()
