"""The numbers of a run's checks follow from the secret seed, each check's and purpose's its own."""

from __future__ import annotations

from grader.grading.seeds import Seeds

CHECK = "celdaLSTM/lstm_cell"


def test_a_seed_gives_the_numbers_that_it_always_gave() -> None:
    """Else grades of before could not be made again."""
    seeds = Seeds("2026")
    got = (seeds.cases(CHECK), seeds.case(CHECK), seeds.worker(CHECK))
    assert got == (63370921004854540, 47364688897003155, 58529134589247318)


def test_no_two_numbers_are_the_same() -> None:
    numbers = [
        number
        for secret in ("a", "b")
        for check in (CHECK, "celdaGRU/gru_cell")
        for seeds in (Seeds(secret),)
        for number in (seeds.cases(check), seeds.case(check), seeds.worker(check))
    ]
    assert len(set(numbers)) == len(numbers)


def test_the_secret_is_not_shown() -> None:
    assert "tiza" not in repr(Seeds("tiza"))
