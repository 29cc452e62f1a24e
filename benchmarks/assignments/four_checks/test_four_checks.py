"""The four checks of `benchmarks.checks`, asked in the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import checks
from grader.checks import Mismatch, construct
from grader.recurrent.probes import train_network

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from grader.student.student import Student


class Asked:
    """A student's definitions, asked through `student`; see `benchmarks.checks.Code`."""

    def __init__(self, student: Student) -> None:
        self.student = student

    def run(self, name: str, sizes: tuple[int, ...], weights: checks.Weights, *inputs: Any) -> Any:
        """Run a module."""
        return construct(self.student, name, *sizes).load(weights)(*inputs)

    def train(
        self, name: str, weights: checks.Weights, sequences: Tensor, labels: Tensor
    ) -> checks.Weights:
        """Train a model by the assignment's loop over epochs."""
        for needed in (name, checks.LOOP):
            self.student.require(needed)
        told = self.student.run(
            train_network,
            model=name,
            loop=checks.LOOP,
            state=weights,
            sequences=sequences,
            labels=labels,
            hidden_size=checks.HIDDEN_SIZE,
            batch_size=checks.BATCH_SIZE,
            epochs=checks.EPOCHS,
            rate=checks.RATE,
        )
        try:
            trained: checks.Weights = told["states"][-1]
        except (TypeError, KeyError, IndexError) as error:
            raise Mismatch("the training did not come to any weights") from error
        return trained


def judge(check: Callable[[checks.Code], None], student: Student) -> None:
    """Make a check of a student's code. Raises Mismatch."""
    try:
        check(Asked(student))
    except AssertionError as error:
        raise error if isinstance(error, Mismatch) else Mismatch(str(error)) from error


@pytest.mark.part("celdaLSTM")
@pytest.mark.points(25)
def test_lstm_cell(student: Student) -> None:
    """celdaLSTM es la celda de torch con los mismos pesos.

    celdaLSTM is torch's cell with the same weights.
    """
    judge(checks.lstm_cell, student)


@pytest.mark.part("celdaGRU")
@pytest.mark.points(25)
def test_gru_cell(student: Student) -> None:
    """celdaGRU es la celda del cuaderno.

    celdaGRU is the notebook's cell.
    """
    judge(checks.gru_cell, student)


@pytest.mark.part("aprendizaje")
@pytest.mark.points(25)
def test_lstm_learns(student: Student) -> None:
    """modeloLSTM aprende a contar.

    modeloLSTM learns to count.
    """
    judge(checks.lstm_learns, student)


@pytest.mark.part("aprendizaje")
@pytest.mark.points(25)
def test_gru_learns(student: Student) -> None:
    """modeloGRU aprende a contar.

    modeloGRU learns to count.
    """
    judge(checks.gru_learns, student)
