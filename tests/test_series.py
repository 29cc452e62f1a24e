"""What is prepared from a series knows no future, and the run tells right from wrong."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from campaign_series import PROBES, ROOT, RUN, SOLUTIONS, definitions, share

from grader.assignments import assignment
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.fake import FakeSandbox
from grader.submissions.model import Submission
from grader.validation.solutions import mutate, vary

EVERY = [
    definitions(SOLUTIONS.reference),
    *(definitions(vary(SOLUTIONS.notebook, one)) for one in SOLUTIONS.variants),
]
MUTANTS = {one.name: one for one in SOLUTIONS.mutants}
DAYS, KNOWN, WINDOW = 60, 30, 5


@pytest.mark.parametrize("names", EVERY)
@pytest.mark.parametrize("horizon", [1, 3])
def test_another_future_leaves_training_as_it_is(names: dict[str, Any], horizon: int) -> None:
    series = torch.randn(DAYS, generator=torch.Generator().manual_seed(1))
    other = series.clone()
    other[KNOWN:] = 1e3
    asked = (WINDOW, horizon, 0.5, 0.25)
    before, after = (names["prepara"](one, *asked)["entrenamiento"] for one in (series, other))
    assert all(torch.equal(one, same) for one, same in zip(before, after, strict=True))
    assert len(before[0]) == KNOWN - WINDOW - horizon + 1


@pytest.mark.parametrize("names", EVERY)
def test_every_answer_is_in_one_part_or_between_two(names: dict[str, Any]) -> None:
    series = torch.arange(float(DAYS))
    made = names["prepara"](series, WINDOW, 2, 0.5, 0.25)
    ends = {"entrenamiento": (0, 30), "validacion": (30, 45), "prueba": (45, DAYS)}
    for part, (first, end) in ends.items():
        read, said = (made["escalador"].invierte(one).round() for one in made[part])
        assert said.min() == max(first, WINDOW)
        assert said.max() == end - 1
        assert torch.equal(read[:, -1] + 1, said[:, 0])


def test_a_window_short_or_too_long_has_none() -> None:
    for n in range(6):
        read, said = PROBES.ventanas_bien(torch.arange(n), 4, 2)
        assert (read.shape, said.shape) == ((max(0, n - 5), 4), (max(0, n - 5), 2))


def test_the_last_two_of_three_exchanged_cost_the_order_of_what_is_returned() -> None:
    wrong = MUTANTS["divide_temporal: validation and test exchanged"]
    content = mutate(SOLUTIONS.notebook, wrong)
    series = assignment.load(ROOT / "assignments" / "series")
    terms = Terms(series, "any seed", FakeSandbox.image, FakeSandbox.name)
    lane = FakeSandbox().lane()
    try:
        handed_in = Submission("me", "me", "me.ipynb", content)
        graded = grade(handed_in, terms, lane, only=("divide_temporal",))
    finally:
        lane.close()
    lost = {one.id for one in graded.checks if one.outcome != "passed"}
    assert lost == {"divide_temporal/returned"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_right_network_beats_persistence_and_one_that_forgets_does_not(seed: int) -> None:
    assert share(EVERY[0], seed) < RUN.MOST
    wrong = MUTANTS["modeloSerie: ser.state_reset"]
    assert share(definitions(mutate(SOLUTIONS.notebook, wrong)), seed) > RUN.MOST
