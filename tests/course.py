"""A small course to break: the assignment of `grader new`, and six submissions.

A test here starts the real command, does it some harm, and looks at what is left.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grader.assignments.scaffold import create

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FULL = os.environ.get("GRADER_FAULTS") == "full"
"""Whether `make faults` asked for all of it; else a few of each kind."""
PATIENCE = 120.0
RIGHT = """
import torch


class celdaRNN(torch.nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.x_fc = torch.nn.Linear(input_size, hidden_size)
        self.h_fc = torch.nn.Linear(hidden_size, hidden_size)

    def forward(self, x_t, h_t_1):
        return torch.tanh(self.x_fc(x_t) + self.h_fc(h_t_1))
"""
SUBMISSIONS = {
    "bien": RIGHT,
    "sigmoide": RIGHT.replace("torch.tanh", "torch.sigmoid"),
    "sin_h": RIGHT.replace(" + self.h_fc(h_t_1)", ""),
    "sin_x": RIGHT.replace("self.x_fc(x_t) + ", ""),
    "sintaxis": "class celdaRNN(:\n",
    "tupla": RIGHT.replace("(x_t) + self.h_fc(h_t_1))", "(x_t) + self.h_fc(h_t_1)),"),
}
_START = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what runs in the background
from grader.cli.main import main
main()
"""


@dataclass
class Course:
    """The folders of a course under `root`, and the command over them.

    `before` is code that every run executes first; `environment` is what it gets besides ours.
    """

    root: Path
    sandbox: str = "process"
    before: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the folders, unless they are there."""
        self.submissions = self.root / "submissions"
        self.assignment = self.root / "assignments" / "elman"
        self.submissions.mkdir(parents=True, exist_ok=True)
        if not self.assignment.exists():
            create("elman", self.root / "assignments")
            for name, text in SUBMISSIONS.items():
                self.hand_in(name, text)

    def hand_in(self, name: str, text: str) -> None:
        (self.submissions / f"{name}.py").write_text(text)

    def start(self, out: Path, *options: str) -> subprocess.Popen[str]:
        """Start a run in a process group of its own; what it says is kept in out.said."""
        command = [sys.executable, "-c", f"{self.before}\n{_START}", "grade", self.submissions]
        command += ["--assignments", self.root / "assignments", "--assignment", "elman"]
        command += ["--sandbox", self.sandbox, "--out", out, "--jobs", "2", "--lang", "en"]
        heard = out.with_name(f"{out.name}.said")
        heard.unlink(missing_ok=True)  # what is left of a killed run may still write to it
        with heard.open("w") as said:
            return subprocess.Popen(
                [*map(str, command), *options],
                stdout=subprocess.DEVNULL,
                stderr=said,
                text=True,
                start_new_session=True,
                env={**os.environ, **self.environment},
            )

    def run(self, out: Path, *options: str) -> tuple[int, str]:
        """Run to the end; return the exit status and what was said."""
        process = self.start(out, *options)
        try:
            return process.wait(5 * PATIENCE), said(out)
        finally:
            end(process)

    def whole(self, out: Path) -> dict[str, Any]:
        """Return what an uninterrupted run comes to."""
        status, words = self.run(out, "--seed", "faults")
        assert status == 0, words
        return outcome(out)


def said(out: Path) -> str:
    return out.with_name(f"{out.name}.said").read_text()


def end(process: subprocess.Popen[str]) -> None:
    """Kill a run that is still there. What it started ends with it."""
    if process.poll() is None:
        process.kill()
        process.wait()


def graded(out: Path) -> int:
    """Return how many grades have been told so far."""
    return sum(line.startswith("[") for line in said(out).splitlines())


def until(holds: Callable[[], object], process: subprocess.Popen[str] | None = None) -> bool:
    """Wait until something holds; say whether it came to that while the process lived."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        over = process is not None and process.poll() is not None
        if holds():
            return True
        if over:
            return False
        time.sleep(0.01)
    return False


def interrupt(process: subprocess.Popen[str]) -> int:
    """Press Ctrl-C: every process of the group is told."""
    os.killpg(process.pid, signal.SIGINT)
    return process.wait(PATIENCE)


def outcome(out: Path) -> dict[str, Any]:
    """Return what must be the same however a run came about: all but timings and versions."""
    files = sorted((out / "results").glob("*.json"))
    found: dict[str, Any] = {path.name: _lasting(path.read_text()) for path in files}
    return found | {"grades.csv": (out / "grades.csv").read_bytes()}


def _lasting(text: str) -> str:
    grade = json.loads(text)
    del grade["environment"]
    for check in grade["checks"]:
        del check["seconds"], check["cpu_seconds"]
        check["data"].pop("timing", None)
    return json.dumps(grade, indent=1)


def assert_one_sentence(words: str, *parts: str) -> None:
    """See that the last thing said is a sentence for people, with these parts."""
    assert "Traceback" not in words, words
    last = words.strip().splitlines()[-1]
    assert last.startswith("grader: "), words
    for part in parts:
        assert part in last, last
