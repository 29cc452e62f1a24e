from __future__ import annotations

import json
import sys
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import torch
from spanish import spanish

from grader.protocol import wire
from grader.sandbox.lane import cell_name
from grader.worker.definitions import Loaded, load
from grader.worker.program import Program
from grader.worker.reading import Reading, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.worker.analysis.notebook import Notice


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """A notebook may change torch's settings and replace the last one's module."""
    before, main = torch.get_default_dtype(), sys.modules["__main__"]
    yield
    torch.set_default_dtype(before)
    sys.modules["__main__"] = main


def notebook(*sources: str) -> bytes:
    cells = [
        {"cell_type": "code", "source": s, "metadata": {}, "outputs": [], "execution_count": 1}
        for s in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@dataclass
class Both:
    """What was read, and what came of running it."""

    read: Reading
    ran: Loaded

    @property
    def namespace(self) -> dict[str, Any]:
        return self.ran.namespace

    @property
    def notices(self) -> list[Notice]:
        return self.read.notices + self.ran.notices

    @property
    def missing(self) -> dict[str, Any]:
        absent = self.read.absent | self.ran.failed
        return {name: why for name, why in absent.items() if name not in self.ran.defined}


def both(content: bytes, filename: str, wanted: str) -> Both:
    """Read, and run what was read as another process gets it."""
    found = read(content, filename, [wanted], {}, cell_name())
    program = Program.from_bytes(found.program.to_bytes())
    return Both(found, load(program, [wanted]))


def loaded(*sources: str, wanted: str = "f") -> Both:
    return both(notebook(*sources), "a.ipynb", wanted)


def call(*sources: str) -> Any:
    """What the notebook's f() returns."""
    return loaded(*sources).namespace["f"]()


def texts(found: Both) -> str:
    return "\n".join(spanish(notice.text) for notice in found.notices)


COUNTER = "veces = []"

USUAL = {
    "magics": ("%matplotlib inline\n!pip install torch\nx = 1", "def f(): return x"),
    "a magic inside a function": ("def f():\n    %time y = 1\n    !ls\n    return 1",),
    "google.colab": ("from google.colab import drive\ndrive.mount('/d')", "def f(): return 1"),
    "input": ("n = input()", "def f(): return 1"),
    "cells that raise": ("raise ValueError('x')", "1 / 0", "def f(): return 1"),
    "syntax errors": ("def g(:", "def f(): return 1"),
    "defined twice": ("def f(): return 0", "def f(): return 1"),
    "timed cell": ("%%time\ndef f(): return 1",),
    "device below": ("def f(): return device", "x = 2", "y = 3", "device = 1"),
    "default below": ("def f(x=n): return x", "n = 1"),
    "attached later": ("class A: pass", "A.g = lambda self: 1", "def f(): return A().g()"),
    "setattr": ("class A: pass", "setattr(A, 'g', 1)", "def f(): return A.g"),
    "chain": ("class A: x = 1", "class B(A): pass", "class C(B): pass", "def f(): return C.x"),
    "decorator": ("def d(g): return lambda: 1", "@d\ndef f(): return 0"),
    "torch's decorator": ("import torch", "@torch.no_grad()\ndef f(): return 1"),
    "star import": ("from math import *", "def f(): return floor(1.5)"),
    "comprehension in a class": (
        "n = 1",
        "class A:\n    xs = [n for _ in range(1)]",
        "def f(): return A.xs[0]",
    ),
    "global statement": ("n = 0", "def f():\n    global n\n    n += 1\n    return n"),
    "conditional definition": (
        "if True:\n    def g(): return 1\nelse:\n    def g(): return 2",
        "def f(): return g()",
    ),
    "optional import": (
        "try:\n    import nada\nexcept ImportError:\n    nada = 1",
        "def f(): return nada",
    ),
    "dataclass": (
        "from dataclasses import dataclass",
        "@dataclass\nclass A:\n    x: int = 1",
        "def f(): return A().x",
    ),
    "nested functions": ("def f():\n    def g(): return n\n    return g()", "n = 1"),
    "walrus": ("(n := 1)", "def f(): return n"),
    "del": ("n = 1", "del n", "def f(): return n"),
    "augmented assignment": ("n = 0", "n += 1", "def f(): return n"),
    "main guard": ("def f(): return 1", "if __name__ == '__main__':\n    f = None"),
    "a name rebound": ("torch = 1", "def f(): return torch"),
    "display": ("def f():\n    display(1)\n    return 1",),
    "super": (
        "class A:\n    def __init__(self): self.x = 1",
        "class B(A):\n    def __init__(self): super().__init__()",
        "def f(): return B().x",
    ),
    "a future import": (
        "from __future__ import annotations",
        "def f(x: NoImportado = 1) -> Tampoco: return x",
    ),
    "a future import in the middle of a cell": (
        "x = 1\nfrom __future__ import annotations\ndef f(x: NoImportado = 1): return x",
    ),
    "a dataclass after a future import": (
        "from __future__ import annotations\nfrom dataclasses import dataclass",
        "@dataclass\nclass A:\n    x: NoImportado = 1",
        "def f(): return A().x",
    ),
    "a future that does not exist": ("from __future__ import paz", "def f(): return 1"),
    "a long sum": ("n = " + "+".join(["0"] * 900) + "+1", "def f(): return n"),
    "exit": ("exit()", "import sys\nsys.exit(0)", "def f(): return 1"),
    "emoji": ("# ☕ años\nn = 1", "def f(): return n"),
}


@pytest.mark.parametrize("name", USUAL)
def test_a_usual_notebook_gives_its_function(name: str) -> None:
    assert call(*USUAL[name]) == 1


def test_training_at_top_level_does_not_run() -> None:
    train = "for _ in range(10):\n    veces.append(1)\nentrena()"
    guard = "if __name__ == '__main__':\n    entrena()"
    sources = (COUNTER, "def entrena(): veces.append(4)", train, guard, "def f(): return veces")
    assert call(*sources) == []


def test_what_does_not_run_is_told_once_for_each_cell() -> None:
    found = loaded("x = 1\nprint(x)", "def f(): pass\n\nf()\nf()")
    assert [(note.cell, note.line) for note in found.notices] == [(1, 1), (2, 3)]


def test_a_cell_without_definitions_of_use_gets_no_notice_for_its_imports() -> None:
    assert loaded("import os\n'texto'", "def f(): pass").notices == []


def test_a_cell_that_checks_gets_no_notice_and_another_magic_does() -> None:
    check = "%load_ext grader\n%check f --strict"
    found = loaded(check, "%load_ext autoreload", "def f(): pass")
    assert [(note.cell, note.line) for note in found.notices] == [(2, 1)]


def test_what_fails_while_defining_says_where() -> None:
    found = loaded("x = 1", "y = 2\nclass f(nada): pass")
    why = "NameError: name 'nada' is not defined (celda [2], línea 2)"
    assert spanish(found.missing["f"]) == why


def test_an_annotation_whose_name_is_missing_fails_as_in_the_notebook() -> None:
    assert "NameError" in spanish(loaded("def f(x: Tensor): pass").missing["f"])


@pytest.mark.parametrize(
    ("sources", "cells"),
    [(["def f(:"], "la celda [1] tiene"), (["x = 1", "f(", "g("], "las celdas [2], [3] tienen")],
)
def test_a_name_hidden_by_syntax_errors_says_which_cells(sources: list[str], cells: str) -> None:
    assert cells in spanish(loaded(*sources).missing["f"])


def test_a_name_that_is_nowhere_is_missing() -> None:
    assert spanish(loaded("x = 1").missing["f"]) == "no está definido en el cuaderno"


@pytest.mark.parametrize("source", ["def f(x):\n    global x", "def f():\n    x = 1\n    global x"])
def test_a_function_that_python_refuses_says_why(source: str) -> None:
    assert spanish(loaded("x = 1", source).missing["f"]).startswith("SyntaxError")


@pytest.mark.parametrize(
    "body", ["def __str__(self): 1 / 0", "def __str__(self): return '\\ud800'"]
)
def test_an_exception_that_cannot_be_shown_is_no_trouble(body: str) -> None:
    found = loaded(f"class E(Exception):\n    {body}", "def raises(): raise E", "f = raises()")
    assert wire.encode(found.ran.report())
    assert spanish(found.missing["f"]).startswith("E: ")


def test_a_device_that_is_not_here_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    found = loaded("import torch\ndevice = torch.device('cuda')", "def f(): return device")
    assert "«device» pide una GPU" in texts(found)


def test_a_device_that_is_no_device_stays_as_it_is() -> None:
    odd = "class Raro:\n    def __str__(self): 1 / 0"
    assert loaded(odd, "device = Raro()", "def f(): return device").ran.defined == ["f"]


@pytest.mark.parametrize("lines_above", [0, 3])
def test_a_traceback_speaks_the_notebooks_language(lines_above: int) -> None:
    found = loaded("x = 1", "\n" * lines_above + "def f():\n    y = 1\n    return y / 0")
    try:
        found.namespace["f"]()
    except ZeroDivisionError as error:
        text = "".join(traceback.format_exception(error))
    assert f'File "celda [2]", line {lines_above + 3}' in text
    assert "return y / 0" in text


@pytest.mark.parametrize("magic", ["%%time", "!pip install torch", "\n%matplotlib inline"])
def test_lines_stay_right_beside_a_magic(magic: str) -> None:
    found = loaded(f"{magic}\ndef f():\n    return 1")
    assert found.namespace["f"].__code__.co_firstlineno == magic.count("\n") + 2


def test_one_forward_for_two_cells_is_each_time_the_one_above() -> None:
    sources = (
        "class A: pass\nclass B: pass",
        "def forward(self): return 1\nA.forward = forward",
        "def forward(self): return 2\nB.forward = forward",
        "def f(): return A().forward(), B().forward()",
    )
    assert call(*sources) == (1, 2)


def test_a_later_future_import_leaves_earlier_cells_alone() -> None:
    found = loaded("def f(x: Tensor): pass", "from __future__ import annotations")
    assert found.ran.defined == []


def test_our_own_future_imports_do_not_reach_the_notebook() -> None:
    assert call("def f(x: int = 1): return f.__annotations__['x'] is int") is True


def test_a_module_is_read_and_what_its_main_part_does_is_not_run() -> None:
    source = b"veces = []\ndef f(): return veces\nif __name__ == '__main__':\n    n = f() + [1]\n"
    assert both(source, "tarea.py", "f").namespace["f"]() == []


@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b'{"cells": [', b"\xff"])
def test_what_is_no_notebook_is_unreadable_and_defines_nothing(content: bytes) -> None:
    found = both(content, "a.ipynb", "f")
    assert (bool(found.read.unreadable), found.ran.defined) == (True, [])


def test_notices_are_cut_before_they_are_a_flood() -> None:
    assert len(loaded(*["print(1)"] * 500).read.report()["notices"]) == 200


def test_a_default_dtype_that_the_notebook_sets_holds() -> None:
    found = loaded(
        "import torch\ntorch.set_default_dtype(torch.float64)", "def f(): return torch.ones(1)"
    )
    assert found.namespace["f"]().dtype == torch.float64
