"""Right draws pass, wrong ones do not, and the chance of a false alarm is what is written."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
import torch

from grader.checks import Mismatch
from grader.checks import random_functions as chance

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

SEEDS = range(30)
RUNS, THREE_SIGMA = 10_000, 0.0027


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def fails(check: Callable[[], None]) -> bool:
    try:
        check()
    except Mismatch:
        return True
    return False


# rate


@pytest.mark.parametrize(("of", "p"), [(7, 0.5), (300, 0.1), (20_000, 0.9)])
def test_draws_at_the_rate_pass(of: int, p: float) -> None:
    for seed in SEEDS:
        zeros = int((torch.rand(of, generator=generator(seed)) < p).sum())
        chance.rate(zeros, of, p, quantity="ceros")


@pytest.mark.parametrize(("p", "wrong"), [(0.3, 0.7), (0.5, 0.45), (0.1, 0.13), (0.8, 0.75)])
def test_draws_at_another_rate_are_caught(p: float, wrong: float) -> None:
    for seed in SEEDS:
        zeros = int((torch.rand(20_000, generator=generator(seed)) < wrong).sum())
        with pytest.raises(Mismatch):
            chance.rate(zeros, 20_000, p, quantity="ceros")


@pytest.mark.parametrize(("count", "p"), [(1, 0.0), (99, 1.0), (0, 1.0)])
def test_without_chance_there_is_no_tolerance(count: int, p: float) -> None:
    chance.rate(round(100 * p), 100, p, quantity="ceros")
    with pytest.raises(Mismatch):
        chance.rate(count, 100, p, quantity="ceros")


@pytest.mark.parametrize(("of", "p"), [(20, 0.3), (57, 0.5), (400, 0.02)])
def test_the_tails_are_those_of_the_binomial_distribution(of: int, p: float) -> None:
    masses = [math.comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(of + 1)]
    for count in range(of + 1):
        right = math.fsum(masses[: count + 1] if count <= of * p else masses[count:])
        assert chance.tail(count, of, p) == pytest.approx(right, rel=1e-9)


@pytest.mark.parametrize(("of", "p"), [(2_000, 0.3), (500, 0.5), (150, 0.9)])
def test_at_three_sigma_a_rate_alarms_as_often_as_derived(of: int, p: float) -> None:
    counts = range(of + 1)
    alarming = [
        count
        for count in counts
        if fails(lambda: chance.rate(count, of, p, quantity="", alarm=THREE_SIGMA))  # noqa: B023
    ]
    derived = math.fsum(
        math.exp(
            math.lgamma(of + 1)
            - math.lgamma(k + 1)
            - math.lgamma(of - k + 1)
            + k * math.log(p)
            + (of - k) * math.log1p(-p)
        )
        for k in alarming
    )
    assert 0 < derived <= THREE_SIGMA
    drawn = torch.binomial(
        torch.full((RUNS,), float(of)), torch.full((RUNS,), p), generator=generator(1)
    )
    seen = sum(int(one) in set(alarming) for one in drawn.tolist())
    chance.rate(seen, RUNS, derived, quantity="")


def test_what_is_no_count_is_an_error_of_the_author() -> None:
    for count, of, p in ((5, 4, 0.5), (0, 0, 0.5), (1, 4, 1.5), (-1, 4, 0.5)):
        with pytest.raises(ValueError, match="no count"):
            chance.rate(count, of, p, quantity="")


# moments, normal, uniform

DRAWS: dict[str, Callable[[int, torch.Generator], Tensor]] = {
    "normal": lambda n, g: torch.randn(n, generator=g),
    "uniform": lambda n, g: (2 * torch.rand(n, generator=g) - 1) * 3**0.5,
    "signs": lambda n, g: torch.randint(0, 2, (n,), generator=g) * 2.0 - 1,
    "triangle": lambda n, g: torch.rand(2, n, generator=g).sub(0.5).sum(0) * 6**0.5,
}


@pytest.mark.parametrize("count", [1, 10, 3_000])
@pytest.mark.parametrize("name", DRAWS)
def test_moments_of_right_draws_pass(name: str, count: int) -> None:
    for seed in SEEDS:
        values = 0.2 + 0.05 * DRAWS[name](count, generator(seed))
        chance.moments(values, 0.2, 0.05**2, quantity="pesos")


@pytest.mark.parametrize(("name", "count"), [*zip(DRAWS, (400, 5, 60, 400), strict=True)])
def test_moments_alarm_at_most_as_often_as_derived(name: str, count: int) -> None:
    source = generator(2)
    seen = sum(
        fails(
            lambda: chance.moments(DRAWS[name](count, source), 0, 1, quantity="", alarm=THREE_SIGMA)
        )
        for _ in range(RUNS)
    )
    assert seen <= RUNS * THREE_SIGMA


HE = (2 / 200) ** 0.5  # of (300, 200)
WRONG_NORMAL: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "uniform with the same variance": lambda _, u: (2 * u - 1) * 3**0.5 * HE,
    "variance for deviation": lambda n, _: n * HE**2,
    "fan_out for fan_in": lambda n, _: n * (2 / 300) ** 0.5,
    "Xavier": lambda n, _: n * (2 / 500) ** 0.5,
    "cut at two deviations": lambda n, _: (n * HE).clamp(-2 * HE, 2 * HE),
    "off by a tenth of a deviation": lambda n, _: n * HE + 0.1 * HE,
    "signs": lambda n, _: n.sign() * HE,
    "positive": lambda n, _: n.abs() * HE,
    "zeros": lambda n, _: n * 0,
    "nan": lambda n, _: n * torch.nan,
}


@pytest.mark.parametrize("seed", range(30))
def test_normal_draws_pass(seed: int) -> None:
    for shape in ((300, 200), (7, 11), (1, 1)):
        values = torch.randn(shape, generator=generator(seed)) * HE
        chance.normal(values, 0, HE, quantity="he_normal")


@pytest.mark.parametrize("name", WRONG_NORMAL)
def test_what_is_not_that_normal_is_caught(name: str) -> None:
    for seed in range(10):
        source = generator(seed)
        drawn = torch.randn(300, 200, generator=source), torch.rand(300, 200, generator=source)
        with pytest.raises(Mismatch):
            chance.normal(WRONG_NORMAL[name](*drawn), 0, HE, quantity="he_normal")


BOUND = (6 / 500) ** 0.5
WRONG_UNIFORM: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "normal with the same variance": lambda n, _: n * BOUND / 3**0.5,
    "the bound as deviation": lambda n, _: n * BOUND,
    "the bound of one fan": lambda _, u: (2 * u - 1) * (6 / 200) ** 0.5,
    "the root of three": lambda _, u: (2 * u - 1) * (3 / 500) ** 0.5,
    "positive only": lambda _, u: u * BOUND,
    "the bound squared": lambda _, u: (2 * u - 1) * BOUND**2,
    "a normal that is cut": lambda n, _: (n * BOUND / 3**0.5).clamp(-BOUND, BOUND),
    "nan": lambda n, _: n * torch.nan,
}


@pytest.mark.parametrize("seed", range(30))
def test_uniform_draws_pass(seed: int) -> None:
    for shape in ((300, 200), (7, 11), (1,)):
        values = (2 * torch.rand(shape, generator=generator(seed)) - 1) * BOUND
        chance.uniform(values, -BOUND, BOUND, quantity="xavier_uniforme")
        chance.uniform(values + 3, 3 - BOUND, 3 + BOUND, quantity="xavier_uniforme")


@pytest.mark.parametrize("name", WRONG_UNIFORM)
def test_what_is_not_that_uniform_is_caught(name: str) -> None:
    for seed in range(10):
        source = generator(seed)
        drawn = torch.randn(300, 200, generator=source), torch.rand(300, 200, generator=source)
        with pytest.raises(Mismatch):
            chance.uniform(WRONG_UNIFORM[name](*drawn), -BOUND, BOUND, quantity="xavier")


def test_the_pages_figures_of_what_is_seen_are_so() -> None:
    for seed in SEEDS:
        source = generator(seed)
        same_moments = (2 * torch.rand(10_000, generator=source) - 1) * 3**0.5
        with pytest.raises(Mismatch):
            chance.normal(same_moments, 0, 1, quantity="")
        with pytest.raises(Mismatch):
            chance.rate(
                int((torch.rand(20_000, generator=source) < 0.33).sum()), 20_000, 0.3, quantity=""
            )


def test_normal_and_uniform_alarm_at_most_as_often_as_derived() -> None:
    source, seen = generator(3), [0, 0]
    for _ in range(3_000):
        n, u = torch.randn(300, generator=source), torch.rand(300, generator=source)
        seen[0] += fails(lambda: chance.normal(n, 0, 1, quantity="", alarm=0.05))  # noqa: B023
        seen[1] += fails(lambda: chance.uniform(u, 0, 1, quantity="", alarm=0.05))  # noqa: B023
    assert all(0 < one < 0.05 * 3_000 for one in seen), seen


def test_the_first_value_beyond_a_bound_is_shown() -> None:
    values = torch.zeros(3, 4)
    values[1, 2] = values[2, 0] = 7.0
    with pytest.raises(Mismatch, match=r"pesos\[1, 2\]") as caught:
        chance.uniform(values, -1, 1, quantity="pesos")
    assert "7" in caught.value.message.en
    assert caught.value.message.es != caught.value.message.en


# Masks: inverted dropout, and dropout with one mask for all steps

P, B, T, D = 0.3, 8, 6, 300


def dropout(source: torch.Generator) -> Tensor:
    """What inverted dropout makes of ones, (B, T, D), one mask for all T."""
    kept = torch.rand(B, 1, D, generator=source) >= P
    return kept.double().expand(B, T, D) / (1 - P)


def judge(outputs: Tensor) -> None:
    """What a check of dropout with one mask for all steps asks."""
    chance.constant_along(outputs, 1, quantity="máscara")
    first = outputs[:, 0]
    chance.differs_along(first, 0, P, quantity="máscara")
    chance.rate(int((first == 0).sum()), first.numel(), P, quantity="ceros")
    scaled = int((first == 1 / (1 - P)).sum())
    chance.rate(scaled, first.numel(), 1 - P, quantity="escalados")


def test_right_masks_pass() -> None:
    for seed in SEEDS:
        judge(dropout(generator(seed)))


WRONG_MASKS: dict[str, Callable[[torch.Generator], Tensor]] = {
    "no scaling": lambda g: dropout(g) * (1 - P),
    "scaled by p": lambda g: dropout(g) * (1 - P) / P,
    "kept with p": lambda g: (torch.rand(B, 1, D, generator=g) < P).double().expand(B, T, D) / P,
    "one mask a step": lambda g: (torch.rand(B, T, D, generator=g) >= P).double() / (1 - P),
    "one mask for the batch": lambda g: dropout(g)[:1].expand(B, T, D),
    "two samples share one": lambda g: dropout(g)[[0, 1, 2, 3, 4, 5, 6, 2]],
    "no mask": lambda _: torch.ones(B, T, D).double(),
    "no mask, scaled": lambda _: torch.ones(B, T, D).double() / (1 - P),
}


@pytest.mark.parametrize("name", WRONG_MASKS)
def test_wrong_masks_are_caught(name: str) -> None:
    for seed in range(20):
        with pytest.raises(Mismatch):
            judge(WRONG_MASKS[name](generator(seed)))


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_the_first_place_that_changes_is_shown(axis: int) -> None:
    mask = torch.zeros(4, 4, 4)
    index = [1, 1, 1]
    index[axis] = 2
    mask[tuple(index)] = 1
    with pytest.raises(Mismatch) as caught:
        chance.constant_along(mask, axis, quantity="máscara")
    assert str(index) in caught.value.message.en
    index[axis] = 0
    assert str(index) in caught.value.message.en


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_the_first_two_that_are_alike_are_shown(axis: int) -> None:
    drawn = torch.randn(5, 40, generator=generator(4))
    drawn[3] = drawn[1]
    with pytest.raises(Mismatch, match="1 y 3"):
        chance.differs_along(drawn.movedim(0, axis), axis, quantity="ruido")


def test_continuous_draws_differ() -> None:
    for seed in SEEDS:
        chance.differs_along(torch.rand(20, 3, generator=generator(seed)), 0, quantity="ruido")


@pytest.mark.parametrize("shape", [(1, 500), (10, 20), (3, 0)])
def test_too_small_a_mask_is_an_error_of_the_author(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="too few"):
        chance.differs_along(torch.zeros(shape), 0, 0.5, quantity="")


# categorical

PROBABILITIES = torch.tensor([0.5, 0.25, 0.2, 0.05, 0.0])


def counts(weights: Tensor, seed: int, of: int = 20_000) -> Tensor:
    drawn = torch.multinomial(weights, of, replacement=True, generator=generator(seed))
    return drawn.bincount(minlength=len(weights))


def test_right_draws_of_categories_pass() -> None:
    for seed in SEEDS:
        chance.categorical(counts(PROBABILITIES, seed), PROBABILITIES, quantity="ids")
        chance.categorical(counts(PROBABILITIES, seed, 3), 7 * PROBABILITIES, quantity="ids")


WRONG_DRAWS: dict[str, Tensor] = {
    "uniform": torch.ones(5),
    "of probability 0": torch.tensor([0.5, 0.25, 0.2, 0.049, 0.001]),
    "times a temperature": PROBABILITIES**1.2,
    "the likeliest alone": torch.tensor([1.0, 0, 0, 0, 0]),
    "exchanged": PROBABILITIES[[0, 2, 1, 3, 4]],
    "the logits' exponential twice": PROBABILITIES.exp(),
}


@pytest.mark.parametrize("name", WRONG_DRAWS)
def test_draws_from_other_probabilities_are_caught(name: str) -> None:
    for seed in range(20):
        with pytest.raises(Mismatch):
            chance.categorical(counts(WRONG_DRAWS[name], seed), PROBABILITIES, quantity="ids")


def test_the_smallest_category_that_is_off_is_shown() -> None:
    with pytest.raises(Mismatch, match="ids: 1 ") as caught:
        chance.categorical([500, 0, 500], [0.4, 0.2, 0.4], quantity="ids")
    assert "200" in caught.value.message.en
    with pytest.raises(Mismatch, match="ids: 2 ") as caught:
        chance.categorical([500, 500, 1], [0.5, 0.5, 0.0], quantity="ids")
    assert "probability is 0" in caught.value.message.en


@pytest.mark.parametrize("wrong", [[0.5, -0.5], [torch.nan, 1.0], [0.0, 0.0], [math.inf, 1.0]])
def test_what_are_no_probabilities_is_said(wrong: list[float]) -> None:
    with pytest.raises(Mismatch, match="probabilidades"):
        chance.categorical([1, 1], wrong, quantity="ids")


def test_categories_alarm_at_most_as_often_as_derived() -> None:
    source = generator(5)
    weights = PROBABILITIES.expand(3_000, 5)
    drawn = torch.multinomial(weights, 400, replacement=True, generator=source)
    seen = sum(
        fails(
            lambda: chance.categorical(
                one.bincount(minlength=5),  # noqa: B023
                PROBABILITIES,
                quantity="",
                alarm=0.05,
            )
        )
        for one in drawn
    )
    assert 0 < seen < 0.05 * 3_000
