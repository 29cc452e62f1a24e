"""The cell that a failed check gives: it fails in the student's notebook, passes in a right one."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest
import torch
from conftest import SAMPLES

from grader.worker.definitions import load
from grader.worker.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.core.results import CheckResult, Grade

REFERENCE = SAMPLES.parents[2] / "solutions" / "lstm_gru" / "lstm_gru.ipynb"
WRONG = sorted(
    path.stem for path in SAMPLES.glob("[234]*.ipynb") if path.stem != "42_torch_por_dentro"
)
ASKS_NOTHING = {"31_vacio", "32_solo_texto", "34_ilegible"}  # rejected: there is nothing to repeat


@pytest.fixture(autouse=True, scope="module")
def _frozen() -> Iterator[None]:
    """Every run of pytest collects garbage: spare it torch's million objects."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """A cell may set torch's default dtype, and must set it back."""
    yield
    assert torch.get_default_dtype() is torch.float32


def namespace(path: Path) -> dict[str, Any]:
    names = ("celdaLSTM", "modeloLSTM", "celdaGRU", "modeloGRU")
    loops = ("genera_dataset", "modelo_entrenamiento", "modelo_prueba")
    wanted = (*names, *loops)
    return load(read(path.read_bytes(), path.name, wanted).program, wanted).namespace


def run(check: CheckResult, where: dict[str, Any]) -> None:
    assert check.reproduce
    exec(check.reproduce, where)  # noqa: S102 - as the student would


def failed(grade: Grade) -> list[CheckResult]:
    """The checks that failed or raised; a process that is gone has nothing to paste."""
    return [check for check in grade.checks if check.outcome in ("failed", "error")]


@pytest.mark.parametrize("name", [name for name in WRONG if name not in ASKS_NOTHING])
def test_it_fails_in_the_students_notebook_and_passes_in_a_right_one(
    as_process: dict[str, Grade], name: str
) -> None:
    for check in failed(as_process[name]):
        with pytest.raises(Exception):  # noqa: B017, PT011 - an assertion, or what the student's raises
            run(check, namespace(SAMPLES / f"{name}.ipynb"))
        run(check, namespace(REFERENCE))


def test_a_cell_that_compares_numbers_says_how_they_differ(as_process: dict[str, Grade]) -> None:
    checks = failed(as_process["20_sin_olvido"])
    assert checks
    for check in checks:
        with pytest.raises(AssertionError, match="are not close"):
            run(check, namespace(SAMPLES / "20_sin_olvido.ipynb"))
