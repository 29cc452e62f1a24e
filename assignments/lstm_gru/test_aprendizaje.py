"""The timed training run: the student's network, trained by the student's loop (SEED 4)."""

import pytest

from grader.recurrent import models, training
from grader.student.student import Student

pytestmark = [pytest.mark.part("aprendizaje"), pytest.mark.gpu]


@pytest.mark.points(3)
def test_lstm_learns(student: Student, case_seed: int) -> None:
    """modeloLSTM, entrenado con modelo_entrenamiento, aprende a contar.

    modeloLSTM, trained with modelo_entrenamiento, learns to count.
    """
    training.judge_learning(student, models.LSTM, case_seed)


@pytest.mark.needs("lstm_learns")
@pytest.mark.points(1)
def test_lstm_time(student: Student, case_seed: int) -> None:
    """modeloLSTM aprende en un tiempo razonable.

    modeloLSTM learns in reasonable time.
    """
    training.judge_time(student, models.LSTM, case_seed)


@pytest.mark.points(3)
def test_gru_learns(student: Student, case_seed: int) -> None:
    """modeloGRU, entrenado con modelo_entrenamiento, aprende a contar.

    modeloGRU, trained with modelo_entrenamiento, learns to count.
    """
    training.judge_learning(student, models.GRU, case_seed)


@pytest.mark.needs("gru_learns")
@pytest.mark.points(1)
def test_gru_time(student: Student, case_seed: int) -> None:
    """modeloGRU aprende en un tiempo razonable.

    modeloGRU learns in reasonable time.
    """
    training.judge_time(student, models.GRU, case_seed)
