"""The cells of the LSTM and the GRU, as lstm_gru declares them: right, wrong, newly wrong."""

from __future__ import annotations

import copy
import functools
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from checks.test_kit import lost, named
from grader.assignments import assignment as assignments
from grader.core.errors import StudentFault
from grader.core.i18n import same
from grader.grading.grade import Terms, grade
from grader.sandbox.api import Report
from grader.sandbox.backends.fake import FakeCheck, FakeSandbox
from grader.student.student import Student
from grader.submissions.model import Submission
from grader.validation.solutions import Mutant, declared, mutate
from grader.worker.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.results import Grade

ROOT = Path(__file__).parents[2]
SOLUTION = ROOT / "solutions" / "lstm_gru" / "lstm_gru.ipynb"
WHOLES = {"celdaLSTM": "celdaLSTM/torch_lstm_cell", "celdaGRU": "celdaGRU/torch_gru_cell"}


@functools.cache
def notebook() -> Any:
    return json.loads(SOLUTION.read_text(encoding="utf-8"))


@functools.cache
def assignment() -> Any:
    return assignments.load(ROOT / "assignments" / "lstm_gru")


def cell(content: bytes, name: str) -> type[torch.nn.Module]:
    """Return the class of a name that a notebook defines."""
    space: dict[str, Any] = {"torch": torch, "math": math}
    for one in json.loads(content)["cells"]:
        source = "".join(one["source"])
        if one["cell_type"] == "code" and f"class {name}(" in source:
            exec(source, space)  # noqa: S102 - the reference
    made: type[torch.nn.Module] = space[name]
    return made


def written(name: str, *edits: tuple[str, str]) -> type[torch.nn.Module]:
    """Return the reference's cell with edits."""
    return cell(mutate(copy.deepcopy(notebook()), Mutant(name, name, edits, ())), name)


def own(name: str, made: type[torch.nn.Module], seed: str = "a seed") -> tuple[Grade, list[str]]:
    """Return the grade of a cell alone, and what it lost in its part."""
    terms = Terms(assignment(), seed, FakeSandbox.image, FakeSandbox.name)
    lane = FakeSandbox(**{name: made}).lane()
    got = grade(Submission("me", "me", "me.ipynb", b""), terms, lane, only=(name,))
    return got, lost(got)


def cost(got: Grade) -> float:
    """Return the share of the part that was lost."""
    return 1 - sum(check.points for check in got.checks) / sum(c.max_points for c in got.checks)


@functools.cache
def mutants() -> Sequence[Mutant]:
    return [mutant for mutant, _ in declared(assignment())]


KNOWN = {
    "lstm.returns_cell_first",
    "lstm.h_bias_missing",
    "lstm.x_and_h_weights_exchanged",
    "lstm.no_forget_term",
    "gru.reset_after_product",
    "gru.reset_and_update_exchanged",
    "gru.h_ignored",
}
"""Those that run in every suite; the others are slow."""


@pytest.mark.parametrize(
    "mutant",
    [
        pytest.param(one, id=one.name, marks=() if one.named in KNOWN else pytest.mark.slow)
        for one in mutants()
    ],
)
def test_a_known_mistake_is_named_and_costs_its_check_and_the_whole(mutant: Mutant) -> None:
    """And no other check of the part."""
    got, wrong = own(mutant.where, written(mutant.where, *mutant.edits))
    assert set(wrong) == set(mutant.loses)
    assert named(got) == {mutant.named}
    if WHOLES[mutant.where] in wrong:
        assert 0.3 <= cost(got) <= 0.55


@pytest.mark.parametrize(
    ("order", "called"),
    [
        ("f_t, i_t, candidato_c_t, o_t", "lstm.input_and_forget_exchanged"),
        ("i_t, f_t, o_t, candidato_c_t", "lstm.candidate_and_output_exchanged"),
        ("o_t, candidato_c_t, f_t, i_t", "lstm.stacked_ocfi"),
    ],
)
def test_another_order_of_the_rows_has_a_name_and_costs_one_check(order: str, called: str) -> None:
    """The message says the order in which the rows are read."""
    got, wrong = own("celdaLSTM", written("celdaLSTM", ("i_t, f_t, candidato_c_t, o_t", order)))
    assert wrong == ["celdaLSTM/stacking_order"]
    assert named(got) == {called}


