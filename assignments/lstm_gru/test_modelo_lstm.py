"""modeloLSTM: the student's own cell over a sequence (SEED 4.2)."""

import pytest
from hypothesis import given, settings

from grader.checks import assert_close
from grader.recurrent import models
from grader.student.student import Student

from .test_celda_lstm import celdaLSTM

pytestmark = [pytest.mark.part("modeloLSTM"), pytest.mark.needs("interface")]
KIND = models.LSTM.over(celdaLSTM)


@pytest.mark.points(1)
def test_interface(student: Student) -> None:
    """De x (lote, tiempo, entrada) a la salida (lote, output_size); también con lote 1 y un solo paso.

    From x (batch, time, input) to the output (batch, output_size); a batch of 1 and a single step too.
    """
    models.require_shapes(student, KIND)


@pytest.mark.points(2)
@settings(max_examples=5)
@given(case=models.cases())
def test_every_step(student: Student, case: models.Case) -> None:
    """Todos los pasos de la secuencia cuentan, desde el primero hasta el último.

    Every step of the sequence counts, from the first to the last.
    """
    for each in (case, models.longer(case)):
        trial = models.trial(student, KIND, each, judging="every_step")
        assert_close(
            trial.y,
            trial.expected,
            quantity="y",
            case=trial.case,
            misconception=trial.misconception,
        )


@pytest.mark.points(1)
@settings(max_examples=5)
@given(case=models.cases())
def test_step_order(student: Student, case: models.Case) -> None:
    """La secuencia se recorre del principio al final.

    The sequence is read from its beginning to its end.
    """
    trial = models.trial(student, KIND, case, judging="step_order")
    assert_close(
        trial.y, trial.expected, quantity="y", case=trial.case, misconception=trial.misconception
    )


@pytest.mark.points(1)
@settings(max_examples=5)
@given(case=models.cases())
def test_batch_first(student: Student, case: models.Case) -> None:
    """El primer eje es el lote y el segundo el tiempo: las muestras no se mezclan.

    The first axis is the batch and the second one time: samples do not mix.
    """
    trial = models.trial(student, KIND, case, judging="batch_first")
    assert_close(
        trial.y, trial.expected, quantity="y", case=trial.case, misconception=trial.misconception
    )


@pytest.mark.points(1)
@settings(max_examples=5)
@given(case=models.cases())
def test_initial_state(student: Student, case: models.Case) -> None:
    """El estado inicial es cero.

    The initial state is zero.
    """
    trial = models.trial(student, KIND, case, judging="initial_state")
    assert_close(
        trial.y, trial.expected, quantity="y", case=trial.case, misconception=trial.misconception
    )


@pytest.mark.points(1)
@settings(max_examples=5)
@given(case=models.cases())
def test_output(student: Student, case: models.Case) -> None:
    """La salida es fc aplicada al último estado oculto h_T.

    The output is fc applied to the last hidden state h_T.
    """
    trial = models.trial(student, KIND, case, judging="output")
    assert_close(
        trial.y, trial.expected, quantity="y", case=trial.case, misconception=trial.misconception
    )
