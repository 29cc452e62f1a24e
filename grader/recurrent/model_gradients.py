"""A model's gradients: what central differences of the student's own forward say they must be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

from grader.checks.asserts import require_shape
from grader.checks.finite_differences import along, require, slope, untaught
from grader.checks.misconceptions import Misconception
from grader.checks.strategies import Numbers
from grader.core.i18n import tr
from grader.recurrent import models, stand_ins

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from grader.student.student import RemoteObject, Student

BETWEEN_STEPS = Misconception(
    "gradient.cut_between_steps",
    {"model": False},
    "El gradiente no pasa de un paso al anterior: ¿hay un detach() o un .data en el estado, "
    "dentro del bucle del modelo? Así la red solo aprende del último paso.",
    "No gradient passes from one step to the one before: is there a detach() or .data on the "
    "state, inside the model's loop? The network then learns only from the last step.",
)


def judge_model(student: Student, kind: models.Kind, case: models.Case) -> None:
    """Compare the gradients of a model's parameters with differences of its own forward.

    Over a stand-in cell where the student's own lets no gradient through. Raises StudentFault and
    Mismatch.
    """
    if student.lost(f"gradientes/{kind.cell}_cell"):
        student.replace({kind.cell_class: stand_ins.PROBES[kind.cell_class]})
    judge_reach(student, kind)
    student.start_over()
    dtype, known = models.diagnosed(student, kind)
    model, case = models.build(student, kind, case, dtype)
    rows = case.x.shape[0 if known.equations.batch_first else 1]
    y = _output(model, case, dtype, rows)
    (found,) = student.gradients([y], [torch.ones_like(y)], of=[model])
    with student.unrecorded():
        slopes = _slopes(model, case, dtype, rows)
    if slopes and not any(slope_ for _, slope_ in slopes.values()):
        said = tr(
            "what the model returns does not depend on its parameters: there is nothing to learn"
        )
        raise untaught(said, "gradientes[0]")
    misconception = _between_steps(found, slopes) if models.repeats(student, kind) else None
    for name, (direction, slope_) in slopes.items():
        quantity = tr("the gradient of {name}", name=name)
        require(found.get(name), direction, slope_, quantity, dtype, misconception)


_REACH = 40  # steps: more than a sequence in a check, and than any window of an honest model
_OPEN = {"lstm.x_fc.bias": (slice(3, 6), 6.0), "gru.x_z_fc.bias": (slice(0, 3), 4.0)}
"""The rows, for a hidden size of 3, of the gate that keeps the memory, and how far it is opened."""


def judge_reach(student: Student, kind: models.Kind) -> None:
    """Compare a model's gradient by the first of many inputs with differences of its own forward.

    Weights are small, so that nothing saturates, and the memory's gate is open: the gradient comes
    all the way back, and a graph that is cut now and then shows. Raises StudentFault and
    Mismatch.
    """
    dtype, known = models.diagnosed(student, kind)
    if not known.equations.batch_first:  # its steps are the samples: there is one
        return
    model, case = models.build(student, kind, models.make(1, (1, _REACH, 1), 3, 1), dtype)
    weights = {name: value / 5 for name, value in (case.weights or {}).items()}
    for name in set(_OPEN) & set(weights):
        rows, bias = _OPEN[name]
        weights[name][rows] += bias
    model.load(weights)
    x = case.x.to(dtype).requires_grad_()
    y: Tensor = model(x)
    require_shape(y, (1, 1), "y")
    (found,) = student.gradients([y], [torch.ones_like(y)], of=[x])
    first = torch.zeros_like(case.x)
    first[:, 0] = 1.0
    with student.unrecorded():
        right = slope(
            lambda by: float(_output(model, replace(case, x=case.x + by * first), dtype)), dtype
        )
    quantity = tr("the gradient of the first input")
    # Of a model that gives something else each time (dropout, a state kept) they say nothing.
    misconception = BETWEEN_STEPS if models.repeats(student, kind) else None
    require(found, first, right, quantity, dtype, misconception)


def _output(model: RemoteObject, case: models.Case, dtype: torch.dtype, rows: int = 0) -> Tensor:
    y: Tensor = model(case.x.to(dtype))
    require_shape(y, (rows or case.x.shape[0], case.output_size), "y")
    return y


def _slopes(
    model: RemoteObject, case: models.Case, dtype: torch.dtype, rows: int
) -> dict[str, tuple[Tensor, float]]:
    """Return, for each parameter, a direction and the slope of Σy along it."""
    slopes: dict[str, tuple[Tensor, float]] = {}
    for name, value in (case.weights or {}).items():
        direction = Numbers(len(slopes), 1.0, 0.0).stream().weights(*value.shape)

        def total(by: float, name: str = name, at: Tensor = value, to: Tensor = direction) -> float:
            model.load({name: (at.double() + by * to).to(dtype)})
            return float(_output(model, case, dtype, rows).double().sum())

        slopes[name] = (direction, slope(total, dtype))
        model.load({name: value})
    return slopes


def _between_steps(
    found: Mapping[str, Any], slopes: Mapping[str, tuple[Tensor, float]]
) -> Misconception | None:
    """Name the misconception where the model's last layer learns rightly and its cell does not."""
    if not isinstance(found.get("fc.weight"), torch.Tensor) or "fc.weight" not in slopes:
        return None
    direction, right = slopes["fc.weight"]
    near = abs(along(found["fc.weight"], direction) - right) <= 1e-3 * max(1.0, abs(right))
    return BETWEEN_STEPS if near else None
