"""Mutants made by machine: each operator on a tiny source, and how the mutants are called."""

import json
from pathlib import Path
from typing import Any

import pytest

from grader.validation.mutation import MachineMutant, mutants

REFERENCE = Path(__file__).parent.parent / "solutions" / "lstm_gru" / "lstm_gru.ipynb"
NAMES = ("celdaLSTM", "modeloLSTM", "celdaGRU", "modeloGRU", "genera_dataset")


def notebook(source: str) -> dict[str, Any]:
    return {"cells": [{"cell_type": "code", "source": source}]}


def made(source: str) -> list[MachineMutant]:
    return list(mutants(notebook(source), ["f"]))


def lines(body: str) -> set[str]:
    """Return what a line of a function of a, b becomes."""
    return {mutant.after for mutant in made(f"def f(a, b):\n    {body}")}


@pytest.mark.parametrize(
    ("body", "becomes"),
    [
        ("return torch.sigmoid(a)", {"return torch.tanh(a)", "return torch.relu(a)", "return a"}),
        ("return a + b", {"return a", "return b", "return a - b"}),
        ("return a * b", {"return a", "return b", "return a + b"}),
        ("return a / b", {"return b / a", "return a * b"}),
        ("return -a", {"return a"}),
        ("return a[1:]", {"return a[2:]", "return a[0:]", "return a[1:-1]"}),
        ("return a[:, 0]", {"return a[0, :]", "return a[1:, 0]", "return a[:-1, 0]"}),
        ("return range(a)", {"return range(1, a)", "return range(a - 1)"}),
        ("return a(0, 1)", {"return a(1, 0)"}),
        ("return (a, b)", {"return (b, a)"}),
        ("a, b = b", {"b, a = b"}),
        ("return a.chunk(4, dim=-1)", {"return a.chunk(4)", "return a.chunk(4, dim=-0)"}),
        ("return a.squeeze(-1)", {"return a", "return a.squeeze(1)"}),
        ("return a == b", {"return a != b"}),
        ("a += b", {"a = b", "a -= b"}),
        ("return True", {"return False"}),
        ("a.step()", {"pass"}),
    ],
)
def test_an_operator_changes_one_thing(body: str, becomes: set[str]) -> None:
    assert becomes - lines(body) == set()


def test_a_variable_becomes_the_one_bound_before_or_after_it() -> None:
    afters = {m.after for m in made("def f(a, b):\n    c = a\n    d = c\n    return d")}
    assert {"c = b", "d = b", "return c"} <= afters
    assert not afters & {"d = a", "return a", "return b"}


def test_a_layer_of_self_becomes_another_layer_and_no_size() -> None:
    source = (
        "class f:\n"
        "    def __init__(self, n):\n"
        "        self.n = n\n"
        "        self.u = Linear(n)\n"
        "        self.v = Linear(n)\n"
        "    def forward(self, x):\n"
        "        return self.u(x)"
    )
    afters = {mutant.after for mutant in made(source)}
    assert "return self.v(x)" in afters
    assert "return self.n(x)" not in afters


def test_a_statement_is_dropped_or_leaves_its_loop() -> None:
    source = "def f(a):\n    for b in a:\n        b.zero()\n        b.step()\n    return a"
    names = {mutant.name for mutant in made(source)}
    assert {"f:3 b.zero()→∅", "f:2 ⇤ b.zero()", "f:2 ⇤ b.step()", "f:2 ∅→break"} <= names


def test_what_leaves_an_idle_line_is_the_same_as_what_leaves_none() -> None:
    names = {
        mutant.name for mutant in made("def f(a):\n    a.step()\n    a = a.to(1)\n    return a")
    }
    assert {"f:2 a.step()→∅", "f:3 a = a.to(1)→∅"} <= names
    assert not names & {"f:2 .step()→∅", "f:3 .to(1)→∅"}


def test_a_block_is_taken_apart() -> None:
    source = "def f(a):\n    with torch.no_grad():\n        a.step()"
    assert "f:2 with torch.no_grad():→∅" in {mutant.name for mutant in made(source)}


def test_docstrings_and_prints_are_left_alone() -> None:
    source = 'def f(a):\n    """Give 1 + 1."""\n    print(a + 1)\n    return a'
    assert {mutant.name for mutant in made(source)} == {"f:4 return a→∅"}


def test_the_name_tells_the_line_in_the_cell_and_the_words_that_change() -> None:
    names = [m.name for m in made("import torch\n\ndef f(a, b):\n    return a(torch.tanh(b))")]
    assert "f:4 tanh→sigmoid" in names
    assert "f:4 torch.tanh(b)→b" in names


def test_two_of_one_name_are_numbered() -> None:
    names = [mutant.name for mutant in made("def f(a, b):\n    return a - b - a")]
    assert {"f:2 -→+", "f:2 -→+ #2"} <= set(names)
    assert len(names) == len(set(names))


def test_a_mutant_is_the_notebook_with_one_definition_changed() -> None:
    source = "x = 1\ndef g():\n    return 2\ndef f(a):\n    return a  # kept\ny = 3"
    (mutant,) = made(source)
    assert json.loads(mutant.content) == notebook(
        "x = 1\ndef g():\n    return 2\ndef f(a):\n    pass\ny = 3"
    )


def test_what_is_no_code_or_not_asked_for_has_no_mutants() -> None:
    cells = [
        {"cell_type": "markdown", "source": "def f(: 1"},
        *notebook("def g(): return 1")["cells"],
    ]
    assert list(mutants({"cells": cells}, ["f"])) == []


def test_the_reference_gives_hundreds_that_all_differ_and_always_the_same() -> None:
    reference = json.loads(REFERENCE.read_text(encoding="utf-8"))
    first, second = (list(mutants(reference, NAMES)) for _ in range(2))
    assert len(first) > 200
    assert len({mutant.content for mutant in first}) == len(first)
    assert first == second