SINGLE = {
    "celdaLSTM": (("self.x_fc(x_t)", "self.x_fc(x_t.float())"),),
    "celdaGRU": (("(x_t)", "(x_t.float())"), ("_fc(h_t_1)", "_fc(h_t_1.float())")),
}


@pytest.mark.parametrize("name", WHOLES)
def test_a_right_cell_loses_nothing(name: str) -> None:
    """On more than one seed, and if its code insists on float32."""
    for seed in ("one", "two"):
        got, wrong = own(name, written(name), seed)
        assert not wrong
        assert not any(check.reading for check in got.checks)
    assert not own(name, written(name, *SINGLE[name]))[1]


@pytest.mark.slow
def test_numbers_that_overflow_cost_the_whole_on_every_seed() -> None:
    """A tanh of exponentials, right for all but large numbers."""
    quotient = "({0}.exp() - (-{0}).exp()) / ({0}.exp() + (-{0}).exp())".format("candidato_c_t")
    made = written("celdaLSTM", ("torch.tanh(candidato_c_t)", quotient))
    for seed in ("one", "two", "three"):
        assert own("celdaLSTM", made, seed)[1] == ["celdaLSTM/torch_lstm_cell"]


C, H = "c_t = f_t * c_t_1 + i_t * candidato_c_t", "h_t = o_t * torch.tanh(c_t)"
U = "h_t = z_t * h_t_1 + (1 - z_t) * candidato_h_t"
N = "torch.tanh(self.x_h_fc(x_t) + self.hr_h_fc(r_t * h_t_1))"
SLIPS = {
    "relu": ("celdaLSTM", "candidate", "torch.tanh(candidato_c_t)", "torch.relu(candidato_c_t)"),
    "1 - i": ("celdaLSTM", "input_gate", "torch.sigmoid(i_t)", "1 - torch.sigmoid(i_t)"),
    "1 - f for i": (
        "celdaLSTM",
        "cell_update",
        C,
        "c_t = f_t * c_t_1 + (1 - f_t) * candidato_c_t",
    ),
    "1 - i for f": ("celdaLSTM", "cell_update", C, C.replace("f_t", "(1 - i_t)")),
    "tanh kept": ("celdaLSTM", "cell_update", C, C.replace("= ", "= torch.tanh(") + ")"),
    "h of the c before": ("celdaLSTM", "hidden_state", H, "h_t = o_t * torch.tanh(c_t_1)"),
    "z twice": ("celdaGRU", "state_update", U, "h_t = z_t * h_t_1 + z_t * candidato_h_t"),
    "r for z": ("celdaGRU", "update_gate", U, "h_t = r_t * h_t_1 + (1 - r_t) * candidato_h_t"),
    "z for r": ("celdaGRU", "reset_gate", "r_t * h_t_1", "z_t * h_t_1"),
    "relu in a GRU": ("celdaGRU", "candidate", N, N.replace("tanh", "relu")),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_that_nobody_declared_is_shown_as_an_equation(slip: str) -> None:
    """It costs one check and the whole, and no name is given.

    Where another gate is used for one that is used once, either equation is as true.
    """
    name, check, old, new = SLIPS[slip]
    got, wrong = own(name, written(name, (old, new)))
    assert set(wrong) == {f"{name}/{check}", WHOLES[name]}
    assert any(one.reading for one in got.checks)
    assert not named(got)
    assert 0.3 <= cost(got) <= 0.55


Z1 = (U, "h_t = (1 - z_t) * h_t_1 + z_t * candidato_h_t")
RELU_L, RELU_G = (
    ("torch.tanh(candidato_c_t)", "torch.relu(candidato_c_t)"),
    (N, N.replace("tanh", "relu")),
)
TOGETHER: dict[str, tuple[str, tuple[tuple[str, str], ...], set[str], set[str]]] = {
    "a slip, and a known one in another output": (
        "celdaLSTM",
        (RELU_L, (H, "h_t = torch.tanh(c_t)")),
        {"candidate", "hidden_state"},
        {"lstm.hidden_without_output_gate"},
    ),
    "a slip, and a known one in the same": (
        "celdaLSTM",
        (RELU_L, ("torch.sigmoid(f_t)", "1 - torch.sigmoid(f_t)")),
        {"candidate", "forget_gate"},
        {"lstm.forget_gate_complemented"},
    ),
    "two slips": (
        "celdaLSTM",
        (SLIPS["tanh kept"][2:], (H, "h_t = o_t * torch.sigmoid(c_t)")),
        {"cell_update", "hidden_state"},
        set(),
    ),
    "a slip, and (c, h)": (
        "celdaLSTM",
        (RELU_L, ("return h_t, c_t", "return c_t, h_t")),
        {"returns_order", "candidate"},
        {"lstm.returns_cell_first"},
    ),
    "three of rows, and a slip": (
        "celdaLSTM",
        (RELU_L, ("i_t, f_t, candidato_c_t, o_t", "f_t, o_t, candidato_c_t, i_t")),
        {"stacking_order", "candidate"},
        {"lstm.stacked_foci"},
    ),
    "three known ones": (
        "celdaLSTM",
        (
            (C, "c_t = i_t * candidato_c_t"),
            (H, "h_t = o_t * c_t"),
            ("torch.sigmoid(o_t)", "torch.tanh(o_t)"),
        ),
        {"cell_update", "hidden_state", "output_gate"},
        {"lstm.no_forget_term", "lstm.hidden_without_tanh", "lstm.output_gate_with_tanh"},
    ),
    "z exchanged, and a known one": (
        "celdaGRU",
        (Z1, ("r_t * h_t_1", "h_t_1")),
        {"state_update", "reset_gate"},
        {"gru.update_exchanged", "gru.reset_unused"},
    ),
    "z exchanged, and a slip": (
        "celdaGRU",
        (Z1, RELU_G),
        {"state_update", "candidate"},
        {"gru.update_exchanged"},
    ),
    "z exchanged, and z for r": (
        "celdaGRU",
        (Z1, ("r_t * h_t_1", "z_t * h_t_1")),
        {"state_update", "reset_gate"},
        {"gru.update_exchanged"},
    ),
    "torch's reset, and a slip": (
        "celdaGRU",
        ((N, "torch.relu(self.x_h_fc(x_t) + r_t * self.hr_h_fc(h_t_1))"),),
        {"reset_before_product", "candidate"},
        {"gru.reset_after_product"},
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", TOGETHER)
def test_two_mistakes_hide_nothing_of_one_another(what: str) -> None:
    """Each costs its own check, known or not; both cost more than one and at most both."""
    name, edits, checks, called = TOGETHER[what]
    got, wrong = own(name, written(name, *edits))
    assert set(wrong) == {*(f"{name}/{check}" for check in checks), WHOLES[name]}
    assert named(got) == called
    assert 0.35 < cost(got) <= 0.55


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("celdaLSTM", "return h_t, c_t", "return (h_t + 0.1 * c_t).sin(), (c_t - x_t.sum()).cos()"),
        ("celdaGRU", "return h_t", "return (h_t - x_t.sum(1, keepdim=True)).cos()"),
    ],
)
def test_nobody_guesses_at_nonsense(name: str, old: str, new: str) -> None:
    got, wrong = own(name, written(name, (old, new)))
    assert WHOLES[name] in wrong
    assert not named(got)
    assert not any(one.reading for one in got.checks)


def test_a_cell_of_the_wrong_shape_is_not_run_any_further() -> None:
    got, _ = own("celdaLSTM", written("celdaLSTM", ("return h_t, c_t", "return h_t[:1], c_t[:1]")))
    outcomes = {check.id: check.outcome for check in got.checks}
    assert outcomes["celdaLSTM/interface"] == "failed"
    assert outcomes["celdaLSTM/candidate"] == outcomes[WHOLES["celdaLSTM"]] == "skipped"


def test_over_sequences_the_state_of_a_step_is_what_the_next_one_gets() -> None:
    """A cell that loses its state at the third call of an object is wrong in sequences alone."""
    forgets = (
        "self.veces = getattr(self, 'veces', 0) + 1\n"
        "        if self.veces == 3: c_t_1 = 0 * c_t_1\n"
        "        puertas = self.x_fc"
    )
    made = written("celdaLSTM", ("puertas = self.x_fc", forgets))
    assert own("celdaLSTM", made)[1] == ["celdaLSTM/torch_lstm_cell"]


def test_a_missing_cell_is_the_students_fault() -> None:
    student = Student(FakeCheck(Objects({})), Report(missing={"celdaLSTM": same("no está")}), {})
    with pytest.raises(StudentFault, match="no está"):
        student.celdaLSTM(3, 5)
