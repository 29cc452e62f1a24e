"""modelo_prueba: loss and accuracy over a whole set, and nothing changed (SEED 4.5)."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from grader.checks.asserts import Mismatch, kind
from grader.checks.misconceptions import Diagnosis, Misconception, diagnose
from grader.core.errors import StudentFault
from grader.core.i18n import tr
from grader.recurrent import models, network, probes
from grader.recurrent.loops import (
    ABSOLUTE,
    FRESH,
    TESTING,
    fresh,
    loss_function,
    make,
    pair,
    require_state,
    same,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.i18n import Bilingual
    from grader.recurrent.loops import Case, Loss
    from grader.student.student import Student


@dataclass(frozen=True)
class Testing:
    """How somebody measures; by default, rightly. Fields as in `Training`.

    `loss` and `accuracy` combine the batches' (mean loss, right answers, size) into one number.
    """

    loss: Callable[[list[tuple[float, int, int]]], float] = lambda b: (
        sum(loss * size for loss, _, size in b) / sum(size for _, _, size in b)
    )
    accuracy: Callable[[list[tuple[float, int, int]]], float] = lambda b: (
        sum(right for _, right, _ in b) / sum(size for _, _, size in b)
    )
    eval_mode: bool = True
    loss_function: Callable[[], Loss] = loss_function
    shapes: bool = True
    returns_order: int = 1


def measure(
    case: Case, equations: Testing, network_: torch.nn.Module | None = None
) -> tuple[float, float]:
    """Return (loss, accuracy) as these equations measure them, of a network or the case's model."""
    model = (network_ or case.model()).train(not equations.eval_mode)
    criterion = equations.loss_function()
    batches = []
    with torch.no_grad():
        for sequences, labels in case.batches():
            y = model(sequences)
            compared = pair(y, labels, apart=equations.shapes)
            right = int((y[:, 0].round() == labels).sum())
            batches.append((float(criterion(*compared)), right, len(labels)))
    measured = (equations.loss(batches), equations.accuracy(batches))
    return measured if equations.returns_order > 0 else measured[::-1]


BANK: tuple[Misconception, ...] = (
    Misconception(
        "testing.loss_mean_of_means",
        {"loss": lambda b: sum(loss for loss, _, _ in b) / len(b)},
        "La pérdida es la media de las medias de los lotes; el último lote es más pequeño y "
        "pesa de más. Debe ser la media por muestra.",
        "The loss is the mean of the batches' means; the last batch is smaller and counts too "
        "much. It should be the mean over samples.",
    ),
    Misconception(
        "testing.loss_divided_twice",
        {"loss": lambda b: sum(loss for loss, _, _ in b) / sum(size for _, _, size in b)},
        "Sumas las medias de los lotes y divides entre el número de muestras: cada media ya estaba "
        "dividida entre el tamaño de su lote.",
        "You add the batches' means and divide by the number of samples: each mean was "
        "already divided by the size of its batch.",
    ),
    Misconception(
        "testing.loss_summed",
        {"loss": lambda b: sum(loss for loss, _, _ in b)},
        "Sumas las pérdidas de los lotes y no divides.",
        "You add the batches' losses and do not divide.",
    ),
    Misconception(
        "testing.loss_of_last_batch",
        {"loss": lambda b: b[-1][0]},
        "Devuelves la pérdida del último lote, no la de todo el conjunto.",
        "You return the loss of the last batch, not of the whole set.",
    ),
    Misconception(
        "testing.accuracy_mean_of_means",
        {"accuracy": lambda b: sum(right / size for _, right, size in b) / len(b)},
        "La exactitud es la media de las exactitudes de los lotes; el último lote es más "
        "pequeño y pesa de más.",
        "The accuracy is the mean of the batches' accuracies; the last batch is smaller and "
        "counts too much.",
    ),
    Misconception(
        "testing.accuracy_in_percent",
        {
            "accuracy": lambda b: (
                100 * sum(right for _, right, _ in b) / sum(size for _, _, size in b)
            )
        },
        "La exactitud está en porcentaje; debe ser un número entre 0 y 1.",
        "The accuracy is a percentage; it should be a number from 0 to 1.",
    ),
    Misconception(
        "testing.accuracy_by_batches",
        {"accuracy": lambda b: sum(right for _, right, _ in b) / len(b)},
        "Divides los aciertos entre el número de lotes, y no entre el número de muestras.",
        "You divide the number of right answers by the number of batches, not by the number "
        "of samples.",
    ),
    Misconception(
        "testing.no_eval_mode",
        {"eval_mode": False},
        "El modelo llega en modo de entrenamiento y así se prueba: falta ponerlo en modo de "
        "evaluación.",
        "The model arrives in training mode and is tested in that mode: put it into "
        "evaluation mode first.",
    ),
    Misconception(
        "testing.own_loss",
        {"loss_function": lambda: torch.nn.MSELoss()},  # noqa: PLW0108 - as above
        "La pérdida no es la función que recibes en loss_function, sino siempre el error "
        "cuadrático medio.",
        "The loss is not the function that you are given as loss_function, but always the mean "
        "squared error.",
    ),
    Misconception(
        "testing.shapes_broadcast",
        {"shapes": False},
        "En la pérdida, la salida es (B, 1) y las etiquetas (B,): su diferencia es (B, B).",
        "In the loss, the output is (B, 1) and the labels are (B,): their difference is (B, B).",
    ),
    Misconception(
        "testing.returns_accuracy_first",
        {"returns_order": -1},
        "Devuelves (exactitud, pérdida); debe ser (pérdida, exactitud).",
        "You return (accuracy, loss); it should be (loss, accuracy).",
    ),
)

