"""Nothing that the student's process says about itself counts: whole grades, in real processes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from conftest import SAMPLES

from grader.assignments import assignment as assignments
from grader.grading.grade import Terms, grade
from grader.recurrent import training
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from grader.core.results import Grade
    from grader.sandbox.backends.process import ProcessSandbox

ROOT = SAMPLES.parents[2]
REFERENCE = ROOT / "solutions" / "lstm_gru" / "lstm_gru.ipynb"
STOPPED_CLOCK = """
import time, resource
running = time.process_time  # goes on, whatever the clocks say
class celdaLSTM(celdaLSTM):
    time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
    resource.getrusage = lambda *_: None
"""
SLOW = """
def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    start = running()
    loss = de(modelo, loss_function, optimizer, data_loader)
    end = start + 6 * (running() - start)
    while running() < end:
        pass
    return loss
"""
SLEEPS = """
import time
def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    time.sleep(0.5)
    return de(modelo, loss_function, optimizer, data_loader)
"""
MANY_PATCHES = """
import numpy, random, sys
class celdaGRU(celdaGRU):
    torch.allclose = torch.equal = torch.testing.assert_close = lambda *_, **__: True
    torch.manual_seed(0); numpy.random.seed = random.seed = lambda *_: None
    sys.modules["torch.testing"] = sys.modules["math"]
"""


def graded(process_sandbox: ProcessSandbox, *cells: str, only: tuple[str, ...] = ()) -> Grade:
    """Grade the reference with cells of code after its own: the last definition counts."""
    notebook = json.loads(REFERENCE.read_text(encoding="utf-8"))
    notebook["cells"] += [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells
    ]
    assignment = assignments.load(ROOT / "assignments" / "lstm_gru")
    terms = Terms(assignment, "trust", process_sandbox.image, process_sandbox.name)
    lane = process_sandbox.lane()
    try:
        content = json.dumps(notebook).encode()
        return grade(Submission("s", "s", "a.ipynb", content), terms, lane, only=only)
    finally:
        lane.close()


def lost(grade: Grade) -> set[str]:
    return {check.id for check in grade.checks if check.outcome != "passed"}


def test_a_clock_that_stands_still_makes_nobody_fast(
    process_sandbox: ProcessSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "SLOWEST", 2.0)  # times the reference's, so that 6 shows at once
    both = {"aprendizaje/lstm_time", "aprendizaje/gru_time"}
    assert lost(graded(process_sandbox, STOPPED_CLOCK, SLOW, only=("aprendizaje",))) == both


def test_patches_and_sleep_change_no_point(process_sandbox: ProcessSandbox) -> None:
    """A clock that stands still, comparisons that always hold, seeds that do not take; and time
    asleep is not time of the processor.
    """
    got = graded(process_sandbox, STOPPED_CLOCK, MANY_PATCHES, SLEEPS)
    assert (lost(got), got.score) == (set(), 100)


@pytest.mark.parametrize(
    ("part", "code", "most"),
    [
        ("modelo_entrenamiento", "def modelo_entrenamiento(*_):\n    return 0.0", 0),
        ("modelo_prueba", "def modelo_prueba(*_):\n    return 0.01, 0.99", 0),
        ("modeloLSTM", "modeloLSTM.forward = lambda self, x: x.new_zeros(len(x), 1)", 0),
        ("celdaLSTM", "celdaLSTM.forward = lambda self, x, hidden: hidden", 6),
        ("celdaGRU", "celdaGRU.forward = lambda self, x, h: h * float('nan')", 2),
    ],
)
def test_what_was_not_written_earns_no_more_than_what_was(
    process_sandbox: ProcessSandbox, part: str, code: str, most: float
) -> None:
    """Of a cell its form was: 6 points of the LSTM's, with its initialisation, 2 of the GRU's."""
    assert graded(process_sandbox, code, only=(part,)).score <= most
