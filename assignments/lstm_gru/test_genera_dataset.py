"""genera_dataset: sequences of zeros and ones, labelled with their number of ones (SEED 4.4)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.recurrent import dataset
from grader.student.student import Student

pytestmark = [pytest.mark.part("genera_dataset"), pytest.mark.needs("shapes")]

sets = given(length=st.integers(1, 100), count=st.integers(1, 50), seed=st.integers(0, 2**16))


@pytest.mark.points(1)
@settings(max_examples=10)
@sets
def test_shapes(student: Student, length: int, count: int, seed: int) -> None:
    """Formas: secuencias (muestras, longitud, 1) y etiquetas (muestras,), en un TensorDataset.

    Shapes: sequences (samples, length, 1) and labels (samples,), in a TensorDataset.
    """
    dataset.draw(student, length, count, seed)


@pytest.mark.points(1)
@settings(max_examples=10)
@sets
def test_float(student: Student, length: int, count: int, seed: int) -> None:
    """Los dos tensores son float32.

    Both tensors are float32.
    """
    dataset.require_float(dataset.draw(student, length, count, seed))


@pytest.mark.points(1)
@settings(max_examples=10)
@sets
def test_binary(student: Student, length: int, count: int, seed: int) -> None:
    """Los valores son 0 y 1.

    The values are 0 and 1.
    """
    dataset.require_binary(dataset.draw(student, length, count, seed))


@pytest.mark.points(2)
@settings(max_examples=10)
@sets
def test_sums(student: Student, length: int, count: int, seed: int) -> None:
    """Cada etiqueta es el número de unos de su secuencia.

    Each label is the number of ones in its sequence.
    """
    dataset.require_sums(student, length, count, seed)


@pytest.mark.points(1)
def test_variety(student: Student) -> None:
    """Las muestras varían, y dos llamadas no dan el mismo conjunto.

    The samples vary, and two calls do not give the same set.
    """
    dataset.require_variety(student)
