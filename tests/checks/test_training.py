"""The timed run trusts nothing that the student's code says: only the weights, measured by us."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.checks import Mismatch
from grader.core.errors import StudentFault
from grader.core.limits import Limits
from grader.recurrent import models, network, training
from grader.recurrent.stand_ins import epoch
from grader.sandbox.backends.fake import FakeSandbox
from grader.student.student import Student

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
REFERENCE = json.loads((ROOT / "solutions" / "lstm_gru" / "lstm_gru.ipynb").read_text())
NAMES = ["celdaLSTM", "modeloLSTM", "celdaGRU", "modeloGRU", "modelo_entrenamiento"]
SEED = 5


def notebook(*cells: str) -> bytes:
    """The reference with cells of code after its own: the last definition counts."""
    added = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": c} for c in cells]
    return json.dumps({**REFERENCE, "cells": [*REFERENCE["cells"], *added]}).encode()


@contextmanager
def student(*cells: str, lost: str = "") -> Iterator[Student]:
    lane = FakeSandbox().lane()
    with (
        lane.open(notebook(*cells), "a.ipynb", NAMES, Limits()) as session,
        session.check(0) as check,
    ):
        yield Student(check, session.report, {}, {lost: "failed"} if lost else {})


def learns(*cells: str, kind: models.Kind = models.LSTM, lost: str = "") -> Student:
    with student(*cells, lost=lost) as one:
        training.judge_learning(one, kind, SEED)
        return one


@pytest.mark.parametrize("kind", [models.LSTM, models.GRU])
def test_the_reference_learns(kind: models.Kind) -> None:
    data = learns(kind=kind).data
    assert data["held_out"][-1][1] > training.ENOUGH
    assert data["stand_ins"] == []
    loss, accuracy, gates = data["figures"]
    assert (accuracy["y"]["scale"], gates["kind"]) == ("share", "heat_map")
    theirs, reference = loss["series"]["theirs"], loss["series"]["reference"]
    assert len(theirs) == len(data["gradient_norm"]) == network.EPOCHS * network.BATCHES
    assert theirs == pytest.approx(reference, rel=1e-3, abs=1e-4)


CHEATS = {
    "a forward that counts; its parameters take no part": """
def cuenta(self, x):
    return x.sum((1, 2))[:, None] + 0 * sum(p.sum() for p in self.parameters())
modeloLSTM.forward = cuenta
""",
    "a loop that prints a falling loss": """
def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):
    for n, _ in enumerate(data_loader):
        print('pérdida', 1 / (n + 1))
    return 0.0
""",
    "a loop that trains on data of its own": """
def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):
    modelo.train()
    for x, y in DataLoader(genera_dataset(8, 1920), batch_size=64):
        optimizer.zero_grad()
        loss_function(modelo(x)[:, 0], y).backward()
        optimizer.step()
""",
    "a state_dict that says what it likes": """
def miente(self, *args, **kwargs):
    return {k: v * 0 for k, v in torch.nn.Module.state_dict(self).items()}
modeloLSTM.state_dict = miente
def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):
    pass
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("cheat", CHEATS)
def test_a_network_that_does_not_learn_honestly_fails(cheat: str) -> None:
    with pytest.raises(Mismatch):
        learns(CHEATS[cheat])


@pytest.mark.slow
def test_weights_from_elsewhere_fail() -> None:
    elsewhere = network.right_course(network.Data(models.LSTM, 999, stand_in=False)).states[-1]
    weights = {name: value.tolist() for name, value in elsewhere.items()}
    with pytest.raises(Mismatch, match="no son los que salen"):
        learns(
            f"PESOS = {weights}\n"
            "def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):\n"
            "    modelo.load_state_dict({k: torch.tensor(v) for k, v in PESOS.items()})"
        )


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["celdaLSTM/forget_gate", "modelo_entrenamiento/step"])
def test_a_part_that_failed_is_replaced(lost: str) -> None:
    part = lost.partition("/")[0]
    broken = {
        "celdaLSTM": "class celdaLSTM(torch.nn.Module):\n    pass",
        "modelo_entrenamiento": "def modelo_entrenamiento(*_):\n    pass",
    }
    assert learns(broken[part], lost=lost).data["stand_ins"] == [part]


def test_nothing_is_left_to_judge_when_all_parts_failed() -> None:
    with student() as one:
        one._outcomes = dict.fromkeys(
            ("celdaLSTM/a", "modeloLSTM/a", "modelo_entrenamiento/a"), "failed"
        )
        with pytest.raises(pytest.skip.Exception):
            training.judge_learning(one, models.LSTM, SEED)


def test_a_loop_that_raises_is_the_students_fault() -> None:
    with pytest.raises(StudentFault, match="así no"):
        learns("def modelo_entrenamiento(*_):\n    raise ValueError('así no')")


def test_a_model_without_its_parameters_is_told() -> None:
    data = network.Data(models.LSTM, SEED, stand_in=False)
    with pytest.raises(Mismatch, match="tiene otros parámetros que antes"):
        network.course(data, {"states": [{"otro": data.state()["fc.bias"]}]})


def test_the_same_seed_gives_the_same_data_and_another_one_others() -> None:
    one, same, other = (network.Data(models.GRU, s, stand_in=False) for s in (1, 1, 2))
    assert one.sequences()[0].equal(same.sequences()[0])
    assert not one.sequences()[0].equal(other.sequences()[0])


@pytest.mark.slow
def test_a_seed_on_which_the_reference_learns_late_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(network, "SURE", 0.0)
    assert next(network.learnable(models.LSTM, SEED, stand_in=False)).seed == SEED
    late = network.right_course(network.Data(models.LSTM, SEED, stand_in=False)).measured[-1][1]
    monkeypatch.setattr(network, "SURE", late + 1e-3)
    if late < 1:
        assert next(network.learnable(models.LSTM, SEED, stand_in=False)).seed > SEED


@pytest.mark.slow
def test_only_a_run_that_ends_elsewhere_asks_whether_the_data_is_steady(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def is_steady(data: network.Data) -> bool:
        asked.append(data.seed)
        return len(asked) == 2

    monkeypatch.setattr(network, "is_steady", is_steady)
    learns()
    assert asked == []
    with pytest.raises(Mismatch):
        learns("def modelo_entrenamiento(*_):\n    return 0.0")
    assert len(asked) == 2
    assert asked[0] < asked[1]


@pytest.mark.slow
@pytest.mark.parametrize("kind", [models.LSTM, models.GRU])
def test_the_stand_ins_learn_too(kind: models.Kind) -> None:
    data = network.Data(kind, SEED, stand_in=True)
    training.require_learned(data, network.run(data, epoch), "")
