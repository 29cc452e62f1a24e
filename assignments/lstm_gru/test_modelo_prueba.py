"""modelo_prueba: loss and accuracy over a whole set, and nothing changed (SEED 4.5)."""

import pytest
from hypothesis import given, settings

from grader.recurrent import loops, testing_loop
from grader.student.student import Student

pytestmark = [pytest.mark.part("modelo_prueba"), pytest.mark.needs("interface")]


@pytest.mark.points(1)
def test_interface(student: Student) -> None:
    """modelo_prueba(modelo, loss_function, data_loader) devuelve dos números.

    modelo_prueba(modelo, loss_function, data_loader) returns two numbers.
    """
    testing_loop.require_runs(student)


@pytest.mark.points(1)
@settings(max_examples=4)
@given(case=loops.cases())
def test_loss(student: Student, case: loops.Case) -> None:
    """La pérdida es la media por muestra de todo el conjunto.

    The loss is the mean over the samples of the whole set.
    """
    testing_loop.judge(student, case, judging="loss")


@pytest.mark.points(1)
@settings(max_examples=4)
@given(case=loops.cases())
def test_accuracy(student: Student, case: loops.Case) -> None:
    """La exactitud es la fracción de muestras acertadas de todo el conjunto.

    The accuracy is the fraction of the whole set's samples that are right.
    """
    testing_loop.judge(student, case, judging="accuracy")


@pytest.mark.points(1)
@settings(max_examples=4)
@given(case=loops.cases())
def test_eval_mode(student: Student, case: loops.Case) -> None:
    """El modelo se pone en modo de evaluación.

    The model is put into evaluation mode.
    """
    testing_loop.judge(student, case, judging="eval_mode")


@pytest.mark.points(1)
@settings(max_examples=4)
@given(case=loops.cases())
def test_loss_function(student: Student, case: loops.Case) -> None:
    """La pérdida es la función que se recibe.

    The loss is the function that is given.
    """
    testing_loop.judge(student, case, judging="loss_function")


@pytest.mark.points(1)
@settings(max_examples=4)
@given(case=loops.cases())
def test_shapes(student: Student, case: loops.Case) -> None:
    """Cada predicción se compara con su propia etiqueta, no con todas.

    Each prediction is compared with its own label, not with all of them.
    """
    testing_loop.judge(student, case, judging="shapes")


@pytest.mark.points(1)
@settings(max_examples=4)
@given(case=loops.cases())
def test_returns_order(student: Student, case: loops.Case) -> None:
    """Devuelve (pérdida, exactitud), en este orden.

    Returns (loss, accuracy), in this order.
    """
    testing_loop.judge(student, case, judging="returns_order")


@pytest.mark.points(1)
@settings(max_examples=4)
@given(case=loops.cases())
def test_untouched(student: Student, case: loops.Case) -> None:
    """Medir no cambia los parámetros ni deja gradientes.

    Measuring changes no parameter and leaves no gradient.
    """
    testing_loop.require_untouched(student, case)
