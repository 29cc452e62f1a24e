"""genera_dataset: what a data set of binary sequences must be (SEED 4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from grader.checks.compare import Disagreement, kind

if TYPE_CHECKING:
    from grader.student import Student

_MANY = 400
"""Samples of length 32 in the check for variety. Asked for is only that they are not all equal and
that two calls differ: if a value were 1 with a chance of 0.999, an honest function would miss that
with a chance of 0.998^12800, under 1e-11."""


@dataclass(frozen=True)
class Samples:
    """Sequences (N, L, 1) and labels (N,), as a call gave them."""

    sequences: torch.Tensor
    labels: torch.Tensor


def draw(student: Student, length: int, count: int) -> Samples:
    """Return a data set that the student's function made. Raises StudentFault and Disagreement."""
    made = student.genera_dataset(length, count)
    tensors = made.attribute("tensors") if hasattr(made, "attribute") else None
    if not isinstance(tensors, (tuple, list)) or len(tensors) != len(("x", "y")):
        raise Disagreement(
            f"genera_dataset debería devolver un TensorDataset de dos tensores y "
            f"devuelve {kind(made) if tensors is None else 'otra cosa'}"
        )
    sequences, labels = tensors
    for tensor, name in ((sequences, "secuencias"), (labels, "etiquetas")):
        if not isinstance(tensor, torch.Tensor):
            raise Disagreement(f"{name} debería ser un tensor y es {kind(tensor)}")
    return Samples(sequences, labels)


def require_shapes(samples: Samples, length: int, count: int) -> None:
    """Assert the shapes (N, L, 1) and (N,). Raises Disagreement."""
    for name, tensor, shape in (
        ("las secuencias", samples.sequences, (count, length, 1)),
        ("las etiquetas", samples.labels, (count,)),
    ):
        if tuple(tensor.shape) != shape:
            raise Disagreement(f"{name} tienen forma {tuple(tensor.shape)}; se esperaba {shape}")


def require_float(samples: Samples) -> None:
    """Assert that both tensors are float32. Raises Disagreement."""
    for name, tensor in (("secuencias", samples.sequences), ("etiquetas", samples.labels)):
        if tensor.dtype is not torch.float32:
            raise Disagreement(f"las {name} son {tensor.dtype}; se espera torch.float32")


def require_binary(samples: Samples) -> None:
    """Assert that every value is 0 or 1. Raises Disagreement."""
    values = samples.sequences.to(torch.float64)
    strange = values[(values != 0) & (values != 1)]
    if strange.numel():
        raise Disagreement(f"hay valores que no son 0 ni 1, como {float(strange[0]):g}")


def require_sums(samples: Samples) -> None:
    """Assert that each label is its sequence's number of ones. Raises Disagreement."""
    sums = samples.sequences.to(torch.float64).flatten(1).sum(1)
    labels = samples.labels.to(torch.float64).flatten()
    for row, (total, label) in enumerate(zip(sums.tolist(), labels.tolist(), strict=False)):
        if total != label:
            sequence = [int(value) for value in samples.sequences[row].flatten().tolist()]
            raise Disagreement(
                f"la secuencia {sequence} tiene {total:g} unos y su etiqueta es {label:g}"
            )


def require_variety(student: Student) -> None:
    """Assert that samples differ, both values occur and two calls differ. Raises Disagreement."""
    first, second = draw(student, 32, _MANY), draw(student, 32, _MANY)
    flat = first.sequences.flatten(1)
    if bool((flat == flat[:1]).all()):
        raise Disagreement("todas las secuencias son iguales")
    if bool((flat == flat[0, 0]).all()):
        raise Disagreement("todas las secuencias tienen un solo valor")
    if first.sequences.shape == second.sequences.shape and bool(
        (first.sequences == second.sequences).all()
    ):
        raise Disagreement(
            "dos llamadas dan el mismo conjunto: ¿fijas la semilla dentro de la función?"
        )
