"""Lengths have their ends among them, padding is filled, and a wrong part below costs once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from checks.test_kit import DATA, lost, named
from grader.assignments import assignment as assignments
from grader.checks.case import make
from grader.checks.kit import Bool, Float, Lengths, Padded
from grader.checks.strategies import Numbers
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.fake import FakeSandbox
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from grader.checks.case import Case


@pytest.mark.parametrize("distinct", [False, True])
@pytest.mark.parametrize("batch", [1, 2, 5])
def test_both_ends_are_among_the_lengths(batch: int, *, distinct: bool) -> None:
    for seed in range(50):
        stream = Numbers(seed, 1.0, 1.0).stream()
        drawn = Lengths("B", "T", distinct).draw({"B": batch, "T": 7}, stream).tolist()
        assert (len(drawn), max(drawn)) == (batch, 7)
        assert batch == 1 or min(drawn) == 1
        assert not distinct or len(set(drawn)) == batch


def case(kinds: dict[str, Any]) -> Case:
    sizes = {"B": 3, "T": 4, "D": 2}
    return make(kinds, lambda _: {}, sizes, Numbers(1, 0.7, 0.9)).rounded(torch.float32)


@pytest.mark.parametrize("by", [Lengths("B", "T"), Bool("B T", rows="some")])
def test_what_is_no_data_is_large_and_of_both_signs(by: Any) -> None:
    inputs = case({"x": Padded(Float("B T D"), "by"), "by": by}).inputs
    real = inputs["by"]
    if real.dtype is not torch.bool:
        real = torch.arange(4) < real[:, None]
    assert set(inputs["x"][~real].flatten().tolist()) == {-1e3, 1e3}
    assert (inputs["x"][real].abs() < 10).all()


WHAT_IS_REAL = """
import torch


def totals(x, longitudes):
    real = torch.arange(x.shape[1]) < longitudes[:, None]
    return (x * real[..., None]).sum(1)


class Summed(torch.nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.w = torch.nn.Parameter(torch.zeros(inputs))

    def forward(self, x, longitudes):
        return self.w * totals(x, longitudes)
"""
SUM = "(x * real[..., None]).sum(1)"
CASES: dict[str, tuple[str, set[str], set[str]]] = {
    "right": (SUM, set(), set()),
    "wrong below": ("x.sum(1)", {"totals/total", "totals/whole"}, {"padded.all_of_it"}),
    "unwritten below": (
        "missing",
        {
            f"{part}/{check}"
            for part, rule in (("totals", "total"), ("Summed", "y"))
            for check in ("interface", "ones", rule, "whole")
        },
        set(),
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_a_part_below_costs_once_if_it_runs(what: str) -> None:
    written, checks, names = CASES[what]
    padded = assignments.load(DATA / "padded")
    terms = Terms(padded, "a seed", FakeSandbox.image, FakeSandbox.name)
    text = WHAT_IS_REAL.replace(SUM, written).encode()
    got = grade(Submission("me", "me", "me.py", text), terms, FakeSandbox().lane())
    assert set(lost(got)) == checks
    assert named(got) == names
