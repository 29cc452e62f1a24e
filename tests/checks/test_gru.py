from __future__ import annotations

import gc
import itertools
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from grader.assignments import assignment as assignments
from grader.checks.cells import Block
from grader.grading.grade import Terms, grade
from grader.recurrent import gru
from grader.recurrent.gru_equations import GATES, LAYERS, RIGHT, Equations, step, torch_step
from grader.recurrent.gru_misconceptions import BANK
from grader.sandbox.api import Report
from grader.sandbox.backends.fake import FakeCheck, FakeSandbox
from grader.student.student import Student
from grader.submissions.model import Submission
from grader.worker.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.checks.misconceptions import Misconception

ASSIGNMENT = Path(__file__).parents[2] / "assignments" / "lstm_gru"
FRESH = [gru.fresh(seed) for seed in range(3)]


@pytest.fixture(autouse=True, scope="module")
def _frozen() -> Iterator[None]:
    """Every run of pytest collects garbage: spare it torch's million objects."""
    gc.freeze()
    yield
    gc.unfreeze()


class Cell(torch.nn.Module):
    """A cell that computes equations, right or not, on the assignment's layers."""

    equations = RIGHT

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        for x_fc, h_fc in LAYERS.values():
            setattr(self, x_fc, torch.nn.Linear(input_size, hidden_size))
            setattr(self, h_fc, torch.nn.Linear(hidden_size, hidden_size))

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        blocks = {
            gate: self.block(layer)
            for gate, layer in zip(GATES, self.equations.layers, strict=True)
        }
        return step(gru.Case(x[None], {"h": h}, blocks), self.equations)

    def block(self, gate: str) -> Block:
        x_fc, h_fc = (self.get_submodule(name) for name in LAYERS[gate])
        assert isinstance(x_fc, torch.nn.Linear)
        assert isinstance(h_fc, torch.nn.Linear)
        return Block(x_fc.weight, h_fc.weight, x_fc.bias, h_fc.bias)


class Float32(Cell):
    """A right cell whose code insists on float32."""

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        if x.dtype is not torch.float32:
            raise TypeError("float32, please")
        return super().forward(x, h)


class Nonsense(Cell):
    """A cell that nobody can explain."""

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        return (super().forward(x, h) - x.sum(1, keepdim=True)).cos()


def equations(*misconceptions: Misconception) -> Equations:
    changes = {
        name: value
        for misconception in misconceptions
        for name, value in misconception.changes.items()
    }
    return replace(RIGHT, **changes)


def mistaken(*misconceptions: Misconception) -> type[Cell]:
    return type("celdaGRU", (Cell,), {"equations": equations(*misconceptions)})


def computed(kind: type[Cell]) -> Tensor:
    """What a cell gives on a fresh case."""
    case = FRESH[0]
    cell = kind(case.input_size, case.hidden_size).double()
    cell.load_state_dict(case.weights)
    h: Tensor = cell(case.x, case.h)
    return h


def explanation(cell: type[Cell]) -> tuple[Misconception, ...] | None:
    """The misconceptions that are found in a cell; None for a cell that is not explained."""
    student = Student(FakeCheck(Objects({"celdaGRU": cell})), Report(("celdaGRU",)), {})
    before = torch.get_default_dtype()
    try:
        _, found = gru.diagnosed(student)
    finally:
        torch.set_default_dtype(before)
    return found.misconceptions if found.explained else None


def diagnosed(cell: type[Cell]) -> list[str] | None:
    """The same, by name."""
    found = explanation(cell)
    return None if found is None else [misconception.id for misconception in found]


def lost(cell: type[Cell]) -> dict[str, str | None]:
    """The checks that a cell loses, with the misconception that each names."""
    terms = Terms(assignments.load(ASSIGNMENT), "seed", FakeSandbox.image, "fake")
    submission = Submission("s", "s", "s.ipynb", b"")
    lane = FakeSandbox(celdaGRU=cell).lane()
    checks = grade(submission, terms, lane, only=("celdaGRU",)).checks
    return {
        check.id.split("/")[1]: check.misconception.id if check.misconception else None
        for check in checks
        if check.outcome != "passed"
    }


