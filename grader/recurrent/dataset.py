"""genera_dataset: what a data set of binary sequences must be (SEED 4.4)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from grader.checks.asserts import Mismatch, dimensions, kind
from grader.checks.misconceptions import Misconception
from grader.checks.readings.notation import Shown
from grader.core.errors import StudentFault
from grader.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.i18n import Bilingual
    from grader.student.student import Student

_MANY = 400
"""Samples of length 32 in the check for variety. Asked for is only that they are not all equal and
that two calls differ: if a value were 1 with a chance of 0.999, an honest function would miss that
with a chance of 0.998^12800, under 1e-11."""


@dataclass(frozen=True)
class Samples:
    """Sequences (N, L, 1) and labels (N,), as a call gave them."""

    sequences: torch.Tensor
    labels: torch.Tensor

    @property
    def tensors(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Both."""
        return self.sequences, self.labels


def draw(student: Student, length: int, count: int, seed: int | None = None) -> Samples:
    """Return a data set of the right shapes that the student's function made, the same from a seed.

    Raises StudentFault and Mismatch.
    """
    if seed is not None:
        student.seed(seed)
    made = student.genera_dataset(length, count)
    tensors = made.attribute("tensors") if hasattr(made, "attribute") else None
    if not isinstance(tensors, (tuple, list)) or len(tensors) != len(("x", "y")):
        got = kind(made) if tensors is None else tr("something else")
        raise Mismatch(
            tr(
                "genera_dataset should return a TensorDataset of two tensors but returns {got}",
                got=got,
            ),
            quantity=f"genera_dataset({length}, {count})",
            expected=tr("TensorDataset(sequences, labels)"),
            got=got,
            holds=lambda _: [
                f"datos = genera_dataset({length}, {count})",
                "assert isinstance(datos, torch.utils.data.TensorDataset), type(datos)",
                "assert len(datos.tensors) == 2",
            ],
        )
    for tensor, name in zip(tensors, NAMES, strict=True):
        if not isinstance(tensor, torch.Tensor):
            raise _wrong(name, tensor, tr("a tensor"), kind(tensor), "torch.is_tensor({})")
    samples = Samples(*tensors)
    require_shapes(samples, length, count)
    return samples


NAMES = (tr("the sequences"), tr("the labels"))


def _wrong(
    name: Bilingual, tensor: Any, expected: Bilingual | str, got: Bilingual | str, condition: str
) -> Mismatch:
    """Return the failure of a tensor of which a condition (`{}` stands for it) does not hold."""
    return Mismatch(
        tr(
            "{name}: expected {expected}, got {got}",
            name=name,
            expected=expected,
            got=got,
        ),
        quantity=name,
        expected=expected,
        got=got,
        holds=lambda code: [f"assert {condition.replace('{}', code(tensor))}"],
    )


def require_shapes(samples: Samples, length: int, count: int) -> None:
    """Assert the shapes (N, L, 1) and (N,). Raises Mismatch."""
    shapes = ((count, length, 1), (count,))
    for name, tensor, shape in zip(NAMES, samples.tensors, shapes, strict=True):
        if tuple(tensor.shape) != shape:
            got = tr("shape {shape}", shape=dimensions(tensor.shape))
            expected = tr("shape {shape}", shape=dimensions(shape))
            raise _wrong(name, tensor, expected, got, f"tuple({{}}.shape) == {shape}")


def require_float(samples: Samples) -> None:
    """Assert that both tensors are float32. Raises Mismatch."""
    for name, tensor in zip(NAMES, samples.tensors, strict=True):
        if tensor.dtype is not torch.float32:
            dtype = str(tensor.dtype)
            raise _wrong(name, tensor, "torch.float32", dtype, "{}.dtype is torch.float32")


def require_binary(samples: Samples) -> None:
    """Assert that every value is 0 or 1. Raises Mismatch."""
    values = samples.sequences.to(torch.float64)
    strange = values[(values != 0) & (values != 1)]
    if strange.numel():
        got = tr("a {number}", number=f"{float(strange[0]):g}")
        condition = "set({}.flatten().tolist()) <= {0, 1}"
        raise _wrong(NAMES[0], samples.sequences, tr("zeros and ones"), got, condition)


