"""What `grader check` of a right notebook costs: importing torch twice, and the checks.

Run by `make bench`: CPU seconds of all processes together; figures depend on the machine and are no
test. What the command costs is to be at most twice the sum of two imports of torch (one for the
trusted side, one for the student's) and of the checks: the student's processes as the grade tells,
and the trusted side. Its first run in a process trains references and makes the first optimizer,
for which torch imports its compiler; the last line leaves that out of the sum.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from grader.assignments import assignment as assignments
from grader.grading.grade import Terms, grade, prepare
from grader.sandbox.backends.process import ProcessSandbox
from grader.submissions.model import Submission

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "tests" / "submissions" / "lstm_gru" / "01_completa.ipynb"
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


def trusted() -> tuple[float, float]:
    """Return the CPU seconds of the trusted side's first run, its imports aside, and of others."""
    assignment = assignments.load(ROOT / "assignments" / "lstm_gru")
    submission = Submission("right", "right", NOTEBOOK.name, NOTEBOOK.read_bytes())
    sandbox = ProcessSandbox()
    terms = Terms(assignment, "bench", sandbox.image, sandbox.name)
    lane = sandbox.lane()
    prepare()
    seconds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        grade(submission, terms, lane)
        seconds.append(time.process_time() - started)
    lane.close()
    return seconds[0], min(seconds)


def main() -> None:
    imports, commands, students = [], [], []
    for _ in range(ROUNDS):  # in turns, so that a slow moment is everybody's
        imports.append(cpu("-c", "import torch")[0])
        seconds, printed = cpu("-m", "grader", "check", NOTEBOOK, "--json")
        commands.append(seconds)
        students.append(json.loads(printed)["environment"]["usage"]["cpu_seconds"])
    command, torch = statistics.median(commands), 2 * statistics.median(imports)
    student, (first, warm) = statistics.median(students), trusted()
    for name, seconds in (
        ("import torch, twice", torch),
        ("checks, the student's code", student),
        ("checks, the trusted side, first run", first),
        ("checks, the trusted side, later runs", warm),
        ("grader check", command),
    ):
        sys.stdout.write(f"{name:38} {seconds:6.2f} s CPU\n")
    for name, side in (("", first), (", a later run", warm)):
        ratio = command / (torch + student + side)
        sys.stdout.write(f"{'grader check, to that sum' + name:38} {ratio:6.2f} ×\n")


if __name__ == "__main__":
    main()