RIGHT = Testing()
_SAMPLES, _BATCH, _EDGE = 22, 4, 0.05


def judge(student: Student, case: Case, judging: str) -> None:
    """Compare the loss and accuracy that the student measured with the trusted ones.

    Raises StudentFault and Mismatch.
    """
    known = diagnosed(student)
    require_same_of_networks(student)
    answer = case.measure(student)
    rights = measure(case, known.but(judging))
    names = (tr("loss"), tr("accuracy"))
    for index, (name, got, right) in enumerate(zip(names, _measured(answer), rights, strict=True)):
        if not abs(got - right) <= ABSOLUTE * max(1.0, abs(right)):
            raise _wrong_measure(case, answer, index, (name, got, right), known.about(judging))


def require_same_of_networks(student: Student) -> None:
    """Assert that it measures the student's own network as it measures our model, if that is right.

    Raises StudentFault and Mismatch.
    """
    for kind_ in (models.LSTM, models.GRU):
        if student.passed(kind_.cell_class, kind_.name):
            got, right = student.recall(
                f"testing.{kind_.name}", functools.partial(_own, student, kind_)
            )
            _require_near(kind_, got, right)


def _own(student: Student, kind_: models.Kind) -> tuple[Any, tuple[float, float]]:
    """Return what it gives of the student's network of a kind, and what it should give.

    Half of the labels are what the network says, rounded.
    """
    data = network.Data(kind_, 0, stand_in=False)
    right, (_, sequences) = network.reference(data), data.sequences()
    right.load_state_dict(data.state())
    sequences = sequences[:_SAMPLES]
    with torch.no_grad():
        labels = right(sequences)[:, 0].round() + torch.arange(_SAMPLES) % 2
    case = replace(make(0, 1, _BATCH), sequences=sequences, labels=labels)
    student.precision(torch.float32)
    got = student.run(
        probes.measure_network,
        name=TESTING,
        modelo=kind_.name,
        sizes=[1, network.HIDDEN_SIZE, 1],
        pesos=data.state(),
        secuencias=sequences,
        etiquetas=labels,
        batch_size=_BATCH,
    )
    return got, measure(case, diagnosed(student).equations, right)


def _require_near(kind_: models.Kind, got: Any, right: tuple[float, float]) -> None:
    """Assert that a pair is near another; some labels are on the edge of what is rounded."""
    pair_ = got if isinstance(got, list) and len(got) == len(right) else [math.nan] * 2
    if not all(
        isinstance(one, (int, float)) and abs(one - other) <= _EDGE * (1 + abs(other))
        for one, other in zip(pair_, right, strict=True)
    ):
        raise Mismatch(
            tr(
                "of your own network, {name}, it gives something else than what it gives of other "
                "models: a test loop must not look at whose model it is",
                name=kind_.name,
            ),
            quantity="modelo_prueba(…)",
            expected=str(right),
            got=str(tuple(pair_)),
        )


