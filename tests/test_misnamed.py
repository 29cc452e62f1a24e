"""A name off by a letter costs the first check of what it names, once; the rest is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.assignments import assignment as assignments
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.process import ProcessSandbox
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
name = "pasos"
title = { es = "Pasos", en = "Steps" }
[points]
suma = 60
junto = 40
[names]
suma = []
resta = []
"""
CHECKS = '''
import pytest

part, points, needs = pytest.mark.part, pytest.mark.points, pytest.mark.needs

@part("suma")
@points(10)
def test_form(student):
    """Forma."""
    assert student.suma(1, 2) is not None

@part("suma")
@points(50)
@needs("suma/form")
def test_rule(student):
    """Regla."""
    from grader.checks import Mismatch
    from grader.core.i18n import same
    if student.suma(1, 2) != 3:
        raise Mismatch(same("no suma"))

@part("junto")
@points(20)
@needs("suma/form")
def test_both(student):
    """Las dos."""
    assert not student.lost("suma/form")
    student.suma(1, 2)
    student.resta(1, 2)

@part("junto")
@points(20)
def test_other(student):
    """La otra."""
    student.resta(1, 2)
'''


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "lost"),
    [
        ("def suma(a, b): return a + b\ndef resta(a, b): return a - b", ""),
        ("def Suma(a, b): return a + b\ndef resta(a, b): return a - b", "form"),
        ("def sumar(a, b): return a + b\ndef resta(a, b): return a - b", "form"),
        ("def zuma(a, b): return a + b\ndef Resta(a, b): return a - b", "form other"),
        ("def Suma(a, b): return a * b\ndef resta(a, b): return a - b", "form rule"),
        ("def suma(a, b): return a + b\ndef restas(a, b): return a - b", "other"),
    ],
)
def test_a_name_off_by_a_letter_costs_once(tmp_path: Path, source: str, lost: str) -> None:
    (tmp_path / "assignment.toml").write_text(CONFIG)
    (tmp_path / "test_pasos.py").write_text(CHECKS)
    terms = Terms(assignments.load(tmp_path), "seed", "sha256:", "process")
    lane = ProcessSandbox().lane()
    try:
        graded = grade(Submission("s", "s", "s.py", source.encode()), terms, lane)
    finally:
        lane.close()
    failed = [one for one in graded.checks if one.outcome != "passed"]
    assert " ".join(one.id.partition("/")[2] for one in failed) == lost
    assert all(one.outcome == "failed" for one in failed)
    told = [one for one in failed if "tiene que llamarse" in one.message]
    assert len(told) == lost.count("form") + lost.count("other")
