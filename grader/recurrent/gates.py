"""What a trained cell's gates do over a sequence, for a picture; nothing is judged by it.

The weights are the student's, the network is ours: no question more is asked of the student.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from grader.recurrent import network

if TYPE_CHECKING:
    from torch import Tensor

    from grader.recurrent.network import Course, Data


def over_a_sequence(data: Data, course: Course) -> dict[str, Any]:
    """Return {"gates": {"x": T numbers, the gate's letter: T rows of H numbers}} for one sequence.

    The sequence was held out and has as many ones as zeros. Of a stand-in's cell, which has no
    gates, and of weights that are no finite numbers there is nothing.
    """
    if data.stand_in:
        return {}
    sequence = _sequence(data)
    seen = _gates(data, course.states[-1], sequence)
    if not all(bool(gate.isfinite().all()) for gate in seen.values()):
        return {}
    told = {name: _rounded(gate) for name, gate in seen.items()}
    return {"gates": {"x": [int(x) for x in sequence.flatten().tolist()], **told}}


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
