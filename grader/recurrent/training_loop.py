"""modelo_entrenamiento: one epoch, judged by the parameters that it leaves (SEED 4.5).

After one epoch of plain SGD they equal those of the trusted loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from grader.checks.asserts import Mismatch
from grader.checks.misconceptions import Diagnosis, Misconception, diagnose
from grader.core.i18n import tr
from grader.recurrent.loops import (
    RATE,
    Trained,
    fresh,
    loss_function,
    make,
    pair,
    require_state,
    same,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from grader.recurrent.loops import Case, Loss
    from grader.student.student import Student


def _mean(loss: Tensor, _count: int) -> Tensor:
    return loss


@dataclass(frozen=True)
class Training:
    """How somebody trains for an epoch; by default, rightly.

    Each field bears the name of the check that judges it. `step` is when the optimizer steps;
    `loss` what is done to the loss of a batch of so many samples; `every_batch` from and up to
    which one.
    """

    zero_grad: bool = True
    step: str = "after backward"
    train_mode: bool = True
    loss: Callable[[Tensor, int], Tensor] = _mean
    loss_function: Callable[[], Loss] = loss_function
    shapes: bool = True
    every_batch: tuple[int | None, int | None] = (None, None)


def train(case: Case, equations: Training) -> Trained:
    """Return what an epoch comes to that is trained by these equations."""
    model = case.model().train(equations.train_mode)
    optimizer = torch.optim.SGD(model.parameters(), RATE)
    criterion = equations.loss_function()
    for sequences, labels in case.batches()[slice(*equations.every_batch)]:
        if equations.zero_grad:
            optimizer.zero_grad()
        y = model(sequences)
        loss = criterion(*pair(y, labels, apart=equations.shapes))
        equations.loss(loss, len(labels)).backward()  # type: ignore[no-untyped-call]
        if equations.step == "after backward":
            optimizer.step()
    if equations.step == "after the loop":
        optimizer.step()
    state = {name: value.detach() for name, value in model.state_dict().items()}
    return Trained(state, model.trace)


def _explains(equations: Training, case: Case, got: Trained) -> bool:
    """Whether an epoch went as these equations say.

    A loop that never steps is known by its gradients: its parameters say nothing.
    """
    right = train(case, equations)
    if equations.step == "never" and not _same_trace(got.trace, right.trace):
        return False
    return same(got.state, right.state)


def _same_trace(trace: list[Tensor], right: list[Tensor]) -> bool:
    return len(trace) == len(right) and all(
        same({"": one}, {"": other}) for one, other in zip(trace, right, strict=True)
    )


BANK: tuple[Misconception, ...] = (
    Misconception(
        "training.no_zero_grad",
        {"zero_grad": False},
        "Los gradientes de un lote se suman a los de los anteriores: PyTorch los acumula hasta que "
        "se borran.",
        "A batch's gradients are added to those of the batches before: PyTorch accumulates them "
        "until they are cleared.",
    ),
    Misconception(
        "training.nothing_learned",
        {"step": "never"},
        "Ningún parámetro cambia: o el optimizador no da ningún paso, o lo da sin gradientes "
        "(antes de backward, o con el gradiente desactivado).",
        "No parameter changes: either the optimizer takes no step, or it takes it without "
        "gradients (before backward, or with gradients disabled).",
    ),
    Misconception(
        "training.step_after_the_loop",
        {"step": "after the loop"},
        "El optimizador da un solo paso, con el último lote: o el paso está fuera del bucle, "
        "o solo se usa ese lote; debe dar un paso por lote.",
        "The optimizer takes a single step, with the last batch: either the step is outside "
        "the loop, or only that batch is used; it must take one step per batch.",
    ),
    Misconception(
        "training.no_train_mode",
        {"train_mode": False},
        "El modelo llega en modo de evaluación y así se entrena: falta ponerlo en modo de "
        "entrenamiento.",
        "The model arrives in evaluation mode and is trained in that mode: put it into "
        "training mode first.",
    ),
    Misconception(
        "training.own_loss",
        {"loss_function": lambda: torch.nn.MSELoss()},  # noqa: PLW0108 - a class is no factory here
        "La pérdida no es la función que recibes en loss_function, sino siempre el error "
        "cuadrático medio.",
        "The loss is not the function that you are given as loss_function, but always the mean "
        "squared error.",
    ),
    Misconception(
        "training.loss_divided_by_batch",
        {"loss": lambda loss, count: loss / count},
        "Divides la pérdida del lote entre su tamaño antes de backward, pero ya era una media.",
        "You divide the batch's loss by its size before backward, but it was already a mean.",
    ),
    Misconception(
        "training.loss_times_batch",
        {"loss": lambda loss, count: loss * count},
        "Multiplicas la pérdida del lote por su tamaño antes de backward.",
        "You multiply the batch's loss by its size before backward.",
    ),
    Misconception(
        "training.shapes_broadcast",
        {"shapes": False},
        "La salida es (B, 1) y las etiquetas (B,): su diferencia es (B, B), cada predicción contra "
        "todas las etiquetas.",
        "The output is (B, 1) and the labels are (B,): their difference is (B, B), each prediction "
        "against all labels.",
    ),
    Misconception(
        "training.only_first_batch",
        {"every_batch": (None, 1)},
        "Solo se entrena con el primer lote: ¿hay un return o un break dentro del bucle?",
        "Only the first batch is used for training: is there a return or a break inside the loop?",
    ),
    Misconception(
        "training.last_batch_skipped",
        {"every_batch": (None, -1)},
        "El último lote, que es más pequeño, no se usa: o se salta, o el paso se da antes de "
        "backward y el último gradiente se queda sin usar.",
        "The last batch, which is smaller, is not used: either it is skipped, or the step is taken "
        "before backward and the last gradient is left unused.",
    ),
)

NO_GRADIENT = Misconception(
    "training.no_gradient",
    {},
    "Ningún gradiente llega a los parámetros del modelo que recibes: ¿falta backward, hay un "
    "detach o un no_grad, o entrenas otro modelo, como una copia?",
    "No gradient reaches the parameters of the model that you are given: is backward missing, is "
    "there a detach or no_grad, or do you train another model, such as a copy?",
)

RIGHT = Training()


def judge(student: Student, case: Case, judging: str) -> None:
    """Compare the parameters after the student's epoch with those of the trusted one.

    Raises StudentFault and Mismatch.
    """
    known = diagnosed(student)
    got = case.train(student)
    equations = known.but(judging)
    if _explains(equations, case, got):
        return
    when, right, misconception = (
        tr("after an epoch of {count} batches", count=len(case.batches())),
        train(case, equations),
        known.about(judging),
    )
    require_state(got.state, right.state, when, case, misconception)
    raise Mismatch(
        tr("{when} the gradients are not what they should be", when=when),
        quantity=tr("gradient of fc.weight after each backward"),
        inputs=case.show(),
        expected=torch.stack(right.trace),
        got=str(got.trace)[:300],
        holds=lambda code: [f"assert len({code(got.trace)}) == {len(right.trace)}"],
        misconception=misconception,
    )


def diagnosed(student: Student) -> Diagnosis[Training]:
    """Return how the student trains."""

    def find() -> Diagnosis[Training]:
        seen = [(case, case.train(student)) for case in fresh()]
        return diagnose(
            RIGHT,
            BANK,
            lambda equations: all(_explains(equations, case, got) for case, got in seen),
        )

    found: Diagnosis[Training] = student.recall("training.diagnosis", find)
    return found


def require_runs(student: Student) -> None:
    """Assert that a training loop goes through its data and computes gradients.

    Raises StudentFault and Mismatch.
    """
    case = make(0, 7, 3)
    got = case.train(student)
    if not got.trace and same(got.state, case.state):
        raise Mismatch(
            tr("after the call the model has not changed, and no gradient was computed"),
            quantity=tr("calls of backward"),
            expected=tr("one per batch"),
            got=tr("not one"),
            holds=lambda code: [f"assert {code(got.trace)}, 'no hubo ningún backward'"],
            misconception=NO_GRADIENT,
        )
