"""Gradients: right cells and models pass, a cut graph is found and named, over the fake sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import torch
from recurrent.cells import HORIZON, LSTM, celdaLSTM
from torch import Tensor

from grader.checks import Mismatch, generated
from grader.core.limits import Limits
from grader.recurrent import gradients, horizon, model_gradients, models
from grader.sandbox.backends.fake import FakeSandbox
from grader.student.student import Student

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("celdaLSTM", "modeloLSTM")


Change = Callable[[Tensor], Tensor]


def same(tensor: Tensor) -> Tensor:
    return tensor


def cell_class(
    before: Change = same, after: Change = same, tanh: Change = torch.tanh
) -> type[torch.nn.Module]:
    """A right LSTM cell, but for what is done to the cell state it is given, and to what it gives,
    and for the tanh of its candidate."""

    class celdaLSTM(torch.nn.Module):  # noqa: N801 - as students must
        def __init__(self, input_size: int, hidden_size: int) -> None:
            super().__init__()
            self.x_fc = torch.nn.Linear(input_size, 4 * hidden_size)
            self.h_fc = torch.nn.Linear(hidden_size, 4 * hidden_size)

        def forward(self, x: Tensor, hidden: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
            h, c = hidden[0], before(hidden[1])
            i, f, g, o = (self.x_fc(x) + self.h_fc(h)).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * tanh(g)
            return after(o.sigmoid() * c.tanh()), after(c)

    return celdaLSTM


def model_class(cell: type[torch.nn.Module], between: Change = same) -> type[torch.nn.Module]:
    class modeloLSTM(torch.nn.Module):  # noqa: N801 - as students must
        def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
            super().__init__()
            self.hidden_size = hidden_size
            self.lstm = cell(input_size, hidden_size)
            self.fc = torch.nn.Linear(hidden_size, output_size)

        def forward(self, x: Tensor) -> Any:
            h = c = x.new_zeros(len(x), self.hidden_size)
            for x_t in x.unbind(1):
                h, c = self.lstm(x_t, (between(h), between(c)))
            return self.fc(h)

    return modeloLSTM


@pytest.fixture
def student() -> Iterator[Callable[..., Student]]:
    """Makes a student of a cell's class and, perhaps, a model's."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def make(cell: type, model: type | None = None) -> Student:
            lane = FakeSandbox(celdaLSTM=cell, modeloLSTM=model or model_class(cell)).lane()
            session = stack.enter_context(lane.open(b"", "a.ipynb", NAMES, Limits()))
            return Student(stack.enter_context(session.check(0)), session.report, {})

        yield make


SEED = 3
SEQUENCE = models.make(1, (2, 3, 2), 3, 2)

Make = Any


def test_a_right_cell_passes(student: Make) -> None:
    one = student(cell_class())
    gradients.judge_cell(one, celdaLSTM, SEED)
    horizon.judge(one, HORIZON)
    model_gradients.judge_model(one, LSTM, SEQUENCE)


def test_the_profile_is_kept_beside_the_references(student: Make) -> None:
    one = student(cell_class())
    horizon.judge(one, HORIZON)
    (profile,) = [kept["series"] for kept in one.data["figures"]]
    assert len(profile["theirs"]) == len(profile["reference"]) == 200
    assert profile["theirs"] == pytest.approx(profile["reference"], rel=1e-6)


@pytest.mark.parametrize(
    ("cell", "named"),
    [
        (cell_class(before=torch.Tensor.detach), "gradient.cut_at_cell_state"),
        (cell_class(after=torch.Tensor.detach), "gradient.cut_everywhere"),
        (cell_class(after=lambda s: s.data), "gradient.cut_everywhere"),
    ],
)
def test_a_cut_graph_is_named(student: Make, cell: type, named: str) -> None:
    with pytest.raises(Mismatch) as caught:
        gradients.judge_cell(student(cell), celdaLSTM, SEED)
    assert caught.value.misconception is not None
    assert caught.value.misconception.id == named


def test_silent_clipping_is_found(student: Make) -> None:
    def clip(state: Tensor) -> Tensor:
        if state.requires_grad:
            state.register_hook(lambda grad: grad.clamp(-0.1, 0.1))  # type: ignore[no-untyped-call]
        return state

    with pytest.raises(Mismatch, match="∂/∂"):
        gradients.judge_cell(student(cell_class(after=clip)), celdaLSTM, SEED)


def test_a_cut_in_the_cell_costs_over_long_sequences_no_second_time(student: Make) -> None:
    horizon.judge(student(cell_class(before=torch.Tensor.detach)), HORIZON)


def test_a_cut_between_the_models_steps_is_named(student: Make) -> None:
    model = model_class(cell_class(), between=torch.Tensor.detach)
    with pytest.raises(Mismatch) as caught:
        model_gradients.judge_model(student(cell_class(), model), LSTM, SEQUENCE)
    assert caught.value.misconception is model_gradients.BETWEEN_STEPS


@pytest.mark.slow
def test_the_gradients_of_an_unknown_forward_are_its_own(student: Make) -> None:
    odd = cell_class(before=lambda c: (7 * c).sin() + c**3)
    one = student(odd)
    assert not generated.of_student(celdaLSTM.declared, one).known().explained
    gradients.judge_cell(one, celdaLSTM, SEED)
    cut = cell_class(before=lambda c: ((7 * c).sin() + c**3).detach())
    with pytest.raises(Mismatch, match="tu propio forward"):
        gradients.judge_cell(student(cut), celdaLSTM, SEED)


@pytest.mark.slow
def test_a_cell_that_depends_on_nothing_has_no_right_gradient(student: Make) -> None:
    with pytest.raises(Mismatch, match="no depende"):
        gradients.judge_cell(student(cell_class(after=lambda s: s * 0)), celdaLSTM, SEED)
    with pytest.raises(Mismatch, match="es cero"):
        horizon.judge(student(cell_class(after=lambda s: s * 0)), HORIZON)


def test_numbers_that_overflow_are_found(student: Make) -> None:
    def careless(g: Tensor) -> Tensor:
        return ((4 * g).exp().log() / 4).tanh()

    one = student(cell_class(tanh=careless))
    gradients.judge_cell(one, celdaLSTM, SEED)
    with pytest.raises(Mismatch, match="no es finito"):
        horizon.judge(one, HORIZON)
