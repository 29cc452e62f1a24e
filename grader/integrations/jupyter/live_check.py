"""Run `grader check` on a notebook's bytes in a process of its own, and follow how far it is."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

import grader
from grader.core.i18n import tr
from grader.core.results import Grade

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.assignments.assignment import Assignment

    Tell = Callable[[int, int, str], None]
    """Is told which check is under way, of how many, and its part."""

_STEP = re.compile(r"(\d+)/(\d+) (.*)")
_OURS = "grader: "
"""What a sentence begins with that the process says."""
_END_SECONDS = 10.0


class Failed(Exception):
    """The check could not be run; `said` says why, `log` is what else the process wrote."""

    def __init__(self, said: str, log: str = "") -> None:
        super().__init__(said)
        self.said = said
        self.log = log


class Interrupted(Exception):
    """The person who waited did not want to any longer; the process has ended."""


def run(
    content: bytes, assignment: Assignment, parts: Sequence[str], lang: str, tell: Tell
) -> Grade:
    """Return the grade of a notebook on these parts. Raises Failed and Interrupted."""
    with tempfile.TemporaryDirectory(prefix="rnn-grader-") as folder:
        notebook = Path(folder) / "notebook.ipynb"
        notebook.write_bytes(content)
        with (Path(folder) / "grade.json").open("w+", encoding="utf-8") as answer:
            said = _follow(_started(notebook, assignment, parts, lang, answer), tell)
            answer.seek(0)
            text = answer.read()
    try:
        return Grade.from_json(text)
    except ValueError as error:
        raise _failed(said, lang) from error


def _failed(said: str, lang: str) -> Failed:
    """Return the sentence of ours that a process ended with; all that it wrote if it had none."""
    _, ours, sentence = f"\n{said}".rpartition(f"\n{_OURS}")
    if ours:
        return Failed(sentence.strip())
    return Failed(tr("it ended without saying why").to(lang), said.strip())


def _started(
    notebook: Path, assignment: Assignment, parts: Sequence[str], lang: str, answer: IO[str]
) -> subprocess.Popen[str]:
    root = str(Path(grader.__file__).parent.parent)
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    options = [item for part in parts for item in ("--part", part)]
    options += ["--assignments", str(assignment.folder.parent), "--assignment", assignment.name]
    options += ["--lang", lang]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "grader", "check", notebook, "--json", "--steps", *options],
        stdin=subprocess.DEVNULL,
        stdout=answer,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,  # an interrupt of the kernel is ours to handle
        env={**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"},
    )


def _follow(process: subprocess.Popen[str], tell: Tell) -> str:
    """Tell how far a check is until it ends; return what else it said."""
    assert process.stderr is not None  # noqa: S101 - a pipe, as asked for
    said = []
    try:
        for line in process.stderr:
            if step := _STEP.fullmatch(line.strip()):
                tell(int(step[1]), int(step[2]), step[3])
            else:
                said.append(line)
        process.wait()
    except KeyboardInterrupt:
        raise Interrupted from None
    finally:
        _end(process)
    return "".join(said)


def _end(process: subprocess.Popen[str]) -> None:
    """End a process that has not ended, so that it ends its own."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stderr:
        process.stderr.close()
