from __future__ import annotations

import gc
import itertools
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from hypothesis import given
from torch import Tensor

from grader.assignments import assignment as assignments
from grader.checks.cells import Block
from grader.core.errors import StudentFault
from grader.core.i18n import same
from grader.grading.grade import Terms, grade
from grader.recurrent import lstm
from grader.recurrent.lstm_equations import RIGHT, Equations, step, torch_step
from grader.recurrent.lstm_misconceptions import BANK
from grader.sandbox.api import Report
from grader.sandbox.backends.fake import FakeCheck, FakeSandbox
from grader.student.student import Student
from grader.submissions.model import Submission
from grader.worker.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.checks.misconceptions import Misconception

ASSIGNMENT = Path(__file__).parents[2] / "assignments" / "lstm_gru"
FRESH = [lstm.fresh(seed) for seed in range(3)]


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
        self.hidden_size = hidden_size
        self.x_fc = torch.nn.Linear(input_size, 4 * hidden_size)
        self.h_fc = torch.nn.Linear(hidden_size, 4 * hidden_size)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        bound = (3 / self.hidden_size) ** 0.5
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -bound, bound)

    def forward(self, x: Tensor, hidden: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        layers = (self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias)
        rows = zip(*(layer.chunk(4) for layer in layers), strict=True)
        blocks = dict(
            zip(self.equations.stacking_order, (Block(*row) for row in rows), strict=True)
        )
        states = dict(zip("hc", hidden, strict=True))
        after = step(lstm.Case(x[None], states, blocks), self.equations)
        return (after.h, after.c) if self.equations.returns_order == "hc" else (after.c, after.h)


class Float32(Cell):
    """A right cell whose code insists on float32."""

    def forward(self, x: Tensor, hidden: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        if x.dtype is not torch.float32:
            raise TypeError("float32, please")
        return super().forward(x, hidden)


class Nonsense(Cell):
    """A cell that nobody can explain."""

    def forward(self, x: Tensor, hidden: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        h, c = super().forward(x, hidden)
        return (h + 0.1 * c).sin(), (c - x.sum(1, keepdim=True)).cos()


def equations(*misconceptions: Misconception) -> Equations:
    changes = {
        name: value
        for misconception in misconceptions
        for name, value in misconception.changes.items()
    }
    return replace(RIGHT, **changes)


def mistaken(*misconceptions: Misconception) -> type[Cell]:
    return type("celdaLSTM", (Cell,), {"equations": equations(*misconceptions)})


def computed(kind: type[Cell]) -> Tensor:
    """What a cell gives on a fresh case."""
    case = FRESH[0]
    cell = kind(case.input_size, case.hidden_size).double()
    cell.load_state_dict(case.weights)
    return torch.cat(cell(case.x, (case.h, case.c)))


def explanation(cell: type[Cell]) -> tuple[Misconception, ...] | None:
    """The misconceptions that are found in a cell; None for a cell that is not explained."""
    student = Student(FakeCheck(Objects({"celdaLSTM": cell})), Report(("celdaLSTM",)), {})
    before = torch.get_default_dtype()
    try:
        _, found = lstm.diagnosed(student)
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
    lane = FakeSandbox(celdaLSTM=cell).lane()
    checks = grade(submission, terms, lane, only=("celdaLSTM",)).checks
    return {
        check.id.split("/")[1]: check.misconception.id if check.misconception else None
        for check in checks
        if check.outcome != "passed"
    }


def close(one: Tensor, other: Tensor) -> bool:
    return torch.allclose(one, other, rtol=1e-9, atol=1e-9)


@given(lstm.cases())
def test_a_step_is_torchs(case: lstm.Case) -> None:
    ours, theirs = step(case), torch_step(case)
    assert close(ours.h, theirs.h)
    assert close(ours.c, theirs.c)


@given(lstm.sequences())
def test_a_sequence_is_torchs(case: lstm.Case) -> None:
    ours, theirs = step(case), torch_step(case)
    assert close(ours.h, theirs.h)
    assert close(ours.c, theirs.c)


def test_the_order_in_which_gates_are_sent_does_not_change_torchs_answer() -> None:
    turned = replace(FRESH[0], order="ocfi")
    assert torch.equal(torch_step(turned).h, torch_step(FRESH[0]).h)


@pytest.mark.parametrize("misconception", BANK, ids=lambda misconception: misconception.id)
def test_every_misconception_but_those_of_order_computes_something_else(
    misconception: Misconception,
) -> None:
    wrong, right = step(FRESH[0], equations(misconception)), torch_step(FRESH[0])
    same = close(wrong.h, right.h) and close(wrong.c, right.c)
    assert same == (
        misconception.touches("stacking_order") or misconception.touches("returns_order")
    )


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


def test_a_cell_that_raises_is_told_nothing() -> None:
    class Raises(Cell):
        def forward(self, x: Tensor, hidden: Any) -> Any:
            raise ValueError(x, hidden)

    assert diagnosed(Raises) is None


def apart(pair: tuple[Misconception, ...]) -> bool:
    one, other = pair
    return not set(one.changes) & set(other.changes)


PAIRS = [*filter(apart, itertools.combinations(BANK, 2))][::61]  # a sample


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


ORDERS = [misconception for misconception in BANK if misconception.touches("stacking_order")]
OTHERS = [misconception for misconception in BANK if not misconception.touches("stacking_order")]


@pytest.mark.parametrize(
    "misconception", [*ORDERS[::6], *OTHERS], ids=lambda misconception: misconception.id
)
def test_one_mistake_costs_its_own_check_alone(misconception: Misconception) -> None:
    (equation,) = misconception.changes
    assert lost(mistaken(misconception)) == {equation: misconception.id}


def test_two_mistakes_cost_two_checks() -> None:
    pair = [
        misconception
        for misconception in BANK
        if misconception.id in ("lstm.h_ignored", "lstm.hidden_without_tanh")
    ]
    assert set(lost(mistaken(*pair))) == {"recurrent", "hidden_state"}


@pytest.mark.parametrize("cell", [Cell, Float32])
def test_a_right_cell_loses_nothing(cell: type[Cell]) -> None:
    assert lost(cell) == {}


def test_nonsense_loses_without_a_name() -> None:
    assert set(lost(Nonsense).values()) == {None}


def test_a_cell_of_the_wrong_shape_is_not_run_any_further() -> None:
    class Half(Cell):
        def forward(self, x: Tensor, hidden: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
            h, c = super().forward(x, hidden)
            return h[:1], c[:1]

    assert "interface" in lost(Half)


def test_a_missing_cell_is_the_students_fault() -> None:
    student = Student(FakeCheck(Objects({})), Report(missing={"celdaLSTM": same("no está")}), {})
    with pytest.raises(StudentFault, match="no está"):
        student.celdaLSTM(3, 5)
