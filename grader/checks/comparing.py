"""Cases of a check, made once and asked in one question, and the smallest where one fails."""

from __future__ import annotations

import functools
import random
from typing import TYPE_CHECKING, Any

import torch

from grader.checks.asserts import Mismatch
from grader.checks.case import PLAIN, draw, isolated, make
from grader.checks.strategies import Numbers
from grader.core.errors import StudentFault
from grader.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grader.checks.case import Case, Isolation
    from grader.checks.declared import Declared
    from grader.checks.form import Known
    from grader.checks.trial import Trials

    Compare = Callable[[Case, Mapping[str, Any]], None]

CASES, OF_WHOLE = 10, 25
"""How many cases a check tries."""
_SMALLER = 18  # cases that are tried for a smaller counterexample


def over(
    trials: Trials,
    cases: Sequence[Case],
    compare: Compare,
    known: Known,
    isolations: Sequence[Isolation] = (),
) -> None:
    """Compare all cases; where one fails, show the smallest that does. Raises Mismatch."""
    student = trials.student
    cases = [case.rounded(known.dtype) for case in cases]
    with student.unrecorded():
        try:
            answers = trials.ask_all(cases, known)
            failing = _first_failing(cases, answers, compare)
        except (StudentFault, Mismatch):
            failing = _first_raising(trials, cases, compare, known)
        if failing is None:
            return
        size = _bulk(failing)
        for case in [one.rounded(known.dtype) for one in _small(trials, isolations)]:
            if _bulk(case) < size and _first_raising(trials, [case], compare, known):
                failing = case
                break
    student.start_over()
    compare(failing, trials.ask(failing, known))
    raise unsteady()


def unsteady() -> Mismatch:
    """Return what to say where the same question has another answer the second time."""
    return Mismatch(
        tr(
            "it gives different results for the same input: does it use random numbers, or "
            "keep something from one call to the next?"
        )
    )


def _small(trials: Trials, isolations: Sequence[Isolation]) -> list[Case]:
    """Return small cases of small integers, the smallest first."""
    of, made = trials.of, []
    for number in range(_SMALLER):
        most = max(trials.least(), 1 + number % 3)
        sizes = {letter: min(most, largest) for letter, largest in of.largest.items()}
        numbers = Numbers(number, None, 1.0)
        made.append(isolated(make(of.inputs, of.shapes, sizes, numbers), isolations))
    return sorted(made, key=_bulk)


def _bulk(case: Case) -> int:
    """Return how much there is to read in a case."""
    return sum(
        len(str(value.tolist()))
        for value in case.show().values()
        if isinstance(value, torch.Tensor)
    )


def _first_failing(
    cases: Sequence[Case], answers: Sequence[Mapping[str, Any]], compare: Compare
) -> Case | None:
    for case, answer in zip(cases, answers, strict=True):
        try:
            compare(case, answer)
        except Mismatch:
            return case
    return None


def _first_raising(
    trials: Trials, cases: Sequence[Case], compare: Compare, known: Known
) -> Case | None:
    for case in cases:
        try:
            compare(case, trials.ask(case, known))
        except (StudentFault, Mismatch):
            return case
    return None


def drawn(
    trials: Trials,
    seed: int,
    count: int,
    isolations: Sequence[Isolation],
    scales: tuple[float | None, ...] = PLAIN,
    *,
    square: bool = False,
) -> list[Case]:
    """Return the cases that a seed stands for, isolated; sizes of 1 if they work at all.

    `square`: as a diagnosis has sizes.
    """
    sizes = (trials.least(), square)
    return list(_drawn(trials.of, seed, count, tuple(isolations), scales, sizes))


@functools.lru_cache(maxsize=128)
def _drawn(
    of: Declared,
    seed: int,
    count: int,
    isolations: tuple[Isolation, ...],
    scales: tuple[float | None, ...],
    sizes: tuple[int, bool],
) -> tuple[Case, ...]:
    """Return the same cases for all students of a run; `sizes`: the least, and whether alike."""
    numbers = random.Random(seed)  # noqa: S311 - cases follow from the run's seed
    (least, square), alike = sizes, of.alike
    return tuple(
        isolated(
            draw(
                of.inputs,
                of.shapes,
                of.largest,
                numbers.getrandbits(32),
                scales,
                least,
                alike if square else None,
            ),
            isolations,
        )
        for _ in range(count)
    )


def different(of: Declared, first: int, *, square: bool = False) -> dict[str, int]:
    """Return a size for each letter, no two alike, from the first on; or `square` ones."""
    found = {letter: first + place for place, letter in enumerate(of.largest)}
    return {letter: found[of.alike[letter]] for letter in found} if square else found
