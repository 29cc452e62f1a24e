"""secuencias: its contract, its run in short, and what its notebook may not call."""

from __future__ import annotations

import campaign_secuencias as campaign
import pytest
import torch

from grader.assignments.assignment import load
from grader.validation.solutions import mutate
from grader.worker import reading

ASSIGNMENT = load(campaign.ROOT / "assignments" / "secuencias")
torch.set_num_threads(1)


def test_parts_and_points_are_the_contracts() -> None:
    assert dict(ASSIGNMENT.points) == {
        "rellena": 6,
        "crea_mascara": 4,
        "collate_fn": 6,
        "media_enmascarada": 5,
        "perdida_enmascarada": 9,
        "ultimo_estado": 6,
        "empaqueta": 12,
        "desempaqueta": 4,
        "corre": 12,
        "invierte": 4,
        "modeloApilado": 12,
        "modeloBidireccional": 12,
        "agrupa_por_longitud": 4,
        "aprendizaje": 4,
    }
    assert ASSIGNMENT.scale == 20


@pytest.mark.parametrize(
    "name",
    [
        *("last_column", "flip_whole", "backward_not_realigned", "backward_last"),
        *("divided_by_all", "divided_by_batch", "mean_of_means", "state_not_frozen"),
        *("order_not_undone", "shared_layers", "all_get_x", "one_too_many", "sizes_by_sample"),
        *("mask_of_floats", "runs_over_padding"),
    ],
)
def test_the_contracts_misconceptions_are_mutants(name: str) -> None:
    assert f"sec.{name}" in {mutant.named for mutant in campaign.SOLUTIONS.mutants}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_two_directions_learn_and_one_does_not(seed: int) -> None:
    right = campaign.definitions(campaign.SOLUTIONS.reference)
    assert campaign.share(right, seed) > (1 + campaign.RUN.ENOUGH) / 2
    for mutant in campaign.SOLUTIONS.mutants:
        if mutant.name in campaign.ONE_WAY:
            wrong = campaign.definitions(mutate(campaign.SOLUTIONS.notebook, mutant))
            assert campaign.own_share(wrong, seed) < campaign.RUN.ENOUGH - 0.1


@pytest.mark.parametrize(
    "call",
    [
        "torch.nn.utils.rnn.pack_padded_sequence(lote, longitudes)",
        "getattr(torch.nn.utils.rnn, 'pack_padded' + '_sequence')(lote, longitudes)",
        "torch._pack_padded_sequence(lote, longitudes, True)",
        "torch.nn.GRU(2, 3)(lote)",
        "torch.gru(lote, longitudes)",
    ],
)
def test_what_is_shut_is_flagged(call: str) -> None:
    text = f"import torch\n\n\ndef empaqueta(lote, longitudes):\n    return {call}\n"
    found = reading.read(text.encode(), "tarea.py", list(ASSIGNMENT.names), ASSIGNMENT.shut)
    assert {flag.part for flag in found.flags} == {"empaqueta"}


def test_a_cell_is_open() -> None:
    text = "import torch\n\n\ndef corre(celda, x, n):\n    return torch.nn.GRUCell(2, 3)(x[:, 0])\n"
    found = reading.read(text.encode(), "tarea.py", list(ASSIGNMENT.names), ASSIGNMENT.shut)
    assert not found.flags
