"""The attacks are described in full and cover what there is to withstand; a dozen are tried."""

from __future__ import annotations

import tomllib
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from attacks import corpus
from attacks.run import Verdict, try_all

if TYPE_CHECKING:
    from attacks.corpus import Case
    from attacks.grading import Watched

CASES = {case.id: case for case in corpus.load()}
PHRASES: dict[str, dict[str, list[str]]] = tomllib.loads(
    (corpus.HERE / "phrases.toml").read_text(encoding="utf-8")
)
QUICK = (
    *("os_exit_at_import", "thread_answers", "zeros"),
    *("files_between_submissions", "hidden_from_reading", "lazy_results"),
    *("heap_bomb", "wrong_checksum", "pickle"),
    *("zip_slip", "half_a_gigabyte", "id_that_is_a_formula", "ansi_at_import"),
)


def test_there_are_cases_of_every_group_and_no_two_are_called_the_same() -> None:
    assert len(CASES) == len(corpus.load()) >= 90
    assert {case.group for case in CASES.values()} == set(corpus.GROUPS)


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.id)
def test_a_case_says_what_it_must_get(case: Case) -> None:
    assert case.title
    assert case.verdict in corpus.VERDICTS
    assert case.twin in corpus.twins(b'{"cells": []}')
    assert (case.points == 100) == (not case.loses and case.status == "graded")
    if case.verdict == "OK":
        assert case.points == 100
    if case.verdict == "R":
        assert (case.status, case.points, bool(case.says)) == ("rejected", 0, True)
    if case.verdict == "S":
        assert case.outcomes or case.status == "rejected"
    if case.verdict == "0":
        assert case.points < 100
    if case.verdict == "F":
        assert case.flags or case.group == "Timing"


def test_every_phrase_has_cases_and_every_case_a_phrase() -> None:
    assert list(PHRASES) == list(corpus.GROUPS)
    assert all(cases for phrases in PHRASES.values() for cases in phrases.values())
    told = {case for phrases in PHRASES.values() for cases in phrases.values() for case in cases}
    assert told == set(CASES)


@pytest.fixture(scope="module")
def tried(
    docker_client: object,  # noqa: ARG001 - skips where there is no engine
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[list[Verdict], Watched]:
    cases = [CASES[name] for name in QUICK]
    work = tmp_path_factory.mktemp("attacks")
    return try_all(cases, work, seed="a few attacks", isolation="lane", jobs=2)


@pytest.mark.parametrize("name", QUICK)
def test_an_attack_gets_what_it_must(tried: tuple[list[Verdict], Watched], name: str) -> None:
    verdicts = [verdict for verdict in tried[0] if verdict.case.id == name]
    assert len(verdicts) == CASES[name].copies
    assert [verdict.wrong for verdict in verdicts] == [[]] * len(verdicts)


def test_attacks_hurt_no_neighbour_and_leave_nothing(tried: tuple[list[Verdict], Watched]) -> None:
    assert tried[1].wrong == []


def test_the_few_are_of_every_group() -> None:
    assert Counter(CASES[name].group for name in QUICK).keys() == set(corpus.GROUPS)
