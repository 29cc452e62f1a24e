"""What is asked for is found under a guard, in any order, behind objects of its name, near it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from spanish import spanish

from grader.worker.definitions import load
from grader.worker.reading import Reading, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.worker.analysis.conduct import Finding


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """A notebook takes the main module's place."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


SHUT = {"": ["torch.nn.LSTM*"]}
GUARDED = {
    "everything": ("if __name__ == '__main__':\n    n = 1\n    def f(): return n",),
    "only what is needed": ("if '__main__' == __name__:\n    n = 1", "def f(): return n"),
    "an import": (
        "if __name__ == '__main__':\n    import math",
        "def f(): return int(math.cos(0))",
    ),
    "main()": (
        "def main():\n    global n\n    n = 1",
        "def f(): return n",
        "if __name__ == '__main__':\n    main()",
    ),
    "the other branch": ("n = 1", "if __name__ != '__main__':\n    n = 2", "def f(): return n"),
    "else": ("if __name__ != '__main__':\n    n = 2\nelse:\n    n = 1", "def f(): return n"),
    "within": ("if True:\n    if __name__ == '__main__':\n        n = 1", "def f(): return n"),
    "in a function": ("def f(): return int(__name__ == '__main__')",),
    "a guard that trains": (
        "def f(): return 1",
        "if __name__ == '__main__':\n    f()\n    while True: pass",
    ),
}
AGAIN = {
    "object": "f = f()",
    "object that is changed": "f = f().bit_length()",
    "number": "f = 3",
    "nothing": "f = None",
    "list of objects": "f = [f() for _ in range(2)]",
    "pair": "f, n = f(), 3",
    "of something unknown": "import math\nf = math.sqrt(4)",
    "annotated": "f: int = f()",
    "under a guard": "if __name__ == '__main__':\n    f = f()",
    "when opened": "import contextlib\nwith contextlib.nullcontext(3) as f: pass",
    "conditional": "f = f() if True else None",
}
STILL = {
    "decorated": "def d(g): return lambda: g() + 1\nf = d(f)",
    "another function": "def g(): return 2\nf = g",
    "lambda": "f = lambda: 2",
    "partial": "import functools\nf = functools.partial(f, 2)",
    "made by a function": "def hace():\n    return lambda: 2\nf = hace()",
}
IN_ANY_ORDER = {
    "base in the last cell": (
        "class A(Base): n = 1",
        "def f(): return A().n",
        "import enum as redes\nclass Base(redes.auto): pass",
    ),
    "constant in the last cell": ("def f(x=N): return x", "M = 3", "N = M - 2"),
    "decorator in the last cell": (
        "@d\ndef f(): return 0",
        "import functools\ndef d(g):\n    return functools.wraps(g)(lambda: g() + 1)",
    ),
    "what a call needs": ("n = hace()", "def f(): return n", "k = 1", "def hace(): return k"),
    "a chain": ("class A(B): pass", "class B(C): pass", "class C: n = 1", "def f(): return A.n"),
    "a table that is filled": (
        "class A(T['b']): pass",
        "def f(): return A.n",
        "class B: n = 1\nT = {}\nT['b'] = B",
    ),
    "called in a class body": (
        "class A:\n    n = hace()",
        "def f(): return A.n",
        "c = 1\ndef hace(): return c",
    ),
    "stars": ("n = floor(1.5)", "def f(): return n", "from math import *"),
    "the class below its instance": ("a = A()", "def f(): return a.n", "class A: n = 1"),
}
NEAR = {
    "celdaGRU": (
        "CeldaGRU",
        "celdaGru",
        "celda_GRU",
        "celdaGUR",
        "celdaGRUs",
        "cedaGRU",
        "ceIdaGRU",
    ),
    "modelo_prueba": ("modeloPrueba", "modelo_prueva", "modelo_pruebas", "Modelo_Prueba"),
}
FAR = {
    "celdaGRU": ("celdaLSTM", "GRU", "celda", "miCeldaGRU"),
    "convolucion1d": ("convolucion2d", "convolucion"),
    "f": ("g", "ff"),
}


def both(*sources: str, wanted: str = "f") -> tuple[Reading, dict[str, Any]]:
    marked = "".join(f"# %%\n{source}\n" for source in sources)
    found = read(marked.encode(), "a.py", wanted.split(), SHUT)
    ran = load(found.program, wanted.split())
    found.notices += ran.notices
    return found, ran.namespace


def texts(found: Reading) -> str:
    return "\n".join(spanish(one.text) for one in found.notices)


