"""A bank charges a mistake to the checks that it names, and reads what no name explains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.bank import Bank
from grader.checks.equations import mistake
from grader.checks.skipping import Skipped
from grader.core.i18n import Bilingual

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOT_HERE = Bilingual("aquí no corre", "it does not run here")
WORDS = (
    '["b.kept"]\nes = "p al revés"\nen = "p reversed"\n["b.none"]\nes = "falta"\nen = "missing"\n'
)


@dataclass(frozen=True)
class Pieces:
    rate: Callable[[float], float] = lambda p: p
    scale: Callable[[float], float] = lambda p: 1 / (1 - p)


@pytest.fixture
def bank(tmp_path: Path) -> Bank[Pieces]:
    (tmp_path / "words.toml").write_text(WORDS, encoding="utf-8")
    mistakes = (
        mistake(
            "b.kept", rate=lambda p: 1 - p, scale=lambda p: 1 / p, loses=("rate",), edit=("a", "b")
        ),
        mistake("b.none", scale=lambda _: 1.0, loses=("scale", "whole"), edit=("a", "b")),
    )
    place = (str(tmp_path / "test_it.py"), 1)
    moved = (replace(one, place=place) for one in mistakes)
    return Bank("it", Pieces(), *moved, written={"rate": "P(0)", "scale": "s"})


def explained_by(rate: Callable[[float], float], scale: Callable[[float], float]) -> Any:
    """Whether pieces give these rates and scales."""
    return lambda pieces: all(
        abs(pieces.rate(p) - rate(p)) < 1e-9 and abs(pieces.scale(p) - scale(p)) < 1e-9
        for p in (0.3, 0.6)
    )


def test_a_mistake_of_two_pieces_costs_the_check_that_it_names(bank: Bank[Pieces]) -> None:
    known = bank.diagnose(explained_by(lambda p: 1 - p, lambda p: 1 / p))
    found = known.about("rate")
    assert found is not None
    assert (found.id, known.about("scale")) == ("b.kept", None)
    assert known.but("scale").scale(0.3) == 1 / 0.3
    assert (known.but("rate").rate(0.3), known.but("rate").scale(0.3)) == (0.3, 1 / 0.7)


def test_a_check_that_is_no_piece_changes_nothing_of_that(bank: Bank[Pieces]) -> None:
    known = bank.diagnose(explained_by(lambda p: p, lambda _: 1.0))
    assert known.about("scale") is known.misconceptions[0]
    assert known.about("rate") is None
    assert bank.lost(bank.mistakes[1]) == ("it/scale", "it/whole")


def test_what_has_no_name_is_read_with_one_slip(bank: Bank[Pieces]) -> None:
    known = bank.diagnose(explained_by(lambda p: p, lambda p: 2 / (1 - p)))
    slip = known.about("scale")
    assert known.explained
    assert slip is not None
    assert slip.reading is not None
    assert (slip.id, slip.reading.text) == ("", "s = 2 / (1 − p)")
    assert "2 / (1 − p)" in slip.es


def test_a_slip_is_found_beside_a_name(bank: Bank[Pieces]) -> None:
    known = bank.diagnose(explained_by(lambda p: -p, lambda _: 1.0))
    assert [one.id for one in known.misconceptions] == ["b.none", ""]


def test_what_nothing_explains_stays_so(bank: Bank[Pieces]) -> None:
    known = bank.diagnose(explained_by(lambda p: p**3, lambda p: p**3))
    assert not known.explained
    assert known.misconceptions == ()


@pytest.mark.parametrize("breaks", [ZeroDivisionError, Skipped])
def test_a_slip_with_which_nothing_runs_is_passed_over(
    bank: Bank[Pieces], breaks: type[BaseException]
) -> None:
    """A piece of the student's own, asked for nonsense, skips the check that asks."""
    tried: list[Pieces] = []

    def explains(pieces: Pieces) -> bool:
        if any(pieces == replace(Pieces(), **one.changes) for one in bank.slips):
            tried.append(pieces)
            raise breaks(NOT_HERE)
        return False

    assert not bank.diagnose(explains).explained
    assert len(tried) == len(bank.slips) > 0
