"""Backward through one step of a cell (SEED 2.4).

A cell's gradients are those of its own forward, right or wrong: a wrong equation has a check of its
own. What is cut off says which mistake it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.checks import generated, gradient
from grader.checks.misconceptions import Misconception

if TYPE_CHECKING:
    from grader.checks.definition import Definition
    from grader.checks.trial import Trials
    from grader.student.student import Student


WEIGHTS = "weights"
"""All parameters of a cell."""


def _cut(name: str, es: str, en: str, *where: str, term: str = "") -> Misconception:
    return Misconception(f"gradient.{name}", dict.fromkeys(where), es, en, term)


BANK = (
    _cut(
        "cut_everywhere",
        "Por tu celda no vuelve ningún gradiente: ¿se calcula bajo torch.no_grad(), o con .data o "
        "detach() en el resultado? Sin él no hay nada que aprender.",
        "No gradient comes back through your cell: is it computed under torch.no_grad(), or with "
        ".data or detach() on what it returns? Without it there is nothing to learn.",
        "x_t",
        "h",
        "c",
        WEIGHTS,
    ),
    _cut(
        "cut_at_both_states",
        "El gradiente no vuelve por h_{t-1} ni por c_{t-1}: ¿hay un detach() o un .data en "
        "los estados? Así la red no aprende nada de los pasos anteriores.",
        "No gradient comes back through h_{t-1} or c_{t-1}: is there a detach() or .data on "
        "the states? The network then learns nothing from earlier steps.",
        "h",
        "c",
        term="h_{t-1}, c_{t-1}",
    ),
    _cut(
        "cut_at_hidden_state",
        "El gradiente no vuelve por h_{t-1}: ¿hay un detach() o un .data en el estado oculto?",
        "No gradient comes back through h_{t-1}: is there a detach() or .data on the hidden state?",
        "h",
        term="h_{t-1}",
    ),
    _cut(
        "cut_at_cell_state",
        "El gradiente no vuelve por c_{t-1}, que es el camino por el que sobrevive: ¿hay un "
        "detach() o un .data en el estado de la celda?",
        "No gradient comes back through c_{t-1}, the path on which it survives: is there a "
        "detach() or .data on the cell state?",
        "c",
        term="c_{t-1}",
    ),
    _cut(
        "cut_at_input",
        "El gradiente no vuelve por x_t: ¿hay un detach() o un .data en la entrada?",
        "No gradient comes back through x_t: is there a detach() or .data on the input?",
        "x_t",
        term="x_t",
    ),
)


def judge_cell(student: Student, cell: type[Definition], seed: int) -> None:
    """Assert that a cell's gradients are those of its own forward.

    Raises StudentFault and Mismatch.
    """
    trials = generated.of_student(cell.declared, student)
    gradient.require(trials, seed, lambda cut: _named(trials, cut))


def _named(trials: Trials, cut: frozenset[str]) -> Misconception | None:
    """Return the mistake that cuts off just these inputs and parameters, if one does."""
    of = trials.of
    everywhere = {*of.inputs, *of.shapes(of.fresh_sizes)}
    return next(
        (
            one
            for one in BANK
            if cut == (everywhere if WEIGHTS in one.changes else set(one.changes))
        ),
        None,
    )


def cut_off(trials: Trials) -> frozenset[str] | None:
    """Return the inputs and parameters that no gradient of a step reaches; None where another is
    not that of its forward.
    """  # noqa: D205 - one sentence

    def find() -> frozenset[str] | None:
        dtype, found = trials.known().dtype, gradient.slopes(trials, 0)
        cut = frozenset(name for name, one in found.items() if one.is_cut(dtype))
        right = all(one.is_right(dtype) for name, one in found.items() if name not in cut)
        return cut if right else None

    found: frozenset[str] | None = trials.student.recall(f"{trials.of.name}.cut_off", find)
    return found
