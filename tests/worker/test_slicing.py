"""Which statements of a notebook run: shown as lines of the source, in the order of running."""

from __future__ import annotations

import ast

import pytest
from spanish import spanish

from grader.worker.analysis.notebook import Cell
from grader.worker.analysis.slicing import Slice, choose, future, places
from grader.worker.analysis.statements import statements


def cell(number: int, source: str) -> Cell:
    return Cell(number, source, tuple(ast.parse(source).body))


def sliced(*sources: str, wanted: str = "f") -> Slice:
    found = statements(cell(number, source) for number, source in enumerate(sources, 1))
    return choose(found, [wanted])


def run(*sources: str, wanted: str = "f") -> list[str]:
    """The first line of each statement that runs."""
    chosen = sliced(*sources, wanted=wanted).statements
    return [ast.unparse(item.node).split("\n")[0] for item in chosen]


def test_a_name_has_its_place_where_it_is_defined_last() -> None:
    cells = [cell(1, "def f(): pass"), cell(4, "x = 1\n@x\ndef f(): pass\nf.y = 2")]
    assert places(statements(cells), ["f", "g"]) == {"f": [4, 3]}


def test_only_what_is_needed_runs() -> None:
    assert run("a = 1", "def f(): pass", "f()", "b = 2") == ["def f():"]


def test_what_a_function_uses_is_found_wherever_it_stands() -> None:
    assert run("def f(): return device", "x = 1", "device = 'cpu'") == [
        "def f():",
        "device = 'cpu'",
    ]


def test_what_is_used_is_followed_to_its_end() -> None:
    assert run("import torch", "def g(): return torch", "def f(): return g()") == [
        "import torch",
        "def g():",
        "def f():",
    ]


def test_the_last_definition_counts_with_a_notice() -> None:
    chosen = sliced("def f(): return 1", "def f(): return 2")
    assert [item.cell for item in chosen.statements] == [2]
    assert [(spanish(note.text), note.cell) for note in chosen.notices] == [
        ("«f» se define 2 veces; cuenta la última", 2)
    ]


def test_one_definition_gets_no_notice() -> None:
    assert sliced("def f(): return 1").notices == []


def test_a_class_that_builds_on_its_former_self_needs_it() -> None:
    assert run("class f: pass", "class f(f): x = 1") == ["class f:", "class f(f):"]


def test_what_is_needed_at_once_is_the_value_of_that_moment() -> None:
    sources = ("n = 1", "def f(x=n): pass", "n = 2")
    assert run(*sources) == ["n = 1", "def f(x=n):"]


def test_a_default_that_is_defined_below_runs_first_with_a_notice() -> None:
    chosen = sliced("def f(x=n): pass", "n = 2")
    assert [item.cell for item in chosen.statements] == [2, 1]
    assert "antes de definirse" in spanish(chosen.notices[0].text)


def test_one_function_attached_twice_is_each_time_the_one_above() -> None:
    sources = (
        "class A: pass\nclass B: pass",
        "def forward(self): return 1\nA.forward = forward",
        "def forward(self): return 2\nB.forward = forward",
    )
    chosen = sliced(*sources, wanted="A").statements
    assert [item.cell for item in chosen] == [1, 2, 2]


@pytest.mark.parametrize(
    "attach", ["f.g = 1", "setattr(f, 'g', 1)", "f.g: int = 1", "f.g += 1", "delattr(f, 'g')"]
)
def test_what_is_attached_to_a_wanted_name_runs(attach: str) -> None:
    assert run("class f: g = 0", attach) == ["class f:", attach]


def test_what_was_attached_to_a_former_version_does_not_run() -> None:
    assert run("class f: pass", "f.g = 1", "class f: x = 1") == ["class f:"]


@pytest.mark.parametrize(
    "setting", ["torch.set_default_dtype(1)", "torch.set_default_device('cpu')"]
)
def test_a_setting_always_runs(setting: str) -> None:
    assert run("import torch", setting, "f = 1") == ["import torch", setting, "f = 1"]


def test_a_star_import_always_runs() -> None:
    assert run("from torch.nn import *", "class f(Module): pass") == [
        "from torch.nn import *",
        "class f(Module):",
    ]