def _wrong_measure(
    case: Case,
    answer: list[Any],
    index: int,
    numbers: tuple[Bilingual, float, float],
    misconception: Misconception | None,
) -> Mismatch:
    name, got, right = numbers
    return Mismatch(
        tr(
            "the {name} of {count} samples in batches of {batch_size} is {right}, but your "
            "function gives {got}",
            name=name,
            count=len(case.labels),
            batch_size=case.batch_size,
            right=f"{right:.5g}",
            got=f"{got:.5g}",
        ),
        quantity=name,
        inputs=case.show(),
        expected=torch.tensor(right, dtype=torch.float64),
        got=torch.tensor(got, dtype=torch.float64),
        holds=lambda code: [
            f"obtenida = float({code(answer)}[0][{index}])",
            f"print('{name}:', obtenida)",
            f"assert abs(obtenida - {right!r}) <= {ABSOLUTE * max(1.0, abs(right))!r}",
        ],
        misconception=misconception,
    )


def require_untouched(student: Student, case: Case) -> None:
    """Assert that measuring changes neither parameters nor gradients. Raises Mismatch."""
    answer = case.measure(student)
    _, after, gradients = answer
    if not same(after, case.state):
        require_state(after, case.state, tr("after the test"), case, None)
    if gradients is not False:
        raise Mismatch(
            tr("the test leaves gradients in the model: does it call backward?"),
            quantity=tr("gradients"),
            expected=tr("none"),
            got=tr("some"),
            holds=lambda code: [f"assert not {code(answer)}[2], 'hay gradientes'"],
        )


def diagnosed(student: Student) -> Diagnosis[Testing]:
    """Return how the student measures."""

    def find() -> Diagnosis[Testing]:
        try:
            seen = [(c, _measured(c.measure(student))) for c in fresh()]
        except (StudentFault, Mismatch):
            return Diagnosis(RIGHT, RIGHT, explained=False)
        return diagnose(
            RIGHT,
            BANK,
            lambda equations: all(_near(got, measure(case, equations)) for case, got in seen),
        )

    found: Diagnosis[Testing] = student.recall("testing.diagnosis", find)
    return found


def _near(got: tuple[float, float], right: tuple[float, float]) -> bool:
    return all(abs(a - b) <= ABSOLUTE * max(1.0, abs(b)) for a, b in zip(got, right, strict=True))


def _measured(answer: list[Any]) -> tuple[float, float]:
    """Return the pair of numbers that the student's function gave. Raises Mismatch."""
    given = answer[0]
    if (
        isinstance(given, (tuple, list))
        and len(given) == len(("loss", "accuracy"))
        and all(type(number) in (int, float) for number in given)
    ):
        return float(given[0]), float(given[1])
    raise Mismatch(
        tr("modelo_prueba should return (loss, accuracy) but returns {got}", got=kind(given)),
        quantity="modelo_prueba(…)",
        expected=tr("(loss, accuracy)"),
        got=kind(given),
        holds=lambda code: [
            f"medido = {code(answer)}[0]",
            "assert isinstance(medido, list) and len(medido) == 2, medido",
        ],
    )


def require_runs(student: Student) -> None:
    """Assert that a test loop returns two numbers, which come from the model that it is given.

    Raises StudentFault and Mismatch.
    """
    answers = [make(seed, 7, 3).measure(student) for seed in range(FRESH)]
    one, other = (_measured(answer) for answer in answers)
    if one == other:
        raise Mismatch(
            tr("it returns the same for two models and two different sets, {pair}", pair=one),
            quantity=tr("modelo_prueba(…) of two models"),
            expected=tr("different numbers"),
            got=str(one),
            holds=lambda code: [f"assert {code(answers[0])}[0] != {code(answers[1])}[0]"],
        )
