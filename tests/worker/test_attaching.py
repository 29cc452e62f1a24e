"""Methods that a class is given from outside are read and run with it; nothing else is."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

import pytest

from grader.worker.analysis.conduct import findings
from grader.worker.analysis.notebook import Cell
from grader.worker.analysis.slicing import choose
from grader.worker.analysis.statements import statements
from grader.worker.definitions import load
from grader.worker.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """A notebook takes the main module's place."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


SETS = (
    "def pon(C):\n    def d(f):\n        setattr(C, f.__name__, f)\n        return f\n    return d"
)
ATTACHED = {
    "decorator that takes the class": (SETS, "class P: pass", "@pon(P)\ndef g(self): return 1"),
    "by keyword": (
        "def pon(*, a):\n    return lambda f: setattr(a, 'g', f)",
        "class P: pass",
        "@pon(a=P)\ndef h(self): return 1",
    ),
    "decorator that is a class": (
        "class pon:\n def __init__(s, C): s.C = C\n def __call__(s, f): setattr(s.C, 'g', f)",
        "class P: pass",
        "@pon(P)\ndef g(self): return 1",
    ),
    "lambda": (
        "pon = lambda C: lambda f: setattr(C, f.__name__, f)",
        "class P: pass",
        "@pon(P)\ndef g(self): return 1",
    ),
    "annotation of self": (
        "def patch(f):\n    setattr(f.__annotations__['self'], f.__name__, f)\n    return f",
        "class P: pass",
        "@patch\ndef g(self: P): return 1",
    ),
    "annotation in quotes": (
        "import typing\ndef extiende(f): setattr(typing.get_type_hints(f)['self'], f.__name__, f)",
        "class P: pass",
        "@extiende\ndef g(self: 'P'): return 1",
    ),
    "call with the class": (
        "def registra(C, **m):\n    for n, f in m.items(): setattr(C, n, f)",
        "class P: pass",
        "def _g(self): return 1\nregistra(P, g=_g)",
    ),
    "helper that assigns": (
        "def registra(C, f): C.g = f",
        "class P: pass",
        "registra(P, lambda self: 1)",
    ),
    "helper of a helper": (
        SETS,
        "def todas(C, *fs):\n    for f in fs: pon(C)(f)",
        "class P: pass",
        "def g(self): return 1\ntodas(P, g)",
    ),
    "setattr in a loop": (
        "class P: pass\nclass Q: pass",
        "for C, f in ((P, lambda s: 1), (Q, lambda s: 2)):\n    setattr(C, 'g', f)",
    ),
    "assignment in a loop": (
        "class Q: pass\nclass P: pass",
        "def g(self): return 1",
        "for C in [P, Q]:\n    C.g = g",
    ),
    "another name": ("class P: pass", "C = P", "C.g = lambda self: 1"),
    "by way of a table": (
        "class P: pass",
        "T = {'p': P}",
        "def g(self): return 1",
        "setattr(T['p'], 'g', g)",
    ),
    "function without arguments": (
        "class P: pass",
        "def g(self): return 1",
        "def instala():\n    P.g = g",
        "instala()",
    ),
    "type's own setter": ("class P: pass", "type.__setattr__(P, 'g', lambda self: 1)"),
    "method of its own class": (
        "class Base:\n    @classmethod\n    def con(cls, f):\n        setattr(cls, f.__name__, f)",
        "class P(Base): pass",
        "@P.con\ndef g(self): return 1",
    ),
    "above the class": (SETS, "@pon(P)\ndef g(self): return 1", "class P: pass"),
    "package that is not here": (
        "from d2l_not_here import torch as d2l",
        "class P: pass",
        "@d2l.add_to_class(P)\ndef g(self): return 1",
    ),
    "patch of a package that is not here": (
        "from fastcore_not_here.basics import patch, patch_to",
        "class P: pass",
        "@patch\ndef h(self: P): return 1",
        "@patch_to(P)\ndef g(self): return self.h()",
    ),
}


def cells(*sources: str) -> list[Cell]:
    return [Cell(n, s, tuple(ast.parse(s).body)) for n, s in enumerate(sources, 1)]


@pytest.mark.parametrize("sources", ATTACHED.values(), ids=ATTACHED)
def test_a_method_that_is_attached_is_there(sources: tuple[str, ...]) -> None:
    program = read("\n".join(sources).encode(), "a.py", ["P"]).program
    assert load(program, ["P"]).namespace["P"]().g() == 1


@pytest.mark.parametrize(
    "rest",
    [
        "resultados = compara(P, epocas=3)",
        "m = P()\nm.g = 1",
        "m = entrena(P())",
        "m = P()\nfor k in range(3):\n    setattr(m, 'n', k)",
        "print(P)",
        "@memoria\ndef otra(x): return x",
        "for x in (1, 2):\n    P().g = x",
    ],
)
def test_what_only_uses_a_class_does_not_run(rest: str) -> None:
    helpers = (
        "def entrena(m):\n    for p in m.parameters(): p.grad = None\n    return m\n"
        "def compara(C, epocas):\n    m = C()\n    m.n = epocas\n    return entrena(m)\n"
        "def memoria(f): return f"
    )
    chosen = choose(statements(cells("class P: pass", helpers, rest)), ["P"]).statements
    assert [item.cell for item in chosen] == [1]


@pytest.mark.parametrize("name", ATTACHED)
def test_a_cell_of_torchs_that_is_attached_is_found(name: str) -> None:
    *before, last = ATTACHED[name]
    where = [*before, last]
    where = [one.replace("return 1", "return torch.nn.LSTMCell(1, 2)") for one in where]
    where = [one.replace(": 1", ": torch.nn.LSTMCell(1, 2)") for one in where]
    found = findings(statements(cells("import torch", *where)), ["P"], {"": ["torch.nn.LSTM*"]})
    assert "torch.nn.LSTMCell" in " ".join(str(one.text) for one in found)
