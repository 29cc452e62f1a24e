"""A grade is told whole in the language that was asked for; what the student wrote stays."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from grader.assignments import assignment as assignments
from grader.feedback import student_page, student_terminal, terminal
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.fake import FakeSandbox
from grader.storage.replay import shown
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from grader.core.results import Grade

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
SAMPLES = ["29_dos_errores", "33_esqueleto", "36_sintaxis_en_lstm", "32_solo_texto"]
# Words that hardly a Spanish sentence is without, and that are none in English.
_SPANISH = re.compile(
    r"[áéíóúñ¿¡«»]|\b(de|del|el|la|los|las|lo|que|con|para|una?|por|se|tu|su|está|debería)\b",
    re.IGNORECASE,
)


@cache
def graded(sample: str) -> Grade:
    path = ROOT / "tests" / "submissions" / "lstm_gru" / f"{sample}.ipynb"
    terms = Terms(assignments.load(ROOT / "assignments/lstm_gru"), "s", FakeSandbox.image, "fake")
    return grade(Submission("s", "s", path.name, path.read_bytes()), terms, FakeSandbox().lane())


def on_terminal(grade: Grade, lang: str) -> str:
    """All that a terminal shows of a grade, without the code for the student's notebook."""
    screen = Console(file=io.StringIO(), record=True, width=400)
    everything = (
        student_terminal.render(grade, lang),
        terminal.class_table([grade], lang),
        terminal.line(grade, lang),
        shown(grade, None, lang),
    )
    for one in everything:
        screen.print(one)
    text = screen.export_text()
    cells = (check.reproduce for check in grade.checks if check.reproduce)
    code = {line.strip() for cell in cells for line in cell.splitlines()}
    return "\n".join(line for line in text.splitlines() if line.strip() not in code)


def on_page(grade: Grade, lang: str) -> str:
    """The text of the student's page, without code."""
    page = student_page.render(grade, lang)
    page = re.sub(r"(?s)<(pre|style|script)\b.*?</\1>", "", page)
    return re.sub(r"<[^>]*>", " ", page)


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("where", [on_terminal, on_page])
def test_in_english_there_is_no_spanish(sample: str, where: object) -> None:
    assert callable(where)
    text = where(graded(sample), "en")
    lines = [line.strip() for line in text.splitlines() if _SPANISH.search(line)]
    assert lines == []


@pytest.mark.parametrize("sample", SAMPLES)
def test_in_spanish_there_is(sample: str) -> None:
    assert _SPANISH.search(on_terminal(graded(sample), "es"))


def test_a_score_is_written_as_the_language_does() -> None:
    failed = graded("29_dos_errores")
    assert f"{failed.score:g}/100".replace(".", ",") in terminal.line(failed, "es")
    assert f"{failed.score:g}/100" in terminal.line(failed, "en")