@pytest.mark.parametrize(
    "block",
    [
        "if True:\n    f = 1\nelse:\n    f = 2",
        "try:\n    import f\nexcept ImportError:\n    f = None",
        "with open('x') as f:\n    pass",
        "(f := 1)",
        "f, g = (1, 2)",
        "f: int = 1",
    ],
)
def test_every_way_to_bind_a_name_is_seen(block: str) -> None:
    assert run("x = 1", block) == [block.split("\n", maxsplit=1)[0]]


def test_a_conditional_definition_needs_the_one_above_it() -> None:
    assert run("f = 1", "if False:\n    f = 2") == ["f = 1", "if False:"]


def test_an_augmented_assignment_needs_the_value_above_it() -> None:
    assert run("f = 1", "f += 1", "def f2(): pass") == ["f = 1", "f += 1"]


def test_an_annotation_without_a_value_does_not_hide_the_value() -> None:
    assert "f = 1" in run("f = 1", "f: int")


def test_a_loop_that_binds_the_name_too_does_not_run() -> None:
    assert run("f = 1", "for f in range(3): entrena()", "while True: f = 2") == ["f = 1"]


def test_a_loop_runs_where_nothing_else_binds_the_name() -> None:
    assert run("f = 1", "for g in range(3): pass", wanted="g") == ["for g in range(3):"]


def test_what_was_deleted_is_still_defined() -> None:
    assert run("def f(): pass", "del f") == ["def f():"]


@pytest.mark.parametrize(
    "user",
    [
        "@decora\ndef f(): pass",
        "class f(decora): pass",
        "def f(x=decora): pass",
        "class f:\n    xs = [decora(x) for x in range(3)]",
        "class f:\n    def g(self):\n        return [decora(x) for x in 'ab']",
        "def f():\n    def inner():\n        return decora\n    return inner",
        "f = lambda: decora",
        "def f(x: decora): pass",
        "class f(metaclass=decora): pass",
        "f = [decora for _ in 'a']",
        "f = (y := decora)",
    ],
)
def test_every_use_of_a_name_is_seen(user: str) -> None:
    assert run("def decora(x): pass", "y = 0", user)[0] == "def decora(x):"


@pytest.mark.parametrize(
    "user",
    [
        "def f(n): return n",
        "f = [n for n in 'a']",
        "f = {n for n in 'a'}",
        "f = {n: n for n in 'a'}",
        "f = [[n for n in m] for m in ['a']]",
        "class f:\n    xs = [n for n in 'a']",
        "def f():\n    n = 1\n    return n",
    ],
)
def test_a_name_of_its_own_is_not_looked_up(user: str) -> None:
    assert [item.cell for item in sliced("n = 1", user).statements] == [2]


@pytest.mark.parametrize("made", ["[(last := n) for n in 'a']", "{(last := n): 0 for n in 'a'}"])
def test_a_name_that_a_comprehension_binds_is_there(made: str) -> None:
    assert run(f"names = {made}", "def f(): return last") == [f"names = {made}", "def f():"]


def test_a_global_that_a_function_changes_is_needed() -> None:
    assert run("n = 0", "def f():\n    global n\n    n += 1") == ["n = 0", "def f():"]


def test_two_functions_that_call_each_other_both_run() -> None:
    assert run("def f(): g()", "def g(): f()") == ["def f():", "def g():"]


@pytest.mark.parametrize(
    "odd",
    ["def f(x):\n    global x", "def f():\n    x = 1\n    global x", "f = " + "+".join("1" * 900)],
    ids=["argument", "late global", "long sum"],
)
def test_what_python_refuses_to_analyse_is_still_found(odd: str) -> None:
    assert [item.cell for item in sliced("x = 1", odd).statements][-1] == 2


def test_a_future_import_runs_first_of_all() -> None:
    chosen = sliced("from __future__ import annotations", "def f(): pass").statements
    assert future(chosen[0].node) != 0


def test_an_unknown_future_sets_nothing() -> None:
    assert future(ast.parse("from __future__ import paz").body[0]) == 0
