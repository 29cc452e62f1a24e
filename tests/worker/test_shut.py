"""What an assignment shuts, by its own list: families with all of their names, and single ones."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.worker.analysis.conduct import findings
from grader.worker.analysis.notebook import Cell
from grader.worker.analysis.shut import FAMILIES, for_part
from grader.worker.analysis.statements import statements

CELLS = ["torch.nn.LSTM*", "torch.nn.GRU*", "torch.nn.RNN*"]
WORDS = st.lists(
    st.sampled_from(
        ["LSTM", "GRU", "RNN", "lstm", "gru", "rnn", "Cell", "cell", "_", "x", "X", "Cong", "ence"]
    ),
    max_size=5,
).map("".join)


def shut_in(*patterns: str) -> list[str | None]:
    """Of six names of torch's, those that are shut by these patterns."""
    names = ("nn.LSTM", "nn.LSTMCell", "lstm_cell", "_VF.gru", "nn.GRUCell", "nn.Linear")
    found = for_part({"": patterns}, "")
    return [name for name in names if found.name(f"torch.{name}.forward")]


@given(WORDS)
def test_with_all_three_families_every_cell_is_shut_and_no_word_besides(word: str) -> None:
    means = word != "rnn" and re.search(r"LSTM|GRU|RNN|(?<![a-z])(lstm|gru|rnn)(?![a-z])", word)
    assert bool(for_part({"": CELLS}, "").name(f"torch.{word}")) == bool(means)


def test_layers_can_be_shut_and_their_cells_free() -> None:
    assert shut_in("torch.nn.LSTM", "torch.nn.GRU", "torch.nn.RNN") == ["nn.LSTM", "_VF.gru"]
    assert shut_in("torch.nn.LSTM*") == ["nn.LSTM", "nn.LSTMCell", "lstm_cell"]
    assert shut_in("torch.nn.*Cell") == ["nn.LSTMCell", "lstm_cell", "nn.GRUCell"]
    assert shut_in() == []


def test_an_operator_that_something_free_runs_through_is_not_watched() -> None:
    layers = for_part({"": ["torch.nn.LSTM", "torch.nn.GRU"]}, "").operators()
    assert {"aten::lstm.input", "aten::gru.data"} <= layers
    assert not {"aten::_cudnn_rnn", "aten::lstm_cell", "aten::_thnn_fused_lstm_cell"} & layers
    everything = {name for family in FAMILIES for name in family.operators}
    all_of_them = [*CELLS, "torch.nn.MultiheadAttention"]
    assert for_part({"": all_of_them}, "").operators() == everything
    assert for_part({}, "").operators() == set()


@pytest.mark.parametrize(
    "name",
    [
        "torch.conv1d",
        "torch._VF.conv1d",
        "torch.ops.aten.conv1d.default",
        "torch._C._VariableFunctions.conv1d",
        "torch.nn.functional.torch.conv1d",
        "torch.nn.Conv1d",
        "torch.nn.modules.conv.Conv1d",
        "torch.optim.lr_scheduler.StepLR",
    ],
)
def test_what_no_family_has_is_shut_by_name(name: str) -> None:
    shut = for_part({"": ["torch.*onv1d", "torch.nn.Conv*", "torch.optim.lr_scheduler"]}, "")
    assert shut.name(name)
    assert not shut.name("torch.optim.SGD")
    assert not shut.name("torch.nn.functional.conv1d")
    assert shut.operator("aten::conv1d") == "aten::conv1d"


def test_a_part_has_a_list_of_its_own() -> None:
    source = """
import torch
def uno(x): return torch.nn.Conv1d(1, 1, 1)(x) + torch.nn.GRU(1, 1)(x)
def dos(x): return torch.nn.Conv1d(1, 1, 1)(x) + torch.nn.GRU(1, 1)(x)
"""
    cells = [Cell(1, source, tuple(ast.parse(source).body))]
    shut = {"": ["torch.nn.GRU"], "dos": ["torch.nn.Conv1d"]}
    found = findings(statements(cells), ["uno", "dos"], shut)
    said = [(one.part, str(one.text).split(",")[0], one.kind) for one in found]
    assert said == [
        ("uno", "uses torch.nn.GRU", "conduct"),
        ("dos", "uses torch.nn.Conv1d", "delegation"),
        ("dos", "uses torch.nn.GRU", "conduct"),
    ]


def test_what_nobody_needs_is_looked_at_where_nothing_is_shut() -> None:
    source = "import torch\ndef uno(x): return eval(x), torch.nn.LSTM(1, 1)"
    cells = [Cell(1, source, tuple(ast.parse(source).body))]
    (found,) = findings(statements(cells), ["uno"], {})
    assert (found.kind, str(found.text).split(",")[0]) == ("conduct", "uses eval")
