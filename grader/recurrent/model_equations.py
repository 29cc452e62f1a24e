"""How a model runs its cell over a sequence: rightly, and as known mistakes have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.checks.misconceptions import Misconception

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor


@dataclass(frozen=True)
class Equations:
    """How somebody runs a cell over a sequence; by default, rightly.

    Each field bears the name of the check that judges it, but for `swapped`: whether it takes the
    second of the cell's two states for h, as it must over a cell that returns (c, h). `every_step`
    is from and up to which one, `step_order` their direction, `batch_first` whether the first axis
    of x is the batch, `output` what `fc` is given, from all the states h (T, B, H) and, of an LSTM,
    c.
    """

    every_step: tuple[int | None, int | None] = (None, None)
    step_order: int = 1
    batch_first: bool = True
    initial_state: float = 0.0
    output: Callable[[Tensor, Tensor], Tensor] = lambda h, _c: h[-1]
    swapped: bool = False


RIGHT = Equations()

BANK: tuple[Misconception, ...] = (
    Misconception(
        "model.last_step_skipped",
        {"every_step": (None, -1)},
        "El último paso de la secuencia no se usa: mira los límites de tu bucle.",
        "The last step of the sequence is not used: look at the bounds of your loop.",
    ),
    Misconception(
        "model.first_step_skipped",
        {"every_step": (1, None)},
        "El primer paso de la secuencia no se usa: mira los límites de tu bucle.",
        "The first step of the sequence is not used: look at the bounds of your loop.",
    ),
    Misconception(
        "model.only_last_step",
        {"every_step": (-1, None)},
        "Solo cuenta el último paso: el estado se crea de nuevo dentro del bucle, o los pasos "
        "anteriores no se usan.",
        "Only the last step counts: the state is created again inside the loop, or the "
        "earlier steps are not used.",
    ),
    Misconception(
        "model.read_backwards",
        {"step_order": -1},
        "La secuencia se recorre del final al principio.",
        "The sequence is read backwards, from its end to its beginning.",
    ),
    Misconception(
        "model.batch_and_time_exchanged",
        {"batch_first": False},
        "Recorres el eje del lote como si fuera el tiempo: x es (lote, tiempo, entrada).",
        "You go through the batch's axis as if it were time: x is (batch, time, input).",
    ),
    Misconception(
        "model.initial_state_of_ones",
        {"initial_state": 1.0},
        "El estado inicial no es cero.",
        "The initial state is not zero.",
    ),
    Misconception(
        "model.mean_over_time",
        {"output": lambda h, _c: h.mean(0)},
        "A fc le das la media de los estados de todos los pasos, no el último h_T.",
        "You give fc the mean of the states of all steps, not the last h_T.",
        term="h_T",
    ),
    Misconception(
        "model.output_from_cell_state",
        {"output": lambda _h, c: c[-1]},
        "A fc le das el estado de la celda c_T, no el estado oculto h_T.",
        "You give fc the cell state c_T, not the hidden state h_T.",
        term="h_T",
    ),
)
