"""A part whose work torch's own cells did has a flag, and no points."""

from __future__ import annotations

import pytest

from grader.core.errors import Delegated, Place
from grader.core.i18n import tr
from grader.core.results import CheckResult, Flag
from grader.grading import delegation

SEEN = Delegated("lstm_cell", "celda", Place(2, 5))
RESULTS = [
    CheckResult("celda/a", "celda", "A", 3, 3, "passed"),
    CheckResult("celda/b", "celda", "B", 0, 4, "failed", "otra cosa"),
    CheckResult("modelo/c", "modelo", "C", 5, 5, "passed"),
]


def test_what_was_seen_becomes_a_flag_with_its_place() -> None:
    flag = delegation.flag(SEEN, "celda")
    assert (flag.kind, flag.part, flag.cell, flag.line) == ("delegation", "celda", 2, 5)
    assert "lstm_cell" in flag.text
    assert "lstm_cell" in flag.text_en
    assert delegation.flag_of([flag], "celda") is flag


def test_a_flag_of_another_kind_or_part_is_none_of_it() -> None:
    others = [Flag("attack", "celda", "x"), delegation.flag(SEEN, "modelo")]
    assert delegation.flag_of(others, "celda") is None
    assert delegation.why(others, "celda").es == ""


@pytest.mark.parametrize(("known", "part"), [("celda", "celda"), ("", "modelo"), ("x", "modelo")])
def test_it_is_the_part_whose_code_it_was_or_the_one_being_checked(known: str, part: str) -> None:
    assert delegation.whose(Delegated("lstm_cell", known), "modelo", {"celda", "modelo"}) == part


def test_why_says_the_first_part_that_is_flagged_and_where() -> None:
    flags = [delegation.flag(SEEN, "celda"), Flag("delegation", "modelo", "usa nn.LSTM")]
    assert delegation.why(flags, "nada", "celda", "modelo").es.startswith("«celda» ")
    assert delegation.why(flags, "celda").es.endswith("(celda [2], línea 5)")
    assert delegation.why(flags, "modelo").en == "“modelo” usa nn.LSTM"


def test_only_what_the_part_had_passed_is_taken_away() -> None:
    passed, failed, other = delegation.without_points(RESULTS, "celda", tr("expected"))
    assert (passed.outcome, passed.points, passed.max_points) == ("failed", 0, 3)
    assert (passed.message, passed.message_en) == ("esperado", "expected")
    assert [failed, other] == RESULTS[1:]
