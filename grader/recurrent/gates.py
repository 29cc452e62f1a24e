"""What a trained cell's gates do over a sequence, for a picture; nothing is judged by it.

The weights are the student's, the network is ours: no question more is asked of the student.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from grader.checks import figures
from grader.core.i18n import tr
from grader.recurrent import network

if TYPE_CHECKING:
    from torch import Tensor

    from grader.core.i18n import Bilingual
    from grader.recurrent.network import Course, Data


def over_a_sequence(data: Data, course: Course) -> list[figures.Figure]:
    """Return a picture of the gates over one sequence, a row of H numbers a unit.

    The sequence was held out and has as many ones as zeros. Of a stand-in's cell, which has no
    gates, and of weights that are no finite numbers there is none.
    """
    if data.stand_in:
        return []
    sequence = _sequence(data)
    seen = _gates(data, course.states[-1], sequence)
    if not all(bool(gate.isfinite().all()) for gate in seen.values()):
        return []
    names = _names()
    rows = [figures.Row(f"{name}_t", names[name], _rounded(gate)) for name, gate in seen.items()]
    note = tr(
        "Each row is a unit, each column a step of a sequence that was not used for training. "
        "Full colour is 1 (open), no colour is 0 (closed). The weights are the ones your "
        "training ended with."
    )
    group = figures.Group(tr("The gates over a sequence"), note)
    inputs = ("x_t", sequence.flatten().tolist())
    return [figures.heat_map(rows, inputs=inputs, x=tr("step t"), group=group)]


def _names() -> dict[str, Bilingual]:
    return {
        "i": tr("input gate"),
        "f": tr("forget gate"),
        "o": tr("output gate"),
        "r": tr("reset gate"),
        "z": tr("update gate"),
    }


def _sequence(data: Data) -> Tensor:
    """Return one sequence (T, 1)."""
    _, held_out = data.sequences()
    found: Tensor = held_out[held_out.sum((1, 2)) == network.STEPS // 2][0]
    return found


def _gates(data: Data, weights: dict[str, Tensor], sequence: Tensor) -> dict[str, Tensor]:
    """Return each gate (T, H) by its letter."""
    network_ = network.Reference(data.kind, stand_in=False).model
    network_.load_state_dict(weights)
    cell: Any = getattr(network_, data.kind.cell)
    zero = torch.zeros(1, network.HIDDEN_SIZE)
    state: Any = zero if data.kind.states == 1 else (zero, zero)
    steps = []
    with torch.no_grad():
        for x in sequence[:, None]:
            steps.append(cell.gates(x, state))
            state = cell(x, state)
    return {name: torch.cat([step[name] for step in steps]) for name in steps[0]}


def _rounded(gate: Tensor) -> list[list[float]]:
    return [[round(value, 2) for value in row] for row in gate.tolist()]
