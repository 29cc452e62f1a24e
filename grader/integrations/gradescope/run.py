"""Grade the one submission that Gradescope put here, and write its results.json.

That is written last of all, by root, once the sandbox has shown that no process of the student's
is left. Where the machine or a check failed nothing is written: Gradescope then says that the
autograder failed, where a 0 would be taken for the student's.
"""

from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING

from rich.console import Console

from grader.assignments import assignment as assignments
from grader.core import console, files
from grader.core.errors import SandboxFault
from grader.core.i18n import Words
from grader.exports import gradescope
from grader.feedback import student_terminal, terminal
from grader.grading.grade import Terms, grade, prepare
from grader.integrations.gradescope import settings as settings_
from grader.sandbox.backends.apart import ApartSandbox
from grader.sandbox.backends.bubblewrap import BubblewrapSandbox
from grader.scheduling import local
from grader.submissions.discovery import find_one

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

    from grader.assignments.assignment import Assignment
    from grader.core.results import Grade, Json
    from grader.sandbox.api import Sandbox
    from grader.submissions.model import Submission

_WIDTH = 100
_WHOLE = 100.0
"""The points of an assignment, here and in Gradescope."""


def run(root: Path) -> None:
    """Grade what is in `root`, /autograder in Gradescope. Raises GraderError."""
    started = time.monotonic()
    written = root / "results" / "results.json"
    written.unlink(missing_ok=True)  # whatever it is, it is not of this run
    chosen = settings_.read(root / "source")
    assignment = assignments.choose(root / "source" / settings_.FOLDER, chosen.assignment)
    metadata = _metadata(root)
    _remark(metadata)
    submission = find_one(root / "submission", _student(metadata), assignment.name)
    prepare()
    sandbox = open_sandbox(assignment)
    terms = Terms(assignment, chosen.seed, sandbox.image, sandbox.name)
    graded = _graded(submission, terms, sandbox)
    told = results(graded, chosen.lang, time.monotonic() - started)
    files.save(written, json.dumps(told, ensure_ascii=False, allow_nan=False).encode())
    console.tell(f"{graded.status}: {graded.score:g} of {graded.max_score:g} points")


def results(grade: Grade, lang: str, seconds: float) -> Json:
    """Return results.json's content for a grade."""
    words = Words(lang)
    output = _text(student_terminal.render(grade, lang))
    where = words("Checked in the “{name}” sandbox.", name=grade.environment["sandbox"])
    explained = {
        check.id: _text(terminal.explanation(check, lang))
        for check in grade.checks
        if check.outcome != "passed"
    }
    return gradescope.results(grade, lang, seconds, f"{output}\n\n{where}", explained)


def open_sandbox(assignment: Assignment) -> Sandbox:
    """Open bubblewrap where it works, else the process sandbox as root. Raises SandboxFault."""
    try:
        return BubblewrapSandbox(assignment.limits, packages=assignment.packages)
    except SandboxFault as fault:
        no_bubblewrap = fault
    try:
        sandbox = ApartSandbox()
    except SandboxFault as fault:
        raise SandboxFault(f"{fault}; bubblewrap does not work either: {no_bubblewrap}") from fault
    console.tell(
        "students' code runs in the process sandbox, because bubblewrap does not "
        f"work here: {no_bubblewrap}"
    )
    return sandbox


def _graded(submission: Submission, terms: Terms, sandbox: Sandbox) -> Grade:
    """Grade, again where the machine failed. Raises GraderError."""
    for tries in range(1, local.MOST_TRIES + 1):
        try:
            lane = sandbox.lane()
            try:
                return grade(submission, terms, lane)
            finally:
                lane.close()
        except SandboxFault as fault:
            if tries == local.MOST_TRIES:
                raise
            console.tell(f"{fault}; trying again")
        finally:
            sandbox.reap()
    raise AssertionError


def _metadata(root: Path) -> Json:
    """Return what Gradescope tells of the submission; nothing where that cannot be read."""
    try:
        told = json.loads((root / "submission_metadata.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _student(metadata: Json) -> str:
    """Return a name for the submission, which messages to the instructor have."""
    number = metadata.get("id")
    return f"submission_{number}" if isinstance(number, int) else "submission"


def _remark(metadata: Json) -> None:
    """Tell the instructor where Gradescope counts other points."""
    about = metadata.get("assignment")
    total = about.get("total_points") if isinstance(about, dict) else None
    try:
        differs = total is not None and float(total) != _WHOLE
    except (TypeError, ValueError):
        return
    if differs:
        console.tell(
            f"scores are out of 100 points, but in Gradescope the assignment has {total}: set "
            "it to 100 there, or grade the rest by hand"
        )


def _text(shown: RenderableType) -> str:
    file = io.StringIO()
    console = Console(
        file=file, width=_WIDTH, highlight=False, color_system=None, force_jupyter=False
    )
    console.print(shown, soft_wrap=True)
    return "\n".join(line.rstrip() for line in file.getvalue().splitlines())
