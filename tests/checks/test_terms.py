"""What is marked in a check's title stands in it, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grader.assignments import assignment as assignments
from grader.checks import words
from grader.grading import collection, marks, suite
from grader.recurrent import gradients, model_equations, testing_words, training_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from grader.checks.misconceptions import Misconception

ASSIGNMENT = Path(__file__).parents[2] / "assignments" / "lstm_gru"
BANKS: dict[str, tuple[Misconception, ...]] = {
    "modeloLSTM": model_equations.BANK,
    "modelo_entrenamiento": tuple(training_words.WORDS.values()),
    "modelo_prueba": tuple(testing_words.WORDS.values()),
}


def test_a_term_occurs_in_both_titles_of_the_check_that_it_explains() -> None:
    items = suite.collect(assignments.load(ASSIGNMENT))
    titles = {marks.identity(item): marks.title(item) for item in items}
    terms = [*declared(items), *written()]
    assert len(terms) > 10
    for mistake, check, term in terms:
        title = titles[check]
        assert term in title.es and term in title.en, f"{mistake}: {term} is not in {title}"  # noqa: PT018


def declared(items: list[pytest.Item]) -> Iterator[tuple[str, str, str]]:
    """Yield the mistakes of definitions whose words mark a piece of their checks' titles."""
    known = words.load(ASSIGNMENT).marks
    for made in collection.definitions(items):
        for one in made.mistakes:
            if known[one.id] and "returned" not in one.terms:
                for check in one.loses:
                    yield one.id, made.identity(check), known[one.id]


def written() -> Iterator[tuple[str, str, str]]:
    """Yield those of the banks that are written in Python."""
    for part, bank in BANKS.items():
        for one in bank:
            if one.term:
                for rule in one.changes:
                    yield one.id, f"{part}/{rule}", one.term
    for one in gradients.BANK:
        if one.term:
            yield one.id, "gradientes/lstm_cell", one.term
