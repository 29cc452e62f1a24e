"""Isolations change a case as they say; forms are those that a student may have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from grader.assignments import assignment as assignments
from grader.checks import diagnosing
from grader.checks.case import Case, isolated
from grader.checks.kit import OPEN, SHUT, fixed, plus
from grader.checks.trial import Trials
from grader.grading import suite

ROOT = Path(__file__).parents[2]


def test_a_bare_parameter_that_is_fixed_is_the_number_and_a_weight_is_zero() -> None:
    ones = {"b": torch.ones(4), "x_fc.weight": torch.ones(4, 2), "x_fc.bias": torch.ones(4)}
    case = fixed(SHUT, "b", piece=1, of=4)(fixed(OPEN, "x_fc")(Case({}, {}, ones)))
    assert case.weights["b"].tolist() == [1, SHUT, 1, 1]
    assert case.weights["x_fc.weight"].eq(0).all()
    assert case.weights["x_fc.bias"].eq(OPEN).all()


@pytest.mark.parametrize(
    ("name", "key", "ways"),
    [
        ("normalizacion", "celdaLSTMNorm/celdaLSTMNorm", 2),  # three norms, each with parameters
        ("rnn_bptt", "backward/celdaRNN", 4),  # two methods of one object
    ],
)
def test_pieces_of_one_definition_are_written_again_together(
    name: str, key: str, ways: int
) -> None:
    made = suite.definitions(assignments.load(ROOT / "assignments" / name))
    of = next(one for one in made if one.key == key)
    assert len({form.apart for form in diagnosing.forms(of)}) == ways


def test_a_number_is_added_with_signs_in_turns() -> None:
    case = plus(10, "b")(Case({}, {}, {"b": torch.ones(3), "c": torch.ones(2)}))
    assert case.weights["b"].tolist() == [11, -9, 11]
    assert case.weights["c"].tolist() == [1, 1]


@pytest.mark.parametrize(("key", "term"), [("modeloConvRNN", "conv"), ("modeloCNNLSTM", "vistos")])
def test_gradients_are_asked_for_off_the_kink_of_a_relu(key: str, term: str) -> None:
    """A step of 5e-3, in float32, along a normal direction changes no sign."""
    made = suite.definitions(assignments.load(ROOT / "assignments" / "hibridos"))
    of = next(one for one in made if one.name == key)
    trials: Any = Trials(None, of, ())  # type: ignore[arg-type]
    for seed in range(50):
        graph = trials.graph(isolated(trials.fresh(seed), of.steady), of.right)
        before = graph["vistos"] if term == "vistos" else graph["conv"](graph["delante"])
        assert float(before.abs().min()) > 0.3