LABELS: tuple[tuple[Bilingual, Callable[[torch.Tensor], torch.Tensor]], ...] = (
    (tr("the mean of the sequence"), lambda x: x.mean(1)),
    (tr("the number of zeros"), lambda x: (1 - x).sum(1)),
    (tr("the sum modulo 2"), lambda x: x.sum(1) % 2),
    (tr("the sum without the last step"), lambda x: x[:, :-1].sum(1)),
    (tr("the sum without the first step"), lambda x: x[:, 1:].sum(1)),
    (tr("whether ones are the majority"), lambda x: (2 * x.sum(1) > x.shape[1]).double()),
    (tr("the last value"), lambda x: x[:, -1]),
    (tr("the first value"), lambda x: x[:, 0]),
    (tr("the largest value"), lambda x: x.amax(1)),
    (tr("ones minus zeros"), lambda x: 2 * x.sum(1) - x.shape[1]),
    (tr("the sum plus one"), lambda x: x.sum(1) + 1),
    (tr("the sum of another sample"), lambda x: x.sum(1).roll(1)),
    (tr("the sum of another sample"), lambda x: x.sum(1).roll(-1)),
    (tr("the sum of another sample"), lambda x: x.sum(1).flip(0)),
    (tr("the sum of all samples"), lambda x: x.sum().expand(len(x))),
    (tr("the length of the sequence"), lambda x: x.new_full((len(x),), x.shape[1])),
    (tr("the positions of the ones, added up"), lambda x: (x * torch.arange(x.shape[1])).sum(1)),
    (
        tr("the sequence read as a binary number"),
        lambda x: x @ 2.0 ** torch.arange(x.shape[1], dtype=x.dtype),
    ),
    (
        tr("the sequence read as a binary number"),
        lambda x: x @ 2.0 ** torch.arange(x.shape[1], dtype=x.dtype).flip(0),
    ),
)
"""What people take for the number of ones, of sequences (N, L) in float64."""
_LONG, _TOLD = 9, 60  # by so many samples of this length these differ


def labelled(samples: Samples) -> Misconception | None:
    """Return what the labels are instead of the number of ones, if that is known."""
    x, labels = samples.sequences.double().flatten(1), samples.labels.double().flatten()
    for name, label in LABELS:
        if torch.allclose(labels, label(x)):
            said = tr("what you get is what {equation} gives", equation=name)
            return Misconception("", {}, said.es, said.en, reading=Shown(name.es))
    return None


def require_sums(student: Student, length: int, count: int, seed: int) -> None:
    """Assert that each label is its sequence's number of ones. Raises Mismatch."""
    samples = draw(student, length, count, seed)
    try:
        _require_sums(samples)
    except Mismatch as mismatch:
        with student.unrecorded(), contextlib.suppress(StudentFault, Mismatch):
            mismatch.misconception = labelled(draw(student, _LONG, _TOLD, seed))
        raise


def _require_sums(samples: Samples) -> None:
    sums = samples.sequences.to(torch.float64).flatten(1).sum(1)
    labels = samples.labels.to(torch.float64).flatten()
    if sums.shape == labels.shape and bool((sums == labels).all()):
        return
    pairs = enumerate(zip(sums.tolist(), labels.tolist(), strict=False))
    row, (total, label) = next((n, pair) for n, pair in pairs if pair[0] != pair[1])
    sequence = f"[{', '.join(f'{value:g}' for value in samples.sequences[row].flatten().tolist())}]"
    raise Mismatch(
        tr(
            "the sequence {sequence} adds up to {total}, but its label is {label}",
            sequence=sequence,
            total=f"{total:g}",
            label=f"{label:g}",
        ),
        quantity=tr("the label of {sequence}", sequence=sequence),
        expected=f"{total:g}",
        got=f"{label:g}",
        holds=lambda code: [
            f"secuencias, etiquetas = {code(samples.sequences)}, {code(samples.labels)}",
            f"assert etiquetas[{row}] == secuencias[{row}].sum()",
        ],
    )


def require_variety(student: Student) -> None:
    """Assert that samples differ, both values occur and two calls differ. Raises Mismatch."""
    first, second = draw(student, 32, _MANY, seed=0), draw(student, 32, _MANY)
    flat = first.sequences.flatten(1)
    if bool((flat == flat[:1]).all()):
        condition = "not ({} == {}[:1]).all()"
        expected, got = tr("variety"), tr("always the same")
        raise _wrong(NAMES[0], first.sequences, expected, got, condition)
    if bool((flat == flat[0, 0]).all()):
        condition = "{}.unique().numel() > 1"
        expected, got = tr("zeros and ones"), tr("a single value")
        raise _wrong(NAMES[0], first.sequences, expected, got, condition)
    if first.sequences.shape == second.sequences.shape and bool(
        (first.sequences == second.sequences).all()
    ):
        raise Mismatch(
            tr("two calls give the same set: does the function set the seed?"),
            quantity=tr("two calls"),
            expected=tr("different sets"),
            got=tr("the same set"),
            holds=lambda code: [
                f"assert not torch.equal({code(first.sequences)}, {code(second.sequences)})"
            ],
        )
