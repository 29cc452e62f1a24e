"""modelo_entrenamiento: one epoch, judged by the parameters that it leaves (SEED 4.5)."""

import pytest
from hypothesis import given, settings

from grader.recurrent import loops, training_loop
from grader.student.student import Student

pytestmark = [pytest.mark.part("modelo_entrenamiento"), pytest.mark.needs("interface")]


@pytest.mark.points(1)
def test_interface(student: Student) -> None:
    """modelo_entrenamiento(modelo, loss_function, optimizer, data_loader) recorre los datos sin error.

    modelo_entrenamiento(modelo, loss_function, optimizer, data_loader) goes through the data.
    """
    training_loop.require_runs(student)


@pytest.mark.points(2)
@settings(max_examples=4)
@given(case=loops.cases())
def test_zero_grad(student: Student, case: loops.Case) -> None:
    """Los gradientes de un lote no se suman a los del anterior.

    A batch's gradients are not added to those of the batch before.
    """
    training_loop.judge(student, case, judging="zero_grad")


@pytest.mark.points(2)
@settings(max_examples=4)
@given(case=loops.cases())
def test_step(student: Student, case: loops.Case) -> None:
    """El optimizador da un paso en cada lote, después de backward.

    The optimizer takes a step for each batch, after backward.
    """
    training_loop.judge(student, case, judging="step")


@pytest.mark.points(1)
@settings(max_examples=4)
@given(case=loops.cases())
def test_train_mode(student: Student, case: loops.Case) -> None:
    """El modelo se pone en modo de entrenamiento.

    The model is put into training mode.
    """
    training_loop.judge(student, case, judging="train_mode")


@pytest.mark.points(1)
@settings(max_examples=4)
@given(case=loops.cases())
def test_loss_function(student: Student, case: loops.Case) -> None:
    """La pérdida es la función que se recibe.

    The loss is the function that is given.
    """
    training_loop.judge(student, case, judging="loss_function")


@pytest.mark.points(1)
@settings(max_examples=4)
@given(case=loops.cases())
def test_loss(student: Student, case: loops.Case) -> None:
    """La pérdida de cada lote se retropropaga tal cual, sin cambiarla de escala.

    Each batch's loss is backpropagated as it is, without rescaling it.
    """
    training_loop.judge(student, case, judging="loss")


@pytest.mark.points(2)
@settings(max_examples=4)
@given(case=loops.cases())
def test_shapes(student: Student, case: loops.Case) -> None:
    """Cada predicción se compara con su propia etiqueta, no con todas.

    Each prediction is compared with its own label, not with all of them.
    """
    training_loop.judge(student, case, judging="shapes")


@pytest.mark.points(2)
@settings(max_examples=4)
@given(case=loops.cases())
def test_every_batch(student: Student, case: loops.Case) -> None:
    """Todos los lotes se usan, también el último, que puede ser más pequeño.

    Every batch is used, the last one too, which may be smaller.
    """
    training_loop.judge(student, case, judging="every_batch")
