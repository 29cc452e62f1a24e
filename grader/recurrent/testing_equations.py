"""How somebody measures over a test set, as equations: what explains it by a known mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from grader.checks.misconceptions import Misconception
from grader.recurrent.loops import loss_function, pair

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.recurrent.loops import Case, Loss


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