@pytest.mark.parametrize("sources", GUARDED.values(), ids=GUARDED)
def test_the_guard_is_true(sources: tuple[str, ...]) -> None:
    assert both(*sources)[1]["f"]() == 1


def test_the_guard_of_another_module_is_read_for_conduct() -> None:
    cell = "if __name__ == '__main__':\n    import torch\n    def f(): return torch.nn.LSTM(1, 2)"
    assert [one.cell for one in both(cell)[0].flags] == [1]


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
def test_a_definition_counts_although_its_name_is_bound_again(again: str) -> None:
    found, names = both("def f(): return 1", again, "def g(): return f, n", wanted="f g")
    assert names["f"]() == 1
    bound = "import" not in again
    assert "«f» pasa a nombrar algo" in texts(found) or not bound


@pytest.mark.parametrize("again", STILL.values(), ids=STILL)
def test_what_is_a_definition_counts_in_its_turn(again: str) -> None:
    before = "def f(x=1): return x"
    found, names = both(before, again)
    assert (names["f"](), texts(found).count("pasa a nombrar")) == (2, 0)


def test_a_long_training_that_takes_a_wanted_name_does_not_run() -> None:
    loop = "def f(n):\n    while n: pass\n    return 1"
    assert both(loop, "f = f(True)")[1]["f"](0) == 1


def test_an_object_is_all_there_is_where_nothing_defines_the_name() -> None:
    assert both("f = 3")[1]["f"] == 3


@pytest.mark.parametrize("sources", IN_ANY_ORDER.values(), ids=IN_ANY_ORDER)
def test_definitions_in_any_order_are_run_in_theirs(sources: tuple[str, ...]) -> None:
    found, names = both(*sources)
    assert names["f"]() == 1
    assert "se ejecuta primero su definición" in texts(found) or "*" in sources[-1]


def test_what_is_moved_up_leaves_the_rest_in_its_place() -> None:
    cells = ("n = 1", "class A(B): m = n", "n = 2", "class B: k = n", "def f(): return A.m, B.k")
    assert both(*cells)[1]["f"]()[1] == 2


@pytest.mark.parametrize(("wanted", "written"), [(k, v) for k, vs in NEAR.items() for v in vs])
def test_a_name_off_by_a_letter_is_used_and_told(wanted: str, written: str) -> None:
    user = f"def h(): return {written}() + globals()['{written}']()"
    found, names = both(f"def {written}(): return 1", user, wanted=f"{wanted} h")
    assert (names[wanted](), names["h"](), found.renamed) == (1, 2, {wanted: written})
    assert f"defines {written}: tiene que llamarse {wanted}" in texts(found)
    assert found.places[wanted] == [1, 2]


@pytest.mark.parametrize(("wanted", "written"), [(k, v) for k, vs in FAR.items() for v in vs])
def test_a_name_of_something_else_is_left_alone(wanted: str, written: str) -> None:
    found, names = both(f"def {written}(): return 1", wanted=wanted)
    assert (wanted in names, found.renamed) == (False, {})


@pytest.mark.parametrize(
    "sources",
    [
        ("def Celda(): pass", "def celda(): pass"),
        ("def CELDA(): pass", "def Celda(): pass"),
        ("def Celda(): pass", "celda = Celda"),
        ("def celdas(): pass", "def celdat(): pass"),
    ],
)
def test_a_name_that_is_there_or_in_doubt_is_left_alone(sources: tuple[str, ...]) -> None:
    assert both(*sources, wanted="celda")[0].renamed == {}


def test_an_object_of_the_wanted_name_does_not_hide_a_class_that_is_near() -> None:
    found, names = both("class CeldaGRU: n = 1", "celdaGRU = CeldaGRU()", wanted="celdaGRU")
    assert (names["celdaGRU"].n, isinstance(names["celdaGRU"], type)) == (1, True)
    assert found.renamed == {"celdaGRU": "CeldaGRU"}


def flags_of(*sources: str) -> list[Finding]:
    return both("import torch", *sources, wanted="celda modelo")[0].flags


@pytest.mark.parametrize("body", ["torch.nn.LSTM(1, 2)", "torch.nn.LSTMCell(1, 2)"])
def test_what_a_near_name_borrows_is_its_own_and_nobody_elses(body: str) -> None:
    cell = f"class Celda:\n    def g(self): return {body}"
    model = "class modelo:\n    def g(self): return Celda()"
    assert [one.part for one in flags_of(cell, model)] == ["celda"]
    assert flags_of(cell.replace(body, "1"), model) == []
