from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from grader.recurrent import gates, models, network, stand_ins
from grader.recurrent.network import EPOCHS, HIDDEN_SIZE, STEPS, Course, Data


def untrained(data: Data) -> Course:
    return Course([data.state()] * EPOCHS, [], [], [])


@pytest.mark.parametrize(("kind", "names"), [(models.LSTM, "ifo"), (models.GRU, "rz")])
def test_each_gate_is_a_number_from_0_to_1_for_each_step_and_unit(
    kind: models.Kind, names: str
) -> None:
    data = Data(kind, 1, stand_in=False)
    (told,) = gates.over_a_sequence(data, untrained(data))
    assert [row["symbol"] for row in told["rows"]] == [f"{name}_t" for name in names]
    assert [len(step) for step in told["rows"][0]["values"]] == [HIDDEN_SIZE] * STEPS
    assert all(0 <= x <= 1 for row in told["rows"] for step in row["values"] for x in step)


def test_a_gate_is_what_the_cell_computes_with() -> None:
    """The GRU whose update gate is open by a bias of 40 keeps its state: z is 1."""
    data = Data(models.GRU, 1, stand_in=False)
    state = data.state() | {"gru.x_z_fc.bias": torch.full((HIDDEN_SIZE,), 40.0)}
    (told,) = gates.over_a_sequence(data, replace(untrained(data), states=[state]))
    (z,) = [row["values"] for row in told["rows"] if row["symbol"] == "z_t"]
    assert {value for step in z for value in step} == {1.0}


def test_of_weights_that_are_no_numbers_there_is_no_picture() -> None:
    data = Data(models.LSTM, 1, stand_in=False)
    state = data.state() | {"lstm.x_fc.bias": torch.full((4 * HIDDEN_SIZE,), float("nan"))}
    assert gates.over_a_sequence(data, replace(untrained(data), states=[state])) == []


@pytest.mark.slow
def test_a_stand_in_has_no_gates() -> None:
    data = Data(models.LSTM, 1, stand_in=True)
    assert gates.over_a_sequence(data, network.run(data, stand_ins.epoch)) == []
