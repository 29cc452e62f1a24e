"""A check that was not passed names the definition and the method, and the line that is meant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import tiny

from grader.grading.grade import Terms, grade
from grader.sandbox.backends.fake import FakeSandbox
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from pathlib import Path

    from grader.core.results import CheckResult

CHECK = '''
import pytest
from grader.checks.asserts import require_shape
import torch

@pytest.mark.part("f")
@pytest.mark.points(100)
def test_one(student):
    """Da uno."""
    {asks}
'''
FUNCTION = "x = 1\n\ndef g():\n    return 1 / 0\n\ndef f():\n    return g()"
CLASS = """import torch

class f(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.fc = torch.nn.Linear(n, n)

    def forward(self, x):
        return self.fc(x)

    def reset_parameters(self):
        pass
"""


def checked(tmp_path: Path, source: str, asks: str, count: int | None = 7) -> CheckResult:
    """What comes of one check of a notebook whose second cell this is."""
    cells = [
        {"cell_type": "code", "source": text, "execution_count": number}
        for text, number in (("y = 2", None), (source, count))
    ]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    terms = Terms(tiny.assignment(tmp_path, CHECK.format(asks=asks)), "seed", "sha256:", "fake")
    submission = Submission("s", "s", "s.ipynb", json.dumps(notebook).encode())
    (check,) = grade(submission, terms, FakeSandbox().lane()).checks
    return check


def test_what_passes_has_no_place(tmp_path: Path) -> None:
    check = checked(tmp_path, "def f():\n    return 1", "student.f()")
    assert (check.cell, check.line, check.definition, check.execution) == (None, None, "", None)


@pytest.mark.parametrize(
    ("source", "asks", "line", "definition"),
    [
        (FUNCTION, "student.f()", 4, "g"),
        (CLASS.replace("self.fc(x)", "self.fd(x)"), "student.f(2)(torch.zeros(2))", 9, "f.forward"),
        (CLASS, "student.f('dos')", 6, "f.__init__"),
        (CLASS.replace("pass", "self.n"), "student.f(2).reset_parameters()", 12, "f.reset_param"),
    ],
    ids=["in a function that it calls", "in forward", "in its constructor", "in another method"],
)
def test_an_exception_is_where_it_was_raised(
    tmp_path: Path, source: str, asks: str, line: int, definition: str
) -> None:
    check = checked(tmp_path, source, asks)
    assert (check.outcome, check.cell, check.line, check.execution) == ("error", 2, line, 7)
    assert check.definition.startswith(definition)
    assert f"({check.definition}, línea {line} de su celda, In [7])" in check.message


WEIGHTS = "w = m.state_dict()['fc.bias']; require_shape(w, (9,), 'b')"


@pytest.mark.parametrize(
    ("asks", "line", "definition"),
    [
        ("m = student.f(2); y = m(torch.zeros(2)); require_shape(y, (9,), 'y')", 8, "f.forward"),
        (f"m = student.f(2); m.reset_parameters(); {WEIGHTS}", 11, "f.reset_parameters"),
        (f"m = student.f(2); {WEIGHTS}", 4, "f.__init__"),
    ],
    ids=["forward", "a method of its own", "what it is made with"],
)
def test_a_rule_is_at_the_method_that_was_asked(
    tmp_path: Path, asks: str, line: int, definition: str
) -> None:
    check = checked(tmp_path, CLASS, asks)
    assert (check.outcome, check.line, check.definition) == ("failed", line, definition)


def test_a_rule_of_a_function_is_at_its_header(tmp_path: Path) -> None:
    source = "import torch\n\ndef f():\n    return torch.zeros(2)"
    check = checked(tmp_path, source, "require_shape(student.f(), (9,), 'y')", None)
    assert (check.outcome, check.line, check.definition) == ("failed", 3, "f")
    assert check.execution is None
