"""The cell that a failed check gives: it fails in the student's notebook, passes in a right one."""

from __future__ import annotations

import functools
import gc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from grader import assignment as assignments
from grader.grading import Terms, grade
from grader.sandbox.fake import FakeSandbox
from grader.submission import Submission
from grader.worker.definitions import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.results import CheckResult

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "solutions" / "lstm_gru" / "lstm_gru.ipynb"
WRONG = {
    "20_sin_olvido": "celdaLSTM",
    "21_orden_de_puertas": "celdaLSTM",
    "22_gru_de_pytorch": "celdaGRU",
    "23_candidato_sigmoide": "celdaLSTM",
    "24_sin_tanh": "celdaLSTM",
    "25_z_al_reves": "celdaGRU",
    "28_gru_sin_h_en_z": "celdaGRU",
    "29_dos_errores": "celdaGRU",
}


@pytest.fixture(autouse=True, scope="module")
def _frozen() -> Iterator[None]:
    """Every run of pytest collects garbage: spare it torch's million objects."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """The cell sets torch's default dtype, and a failing one does not set it back."""
    before = torch.get_default_dtype()
    yield
    torch.set_default_dtype(before)


def namespace(path: Path, *names: str) -> dict[str, Any]:
    return load(path.read_bytes(), path.name, names).namespace


@functools.cache
def failed(sample: str, part: str) -> CheckResult:
    """The one failed check of a part of a sample."""
    assignment = assignments.load(ROOT / "assignments" / "lstm_gru")
    path = ROOT / "tests" / "submissions" / f"{sample}.ipynb"
    lane = FakeSandbox(**{part: namespace(path, part)[part]}).lane()
    terms = Terms(assignment, "seed", FakeSandbox.image, "fake")
    checks = grade(Submission(sample, sample, "a.ipynb", b""), terms, lane, only=part).checks
    (found,) = (check for check in checks if check.outcome == "failed")
    return found


def run(cell: str | None, where: dict[str, Any]) -> None:
    assert cell
    exec(cell, where)  # noqa: S102 - as the student would


@pytest.mark.parametrize("sample", WRONG)
def test_it_fails_in_the_students_notebook(sample: str) -> None:
    part = WRONG[sample]
    path = ROOT / "tests" / "submissions" / f"{sample}.ipynb"
    with pytest.raises(AssertionError, match="are not close"):
        run(failed(sample, part).reproduce, namespace(path, part))


@pytest.mark.parametrize("sample", WRONG)
def test_it_passes_in_a_right_notebook(sample: str) -> None:
    part = WRONG[sample]
    run(failed(sample, part).reproduce, namespace(REFERENCE, part))
    assert torch.get_default_dtype() is torch.float32


@pytest.mark.parametrize("sample", WRONG)
def test_the_failure_is_named(sample: str) -> None:
    assert failed(sample, WRONG[sample]).misconception is not None
