"""Isolations change a case as they say; forms are those that a student may have."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from grader.assignments import assignment as assignments
from grader.checks import diagnosing
from grader.checks.case import Case
from grader.checks.kit import OPEN, SHUT, fixed
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
