from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.recurrent import (
    gradients,
    gru_misconceptions,
    lstm_misconceptions,
    models,
    testing_loop,
    training_loop,
)

if TYPE_CHECKING:
    from grader.checks.misconceptions import Misconception

ASSIGNMENT = Path(__file__).parents[2] / "assignments/lstm_gru"
BANKS: dict[str, tuple[Misconception, ...]] = {
    "test_celda_lstm": lstm_misconceptions.BANK,
    "test_celda_gru": gru_misconceptions.BANK,
    "test_modelo_lstm": models.BANK,
    "test_modelo_entrenamiento": training_loop.BANK,
    "test_modelo_prueba": testing_loop.BANK,
}
TERMS = [
    (module, item.id, equation, item.term)
    for module, bank in BANKS.items()
    for item in bank
    for equation in item.changes
    if item.term
]
FLOWS = [("test_gradientes", item.id, "lstm_cell", item.term) for item in gradients.BANK]


@pytest.mark.parametrize(("module", "name", "check", "term"), [*TERMS, *FLOWS])
def test_a_term_occurs_in_both_titles_of_the_check_that_it_explains(
    module: str, name: str, check: str, term: str
) -> None:
    titles = getattr(checks(module), f"test_{check}").__doc__.split("\n\n")
    assert all(term in title for title in titles), f"{name}: {term} is not in {titles}"


def checks(module: str) -> Any:
    spec = importlib.util.spec_from_file_location(module, ASSIGNMENT / f"{module}.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made
