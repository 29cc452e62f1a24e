"""`--device cuda`: what is to run on a GPU does, all else sees none, and nothing falls back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
import torch
from conftest import SAMPLES

from grader.assignments import assignment as assignments
from grader.grading.grade import Terms, grade
from grader.sandbox import gpus
from grader.scheduling import local
from grader.submissions.discovery import find
from grader.submissions.model import Submission
from grader.worker import gpus as worker_gpus

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.results import Grade
    from grader.sandbox.backends.process import ProcessSandbox

ROOT = SAMPLES.parents[2]
ASSIGNMENT = assignments.load(ROOT / "assignments" / "lstm_gru")
REFERENCE = ROOT / "solutions" / "lstm_gru" / "lstm_gru.ipynb"
on_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
without = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")

ONLY_ON_A_GPU = """
def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader, de=modelo_entrenamiento):
    assert next(modelo.parameters()).is_cuda, "no está en la GPU"
    return de(modelo, loss_function, optimizer, data_loader)
"""
SEES_NONE = """
class celdaGRU(celdaGRU):
    def forward(self, *args):
        assert args[0].is_cuda or not torch.cuda.is_available(), "hay una GPU"
        return super().forward(*args)
"""
DEFINED_ON_IT = """
NADA = torch.zeros(1, device=device)
class modeloLSTM(modeloLSTM):
    def forward(self, x):
        return super().forward(x) + NADA.to(x.dtype)
"""


def terms(sandbox: ProcessSandbox, device: str) -> Terms:
    return Terms(ASSIGNMENT, "gpu", sandbox.image, sandbox.name, device)


def graded(sandbox: ProcessSandbox, device: str, *cells: str, only: tuple[str, ...] = ()) -> Grade:
    """Grade the reference with cells of code after its own: the last definition counts."""
    notebook = json.loads(REFERENCE.read_text(encoding="utf-8"))
    notebook["cells"] += [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells
    ]
    content = json.dumps(notebook).encode()
    lane = sandbox.lane()
    try:
        submission = Submission("s", "s", "a.ipynb", content)
        return grade(submission, terms(sandbox, device), lane, only=only)
    finally:
        lane.close()


def lost(grade: Grade) -> dict[str, str]:
    return {one.id: one.message for one in grade.checks if one.outcome != "passed"}


@pytest.mark.slow
@without
def test_a_run_on_a_gpu_that_is_not_there_ends_before_it_begins(
    tmp_path: Path,
) -> None:
    options = ["--sandbox", "process", "--device", "cuda", "--out", str(tmp_path / "out")]
    options += ["--lang", "en"]
    ran = subprocess.run(
        [sys.executable, "-m", "grader", "grade", REFERENCE, "--assignment", "lstm_gru", *options],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "there is no GPU that torch can use" in ran.stderr
    assert not list((tmp_path / "out" / "results").glob("*"))


def test_no_check_but_one_for_the_gpu_sees_one(process_sandbox: ProcessSandbox) -> None:
    looks = """
import os
class celdaLSTM(celdaLSTM):
    def __init__(self, *sizes):
        assert os.environ["CUDA_VISIBLE_DEVICES"] == ""
        assert not torch.cuda.is_available()
        super().__init__(*sizes)
"""
    assert lost(graded(process_sandbox, "cpu", looks, only=("celdaLSTM", "aprendizaje"))) == {}


def test_gpus_are_counted_by_their_own_names_and_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    for visible, names in (("GPU-a,GPU-b,GPU-c", ["GPU-a", "GPU-b"]), (None, ["0", "1"])):
        if visible is None:
            monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        else:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        monkeypatch.setenv("PYTORCH_NVML_BASED_CUDA_CHECK", "")
        assert worker_gpus.hide() == names
        assert os.environ["CUDA_VISIBLE_DEVICES"] == ""


def test_each_gpu_is_one_submissions_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    third: list[int] = []

    def wait() -> None:
        with gpus.taken(2) as number:
            third.append(number)

    with gpus.taken(2) as first:
        with gpus.taken(2) as second:
            assert {first, second} == {0, 1}
            waiting = threading.Thread(target=wait)
            waiting.start()
            waiting.join(0.5)
            assert third == []
        waiting.join()
        assert third == [second]


@on_a_gpu
def test_the_timed_run_is_on_the_gpu_and_nothing_else(process_sandbox: ProcessSandbox) -> None:
    only = ("modeloGRU", "celdaGRU", "aprendizaje")
    got = graded(process_sandbox, "cuda", ONLY_ON_A_GPU, SEES_NONE, only=only)
    assert lost(got) == {}
    assert got.environment["device"] == "cuda"
    assert lost(graded(process_sandbox, "cpu", ONLY_ON_A_GPU, only=("aprendizaje",))).keys() == {
        f"aprendizaje/{name}" for name in ("lstm_learns", "lstm_time", "gru_learns", "gru_time")
    }


@on_a_gpu
def test_definitions_may_use_the_gpu_too(process_sandbox: ProcessSandbox) -> None:
    assert lost(graded(process_sandbox, "cuda", DEFINED_ON_IT)) == {}


@on_a_gpu
def test_marks_are_the_same_on_a_gpu(process_sandbox: ProcessSandbox) -> None:
    """Samples, right and wrong: outcomes, points and names of misconceptions."""
    chosen = ("01", "03", "05", "20", "25", "40", "41", "43")
    samples = [one for one in find([SAMPLES], ASSIGNMENT.name) if one.id.startswith(chosen)]

    def marks(device: str) -> dict[tuple[str, str], Any]:
        tasks = [(sample, terms(process_sandbox, device)) for sample in samples]
        return {
            (grade.submission, one.id): (
                one.outcome,
                one.points,
                one.misconception and one.misconception.id,
            )
            for grade in local.run(tasks, type(process_sandbox), 8)
            for one in grade.checks
        }

    assert marks("cpu") == marks("cuda")
