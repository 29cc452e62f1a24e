"""Gradients: through a step, through a model, and over hundreds of steps (SEED 2.4)."""

import pytest
from hypothesis import given, settings

from grader.recurrent import gradients, gru, horizon, lstm, model_gradients, models
from grader.student.student import Student

pytestmark = pytest.mark.part("gradientes")


@pytest.mark.needs("celdaLSTM/parameters", "celdaLSTM/interface")
@pytest.mark.points(2)
@settings(max_examples=6)
@given(case=lstm.cases())
def test_lstm_cell(student: Student, case: lstm.Case) -> None:
    """celdaLSTM deja pasar el gradiente: el de x_t, h_{t-1}, c_{t-1} y cada parámetro.

    celdaLSTM lets gradients through: to x_t, h_{t-1}, c_{t-1} and every parameter.
    """
    gradients.judge_cell(student, gradients.LSTM, case)


@pytest.mark.needs("celdaLSTM/parameters", "celdaLSTM/interface")
@pytest.mark.points(1)
def test_lstm_long(student: Student) -> None:
    """A lo largo de cientos de pasos el gradiente de celdaLSTM es el que debe ser, y finito.

    Over hundreds of steps the gradient of celdaLSTM is what it should be, and finite.
    """
    horizon.judge(student, gradients.LSTM)


@pytest.mark.needs("modeloLSTM/interface")
@pytest.mark.points(1)
@settings(max_examples=2)
@given(case=models.cases(steps=2))
def test_lstm_model(student: Student, case: models.Case) -> None:
    """modeloLSTM lleva el gradiente de la salida a cada parámetro, a través de todos los pasos.

    modeloLSTM takes the gradient from the output to every parameter, through all steps.
    """
    model_gradients.judge_model(student, models.LSTM, case)


@pytest.mark.needs("celdaGRU/parameters", "celdaGRU/interface")
@pytest.mark.points(2)
@settings(max_examples=6)
@given(case=gru.cases())
def test_gru_cell(student: Student, case: gru.Case) -> None:
    """celdaGRU deja pasar el gradiente: el de x_t, h_{t-1} y cada parámetro.

    celdaGRU lets gradients through: to x_t, h_{t-1} and every parameter.
    """
    gradients.judge_cell(student, gradients.GRU, case)


@pytest.mark.needs("celdaGRU/parameters", "celdaGRU/interface")
@pytest.mark.points(1)
def test_gru_long(student: Student) -> None:
    """A lo largo de cientos de pasos el gradiente de celdaGRU es el que debe ser, y finito.

    Over hundreds of steps the gradient of celdaGRU is what it should be, and finite.
    """
    horizon.judge(student, gradients.GRU)


@pytest.mark.needs("modeloGRU/interface")
@pytest.mark.points(1)
@settings(max_examples=2)
@given(case=models.cases(steps=2))
def test_gru_model(student: Student, case: models.Case) -> None:
    """modeloGRU lleva el gradiente de la salida a cada parámetro, a través de todos los pasos.

    modeloGRU takes the gradient from the output to every parameter, through all steps.
    """
    model_gradients.judge_model(student, models.GRU, case)
