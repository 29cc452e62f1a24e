"""A loop with one mistake loses the check of the rule that it breaks, and is told how."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from grader.checks import Mismatch, assert_close
from grader.core.limits import Limits
from grader.recurrent import loops, model_gradients, models, testing_loop, training_loop
from grader.sandbox.backends.fake import FakeSandbox
from grader.student.student import Student
from recurrent.cells import LSTM as LSTM_MODEL
from recurrent.model_mistakes import CELLS, LSTM, MODEL_MISTAKES
from recurrent.testing_mistakes import TESTING, TESTING_MISTAKES
from recurrent.training_mistakes import TRAINING, TRAINING_MISTAKES, with_edits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

pytestmark = pytest.mark.filterwarnings("ignore:Using a target size")
CASES = [loops.make(7, 11, 3), loops.make(8, 5, 2)]
TRAINING_RULES = (
    *("zero_grad", "step", "train_mode", "loss_function", "loss", "shapes", "every_batch"),
)
KEEPS = "the state of the call before"
MODEL_RULES = ("every_step", "step_order", "batch_first", "initial_state", "output")
MODELS = [models.make(3, (3, 4, 2), 3, 2), models.make(4, (2, 5, 1), 2, 3)]
TESTING_RULES = ("loss", "accuracy", "eval_mode", "loss_function", "shapes", "returns_order")


@contextmanager
def student(source: str, *names: str) -> Iterator[Student]:
    code = f"import torch\n{source}".encode()
    with (
        FakeSandbox().lane().open(code, "a.py", [*names], Limits()) as session,
        session.check(0) as check,
    ):
        yield Student(check, session.report, {})


def lost(source: str, name: str, loop: ModuleType, rules: tuple[str, ...]) -> dict[str, str]:
    """The checks that fail, and what each names."""
    found = {}
    with student(source, name) as one:
        loop.require_runs(one)
        for rule in rules:
            try:
                for case in CASES:
                    loop.judge(one, case, rule)
            except Mismatch as mismatch:
                named = mismatch.misconception
                found[rule] = named.id.partition(".")[2] if named else ""
    return found


def lost_in_training(source: str) -> dict[str, str]:
    return lost(source, "modelo_entrenamiento", training_loop, TRAINING_RULES)


def lost_in_testing(source: str) -> dict[str, str]:
    return lost(source, "modelo_prueba", testing_loop, TESTING_RULES)


def lost_in_model(source: str) -> dict[str, str]:
    found = {}
    with student(CELLS + source, "celdaLSTM", "modeloLSTM") as one:
        models.require_shapes(one, LSTM_MODEL)
        for rule in MODEL_RULES:
            try:
                for case in MODELS:
                    tried = models.trial(one, LSTM_MODEL, case, judging=rule)
                    assert_close(
                        tried.y,
                        tried.expected,
                        quantity="y",
                        case=tried.case,
                        misconception=tried.misconception,
                    )
            except Mismatch as mismatch:
                named = mismatch.misconception
                found[rule] = named.id.partition(".")[2] if named else ""
    return found


def test_right_loops_lose_nothing() -> None:
    assert lost_in_model(LSTM) == {}
    assert lost_in_training(TRAINING) == {}
    assert lost_in_testing(TESTING) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edits", "rule", "named"),
    [row[1:] for row in TRAINING_MISTAKES],
    ids=[row[0] for row in TRAINING_MISTAKES],
)
def test_a_mistake_in_training_loses_its_rule_alone(
    edits: tuple[tuple[str, str], ...], rule: str, named: str
) -> None:
    assert lost_in_training(with_edits(TRAINING, edits)) == {rule: named}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edits", "rule", "named"),
    [row[1:] for row in TESTING_MISTAKES],
    ids=[row[0] for row in TESTING_MISTAKES],
)
def test_a_mistake_in_testing_loses_its_rule_alone(
    edits: tuple[tuple[str, str], ...], rule: str, named: str
) -> None:
    assert lost_in_testing(with_edits(TESTING, edits)) == {rule: named}


@pytest.mark.parametrize(
    "change",
    ["dropout before fc", "dropout between steps", "a state kept", "a random state"],
)
def test_a_model_that_gives_something_else_each_time_is_not_called_cut(change: str) -> None:
    edits = {row[0]: row[1] for row in MODEL_MISTAKES} | {
        "dropout between steps": (("(h, c))", "(torch.nn.functional.dropout(h, 0.5), c))"),),
        "a state kept": {row[0]: row[1] for row in MODEL_MISTAKES}[KEEPS],
        "a random state": (("torch.zeros", "torch.rand"),),
    }
    with (
        student(CELLS + with_edits(LSTM, edits[change]), "celdaLSTM", "modeloLSTM") as one,
        pytest.raises(Mismatch) as caught,
    ):
        model_gradients.judge_model(one, LSTM_MODEL, MODELS[0])
    assert caught.value.misconception is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edits", "rule", "named"),
    [row[1:] for row in MODEL_MISTAKES],
    ids=[row[0] for row in MODEL_MISTAKES],
)
def test_a_mistake_in_a_model_loses_its_rule_alone(
    edits: tuple[tuple[str, str], ...], rule: str, named: str
) -> None:
    assert lost_in_model(with_edits(LSTM, edits)) == {rule: named}
