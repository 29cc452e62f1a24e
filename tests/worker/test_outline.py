"""Where definitions and methods stand, however they are written, and what Jupyter shows there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from grader.core.errors import Place
from grader.sandbox.outline import Outline, outline_of
from grader.worker.reading import read

CELL = """import torch
class celda(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.n = n

    def forward(self, x):
        return x
"""


PATCH = """def patch(f):
    owner = next(iter(f.__annotations__.values()))
    setattr(owner, f.__name__, f)
    return f"""
TO = """def to(owner):
    def add(f):
        setattr(owner, f.__name__, f)
        return f
    return add"""
REGISTER = """def register(owner, **methods):
    for name, f in methods.items():
        setattr(owner, name, f)"""


def outline(*sources: str, counts: tuple[int | None, ...] = (), wanted: str = "celda") -> Outline:
    """The outline of a notebook with these cells, as the host has it."""
    numbers = [*counts, *[None] * (len(sources) - len(counts))]
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "source": source, "execution_count": count}
        for source, count in zip(sources, numbers, strict=True)
    ]
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    return outline_of(read(text.encode(), "a.ipynb", [wanted]).report()["outline"])


def said(place: Place | None) -> str:
    """A place in Spanish."""
    assert place is not None
    return place.said.es


@pytest.mark.parametrize(
    ("sources", "place"),
    [
        ([CELL], "celda.forward, línea 7 de su celda, celda [1]"),
        (["x = 1", CELL, CELL], "celda.forward, línea 7 de su celda, celda [3]"),
        ([f"if True:\n    class celda:\n        def forward(self): pass\n{CELL}"], "línea 10"),
        ([CELL.replace("celda(", "Base("), "class celda(Base):\n    pass"], "línea 7 de su celda"),
        ([CELL.replace("celda(", "Otra("), "celda = Otra"], "celda.forward, línea 7"),
        (
            [CELL, "def f(self, x):\n    return x\ncelda.forward = f"],
            "línea 1 de su celda, celda [2",
        ),
        ([CELL, "def g(self, x): pass", "setattr(celda, 'forward', g)"], "línea 1 de su celda, c"),
        ([CELL, "y = 2\ncelda.forward = lambda self, x: x"], "celda.forward, línea 2"),
        ([CELL, f"{PATCH}\n\n@patch\ndef forward(self: celda, x): pass"], "celda.forward, línea 7"),
        ([CELL, f"{TO}\n\n@to(celda)\ndef forward(self, x): pass"], "celda.forward, línea 8"),
        ([CELL, f"{REGISTER}\ndef g(self, x): pass\nregister(celda, forward=g)"], "línea 4"),
    ],
)
def test_a_method_is_found_however_it_is_written(sources: list[str], place: str) -> None:
    assert place in said(outline(*sources).method("celda", "forward"))


def test_a_method_that_is_not_there_has_no_place() -> None:
    assert outline(CELL).method("celda", "reset_parameters") is None
    assert outline("def celda(x): return x").method("celda", "forward") is None


@pytest.mark.parametrize(
    ("source", "line", "name"),
    [
        (CELL, 5, "celda.__init__"),
        (CELL, 2, "celda"),
        (CELL, 1, ""),
        ("def f(x):\n    def g(y):\n        return 1 / 0\n    return g(x)", 3, "f"),
        ("@torch.no_grad()\nasync def f(x):\n    return x", 1, "f"),
        (
            "try:\n    class C:\n        def m(self):\n            pass\nexcept E:\n    pass",
            4,
            "C.m",
        ),
    ],
)
def test_a_line_has_the_name_of_what_stands_there(source: str, line: int, name: str) -> None:
    assert outline(source).at(Place(1, line)).definition == name


@pytest.mark.parametrize(
    ("count", "place"),
    [
        (7, "celda.forward, line 8 of its cell, In [7]"),
        (None, "celda.forward, line 8 of its cell, cell [1]"),
        (0, "celda.forward, line 8 of its cell, cell [1]"),
    ],
)
def test_the_number_is_the_one_that_jupyter_shows(count: int | None, place: str) -> None:
    assert outline(CELL, counts=(count,)).at(Place(1, 8)).said.en == place


def test_what_stands_in_no_definition_has_the_number_alone() -> None:
    assert outline(CELL, "x = 1", counts=(3, 12)).at(Place(2, 1)).said.es == "In [12], línea 1"


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {"spans": 1, "methods": {}, "executions": []},
        {"spans": [["f", 1, 2]], "methods": {"f.g": [1]}, "executions": [[1, "7"], 3]},
        {"spans": [["f", True, 1, 2]], "methods": {1: [1, 2]}, "executions": [[True, 1]]},
        {"spans": [[["f"], 1, 1, 2]], "methods": {"f.g": None}, "executions": [{}]},
    ],
)
def test_what_is_no_outline_names_nothing(told: object) -> None:
    assert outline_of(told) == Outline()


def test_a_notebook_of_thousands_of_definitions_is_told_within_bounds() -> None:
    source = "\n".join(f"def f{number}(): pass" for number in range(3000))
    assert len(outline(source).spans) == 500


@pytest.mark.parametrize(
    "source",
    [
        "if a: pass\n" + "\n".join(f"elif a{n}: pass" for n in range(900)),
        "\n".join(["class c0: pass", *(f"c{n} = c{n - 1}" for n in range(1, 900)), "celda = c899"]),
        "\n".join(["class celda: pass", *(f"class c{n}(c{n + 1}): pass" for n in range(900))]),
        "celda = otra\notra = celda",
    ],
    ids=["elif after elif", "name after name", "base after base", "a circle"],
)
def test_what_is_deep_is_read(source: str) -> None:
    assert outline(source).method("celda", "forward") is None
