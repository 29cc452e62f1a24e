"""Gradients: through a step, through a model, and over hundreds of steps (SEED 2.4)."""

import pytest
from hypothesis import given, settings

from grader.checks.kit import fixed
from grader.recurrent import gradients, horizon, model_gradients, models
from grader.student.student import Student

from .test_celda_gru import celdaGRU
from .test_celda_lstm import celdaLSTM

pytestmark = pytest.mark.part("gradientes")
LSTM = horizon.Cell(
    celdaLSTM, lambda bias: fixed(bias / 2, "x_fc", "h_fc", piece="ifco".index("f"), of=4)
)
GRU = horizon.Cell(celdaGRU, lambda bias: fixed(bias / 2, "x_z_fc", "h_z_fc"))
LSTM_MODEL, GRU_MODEL = models.LSTM.over(celdaLSTM), models.GRU.over(celdaGRU)


@pytest.mark.needs("celdaLSTM/parameters", "celdaLSTM/interface")
@pytest.mark.points(2)
def test_lstm_cell(student: Student, case_seed: int) -> None:
    """celdaLSTM deja pasar el gradiente: el de x_t, h_{t-1}, c_{t-1} y cada parámetro.

    celdaLSTM lets gradients through: to x_t, h_{t-1}, c_{t-1} and every parameter.
    """
    gradients.judge_cell(student, celdaLSTM, case_seed)


@pytest.mark.needs("celdaLSTM/parameters", "celdaLSTM/interface", "celdaLSTM/ones")
@pytest.mark.points(1)
def test_lstm_long(student: Student) -> None:
    """A lo largo de cientos de pasos el gradiente de celdaLSTM es el que debe ser, y finito.

    Over hundreds of steps the gradient of celdaLSTM is what it should be, and finite.
    """
    horizon.judge(student, LSTM)


@pytest.mark.needs("modeloLSTM/interface")
@pytest.mark.points(1)
@settings(max_examples=2)
@given(case=models.cases(steps=2))
def test_lstm_model(student: Student, case: models.Case) -> None:
    """modeloLSTM lleva el gradiente de la salida a cada parámetro, a través de todos los pasos.

    modeloLSTM takes the gradient from the output to every parameter, through all steps.
    """
    model_gradients.judge_model(student, LSTM_MODEL, case)


@pytest.mark.needs("celdaGRU/parameters", "celdaGRU/interface")
@pytest.mark.points(2)
def test_gru_cell(student: Student, case_seed: int) -> None:
    """celdaGRU deja pasar el gradiente: el de x_t, h_{t-1} y cada parámetro.

    celdaGRU lets gradients through: to x_t, h_{t-1} and every parameter.
    """
    gradients.judge_cell(student, celdaGRU, case_seed)


@pytest.mark.needs("celdaGRU/parameters", "celdaGRU/interface", "celdaGRU/ones")
@pytest.mark.points(1)
def test_gru_long(student: Student) -> None:
    """A lo largo de cientos de pasos el gradiente de celdaGRU es el que debe ser, y finito.

    Over hundreds of steps the gradient of celdaGRU is what it should be, and finite.
    """
    horizon.judge(student, GRU)


@pytest.mark.needs("modeloGRU/interface")
@pytest.mark.points(1)
@settings(max_examples=2)
@given(case=models.cases(steps=2))
def test_gru_model(student: Student, case: models.Case) -> None:
    """modeloGRU lleva el gradiente de la salida a cada parámetro, a través de todos los pasos.

    modeloGRU takes the gradient from the output to every parameter, through all steps.
    """
    model_gradients.judge_model(student, GRU_MODEL, case)
