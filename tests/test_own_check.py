"""`grader check`, as a student runs it: what is printed, and checking again on each save."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_cli import SAMPLES, grader

from grader.assignments.assignment import load
from grader.scheduling.own_check import OwnCheck, started
from grader.submissions.discovery import find

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
CELLS = SAMPLES / "12_solo_celdas.ipynb"


def test_nothing_but_the_result_is_printed() -> None:
    ran = grader("check", CELLS, "--part", "celdaGRU")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.split()[:4] == ["celdaGRU", "20/20", "✓", "13"]


def test_several_parts_can_be_asked_for() -> None:
    ran = grader("check", CELLS, "--part", "celdaGRU", "--part", "celdaLSTM", "--json")
    checked = {check["part"] for check in json.loads(ran.stdout)["checks"]}
    assert checked == {"celdaLSTM", "celdaGRU"}


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    path = tmp_path / "mine.ipynb"
    path.write_bytes(CELLS.read_bytes())
    return path


class Watching:
    """`grader check --watch` under way."""

    def __init__(self, notebook: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grader", "check", notebook, "--part", "celdaGRU", "--watch"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            # In the background Python would not know Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )

    def result(self) -> str:
        """Wait for a result; return its first line."""
        assert self.process.stdout is not None
        return next(line for line in self.process.stdout if line.startswith("celdaGRU"))

    def end(self) -> tuple[int, str]:
        """Press Ctrl-C; return the exit status and what else was said."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out + err


@pytest.fixture
def watching(notebook: Path) -> Iterator[Watching]:
    watching = Watching(notebook)
    yield watching
    watching.process.kill()
    watching.process.communicate()


def test_a_save_is_checked_again_until_ctrl_c(watching: Watching, notebook: Path) -> None:
    assert "20/20" in watching.result()
    other = notebook.with_suffix(".tmp")
    other.write_text(notebook.read_text().replace("z*h+(1-z)*", "(1-z)*h+z*"))
    other.replace(notebook)
    assert "✗" in watching.result()
    status, said = watching.end()
    assert status == 1
    assert "Traceback" not in said


def test_a_notebook_that_is_half_written_is_waited_for(watching: Watching, notebook: Path) -> None:
    text = notebook.read_text()
    watching.result()
    notebook.write_text(text[:100])
    threading.Timer(0.6, notebook.write_text, (text,)).start()
    assert "20/20" in watching.result()
    assert watching.end()[0] == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def forward(self, x, h):\\n", "def forward(self, x, h):\\n    while True: pass\\n"),
        ("class celdaGRU(", "class celdaGRU(*(1 for _ in iter(int, 1) if _), "),
    ],
    ids=["in a method", "while it is defined"],
)
def test_a_loop_without_end_is_told_with_what_grading_allows(
    notebook: Path, before: str, after: str
) -> None:
    text = notebook.read_text()
    assert before in text
    notebook.write_text(text.replace(before, after, 1))
    ran = grader("check", notebook, "--part", "celdaGRU")
    assert "(al calificar se permiten " in " ".join(ran.stdout.split())


@pytest.mark.parametrize(("patient", "seconds"), [(False, 10), (True, 60)])
def test_a_worker_stays_from_one_check_to_the_next(
    notebook: Path, *, patient: bool, seconds: float
) -> None:
    chosen = load(ROOT / "assignments" / "lstm_gru")
    with started() as stream:
        checked = OwnCheck(
            chosen,
            stream,
            lambda: find([notebook], chosen.name)[0],
            ("celdaGRU",),
            "es",
            lines=True,
            patient=patient,
        )
        first, lane = checked(), checked.lane
        again = checked()
        assert checked.lane is lane
        assert stream.process.poll() is None
    assert first.score == again.score == 20
    assert checked.assignment.limits.seconds == seconds


def test_the_skeleton_is_told_in_one_line_what_is_not_written() -> None:
    ran = grader("check", SAMPLES / "33_esqueleto.ipynb")
    assert ran.stdout.count("Aún sin escribir: celdaLSTM, modeloLSTM, celdaGRU") == 1
    assert "✗" not in ran.stdout


def test_ctrl_c_ends_a_check_whatever_the_students_code_does(notebook: Path) -> None:
    notebook.write_text(
        notebook.read_text().replace(
            "def forward(self, x, h):\\n", "def forward(self, x, h):\\n    while True: pass\\n"
        )
    )
    command = [sys.executable, "-m", "grader", "check", str(notebook), "--part", "celdaGRU"]
    command.append("--steps")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stderr is not None
        next(line for line in process.stderr if line.startswith("2/"))
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert process.stderr.read().strip() == "grader: Se interrumpió la comprobación."