def close(one: Tensor, other: Tensor) -> bool:
    return torch.allclose(one, other, rtol=1e-9, atol=1e-9)


@given(st.booleans().flatmap(lambda sequence: gru.like_torch(sequence=sequence)))
def test_where_the_order_of_the_reset_does_not_matter_it_is_torchs(case: gru.Case) -> None:
    assert close(step(case), torch_step(case))


@given(gru.cases())
def test_everywhere_else_torchs_is_the_misconception_of_that_name(case: gru.Case) -> None:
    (after,) = (
        misconception for misconception in BANK if misconception.id == "gru.reset_after_product"
    )
    assert close(step(case, equations(after)), torch_step(case))


@pytest.mark.parametrize("case", FRESH, ids=["0", "1", "2"])
def test_outside_those_regimes_torchs_differs(case: gru.Case) -> None:
    assert not close(step(case), torch_step(case))


@pytest.mark.parametrize("misconception", BANK, ids=lambda misconception: misconception.id)
def test_every_misconception_but_that_of_the_layers_computes_something_else(
    misconception: Misconception,
) -> None:
    same = close(step(FRESH[0], equations(misconception)), step(FRESH[0]))
    assert same == misconception.touches("layers")


def test_a_name_has_one_explanation() -> None:
    explained = {(misconception.id, misconception.es, misconception.en) for misconception in BANK}
    assert len(explained) == len({misconception.id for misconception in BANK})


@pytest.mark.parametrize("misconception", BANK, ids=lambda misconception: misconception.id)
def test_a_misconception_is_about_equations_that_exist_and_is_told_twice(
    misconception: Misconception,
) -> None:
    assert set(misconception.changes) <= {item.name for item in fields(RIGHT)}
    assert misconception.es != misconception.en


@pytest.mark.parametrize("misconception", BANK, ids=lambda misconception: misconception.id)
def test_a_cell_with_one_misconception_is_told_that_one(misconception: Misconception) -> None:
    assert diagnosed(mistaken(misconception)) == [misconception.id]


@pytest.mark.parametrize("cell", [Cell, Float32])
def test_a_right_cell_is_told_nothing(cell: type[Cell]) -> None:
    assert diagnosed(cell) == []


def test_nobody_guesses_at_nonsense() -> None:
    assert diagnosed(Nonsense) is None


def apart(pair: tuple[Misconception, ...]) -> bool:
    one, other = pair
    return not set(one.changes) & set(other.changes)


PAIRS = [*filter(apart, itertools.combinations(BANK, 2))][::31]  # a sample


@pytest.mark.parametrize(
    "pair", PAIRS, ids=lambda pair: "+".join(misconception.id for misconception in pair)
)
def test_what_is_told_of_a_pair_is_true(pair: tuple[Misconception, ...]) -> None:
    told = explanation(mistaken(*pair))
    assert told is None or close(computed(mistaken(*told)), computed(mistaken(*pair)))


@pytest.mark.slow
def test_pairs_are_told_as_a_rule() -> None:
    """Of some pairs one hides the other, or another pair computes the same."""
    told = [diagnosed(mistaken(*pair)) for pair in PAIRS]
    assert sum(len(found or []) == len("ab") for found in told) >= len(PAIRS) - 3


@pytest.mark.parametrize("misconception", BANK, ids=lambda misconception: misconception.id)
def test_one_mistake_costs_its_own_check_alone(misconception: Misconception) -> None:
    (equation,) = misconception.changes
    assert lost(mistaken(misconception)) == {equation: misconception.id}


@pytest.mark.parametrize("cell", [Cell, Float32])
def test_a_right_cell_loses_nothing(cell: type[Cell]) -> None:
    assert lost(cell) == {}


def test_nonsense_loses_without_a_name() -> None:
    assert set(lost(Nonsense).values()) == {None}
