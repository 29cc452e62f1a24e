"""modelo_entrenamiento: one epoch, judged by the parameters that it leaves (SEED 4.5).

After one epoch of plain SGD they equal those of the trusted loop.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    from collections.abc import Callable, Iterable

    from torch import Tensor

    from grader.core.i18n import Bilingual
    from grader.recurrent.loops import Case, Loss
    from grader.student.student import Student


_STEEP = 1e3  # times as large as usual: clipping to a norm of hundreds shows
_BATCH = 4
_ALIKE = 1e-3  # of a step: what `clip_grad_norm_` adds to a norm, and rounding


def _mean(loss: Tensor, _count: int) -> Tensor:
    return loss


@dataclass(frozen=True)
class Clip:
    """How gradients are clipped: each of them to ±`most`, or together to that norm."""

    most: float
    by_value: bool = False

    def apply(self, parameters: Iterable[Tensor]) -> None:
        """Clip the gradients of parameters."""
        if self.by_value:
            torch.nn.utils.clip_grad_value_(parameters, self.most)
        else:
            torch.nn.utils.clip_grad_norm_(parameters, self.most)


@dataclass(frozen=True)
class Training:
    """How somebody trains for an epoch; by default, rightly.

    Each field bears the name of the check that judges it. `step` is when the optimizer steps;
    `loss` what is done to the loss of a batch of so many samples; `every_batch` from and up to
    which one. `clip`, which the check of `step` judges, is what becomes of gradients before a step.
    """

    zero_grad: bool = True
    step: str = "after backward"
    train_mode: bool = True
    loss: Callable[[Tensor, int], Tensor] = _mean
    loss_function: Callable[[], Loss] = loss_function
    shapes: bool = True
    every_batch: tuple[int | None, int | None] = (None, None)
    clip: Clip | None = None


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
        if equations.clip:
            equations.clip.apply(model.parameters())
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

CLIPPED = Misconception(
    "training.clipped",
    {},
    "Los gradientes se recortan entre backward y el paso del optimizador (clip_grad_norm_, "
    "clip_grad_value_ o algo parecido): el paso ya no es el del gradiente, y aquí no se pide.",
    "The gradients are clipped between backward and the optimizer's step (clip_grad_norm_, "
    "clip_grad_value_ or the like): the step is no longer the gradient's, and it is not asked for "
    "here.",
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
    if judging == "step" and known.equations.clip:
        raise _clipped(student)
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
    raise _wrong_gradients(case, got, right, when, misconception)


def _wrong_gradients(
    case: Case, got: Trained, right: Trained, when: Bilingual, misconception: Misconception | None
) -> Mismatch:
    return Mismatch(
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
            replace(RIGHT, clip=_clip(student)),
            BANK,
            lambda equations: all(_explains(equations, case, got) for case, got in seen),
        )

    found: Diagnosis[Training] = student.recall("training.diagnosis", find)
    return found


def _clip(student: Student) -> Clip | None:
    """Return how a student's loop clips gradients, by the steps that it takes from large ones.

    Two batches whose gradients differ in size tell a limit from a factor.
    """
    if same(_steep(_STEEP).train(student).state, train(_steep(_STEEP), RIGHT).state):
        return None
    taken = [_taken(student, _steep(factor)) for factor in (_STEEP, 2 * _STEEP)]
    first, second = (abs(step) for step in taken)
    if not (first.isfinite().all() and bool(first.any())):
        return None
    tried = (Clip(float(first.norm())), Clip(float(first.max()), by_value=True))
    kept = bool(torch.isclose(first.norm(), second.norm(), rtol=_ALIKE))
    explains = (
        clip
        for clip in tried
        if all(_near(one, case, clip) for one, case in zip(taken, _both(), strict=True))
    )
    return next(explains, None) if kept else None


def _both() -> list[Case]:
    return [_steep(_STEEP), _steep(2 * _STEEP)]


def _near(taken: Tensor, case: Case, clip: Clip) -> bool:
    """Whether a step is the one that this clipping leads to."""
    right = _step(case, train(case, replace(RIGHT, clip=clip)))
    return bool((taken - right).norm() <= _ALIKE * right.norm())


def _taken(student: Student, case: Case) -> Tensor:
    """Return what a loop's only step comes to, in units of the rate."""
    return _step(case, case.train(student))


def _step(case: Case, trained: Trained) -> Tensor:
    moved = [trained.state.get(name, one) - one for name, one in case.state.items()]
    return torch.cat([one.flatten().double() for one in moved]) / RATE


def _steep(factor: float) -> Case:
    """Return a case of one batch whose gradients are large, from parameters that are 0."""
    case = make(1, _BATCH, _BATCH)
    state = {name: torch.zeros_like(value) for name, value in case.state.items()}
    return replace(case, sequences=factor * case.sequences, state=state)


def _clipped(student: Student) -> Mismatch:
    """Return the failure of a loop that clips, on a batch where it matters."""
    case = _steep(_STEEP)
    got, right = case.train(student), train(case, RIGHT)
    try:
        require_state(
            got.state, right.state, tr("after a batch with large gradients"), case, CLIPPED
        )
    except Mismatch as found:
        return found
    return _wrong_gradients(case, got, right, tr("after a batch with large gradients"), CLIPPED)


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
