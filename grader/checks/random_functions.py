"""Whether numbers that a student's code drew could come from the right distribution.

    rate(int((mask == 0).sum()), mask.numel(), p, quantity=tr("the zeros"))
    normal(weights, 0, (2 / fan_in) ** 0.5, quantity="he_normal")
    constant_along(mask, 1, quantity="mask")  # (B, T, D): one mask for all T
    differs_along(mask[:, 0], 0, p, quantity="mask")  # each sample its own

No stream of random numbers is compared: right code may draw in any order. Each function fails
right code with a chance of at most `ALARM`, whatever the sizes: a check that asks less than ten of
them stays under 1e-9. What it says of chance holds for draws that are independent of each other:
count a mask that is the same at every step once.

The cell that a student pastes looks at the tensor that was given. Where that is not an answer of
the student's code but was worked out from one, `student.transcript.spell(tensor, "…")` says how.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from grader.checks.asserts import Mismatch
from grader.checks.distributions import (
    ALARM,
    bracket,
    indices,
    moments,
    normal,
    smallest,
    text,
    uniform,
)
from grader.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.i18n import Bilingual

__all__ = [
    "ALARM",
    "categorical",
    "constant_along",
    "differs_along",
    "moments",
    "normal",
    "rate",
    "tail",
    "uniform",
]

_SAME_FLOAT = 2.0**-23  # the chance that two numbers of a continuous distribution are one float32


def rate(count: int, of: int, p: float, *, quantity: Bilingual | str, alarm: float = ALARM) -> None:
    """Assert that `count` of `of` independent trials could have come out at a rate of p.

    The tails of the binomial distribution are summed exactly, each against half of `alarm`; at p of
    0 and 1 there is no chance, and no tolerance. Raises Mismatch.
    """
    if not (0 <= count <= of and of > 0 and 0 <= p <= 1):
        raise ValueError(f"no count, number of trials and rate: {count}, {of}, {p}")
    if tail(count, of, p) >= alarm / 2:
        return
    raise Mismatch(
        tr(
            "{quantity}: {count} of {of}, a share of {share}; it should be nearly {p}",
            quantity=quantity,
            count=count,
            of=of,
            share=text(count / of),
            p=text(p),
        ),
        quantity=quantity,
        expected=text(p),
        got=text(count / of),
    )


def constant_along(mask: torch.Tensor, axis: int, *, quantity: Bilingual | str) -> None:
    """Assert that a mask is the same at every place along an axis, exactly: no false alarm.

    Raises Mismatch, with the first place that is another than the first.
    """
    slices = mask.detach().movedim(axis, 0)
    unlike = slices != slices[:1]
    if not unlike.any():
        return
    place, *rest = smallest(unlike)
    first, other = _place(0, rest, axis, mask), _place(place, rest, axis, mask)
    raise Mismatch(
        tr(
            "{quantity} changes along axis {axis}: {first} is {value}, and {other} is {changed}",
            quantity=quantity,
            axis=axis,
            first=bracket(first),
            value=text(float(mask[first])),
            other=bracket(other),
            changed=text(float(mask[other])),
        ),
        quantity=quantity,
        expected=text(float(mask[first])),
        got=text(float(mask[other])),
        holds=lambda code: [
            f"valor = {code(mask)}",
            f"print(valor[{indices(first)}].item(), valor[{indices(other)}].item())",
            f"assert (valor == valor.select({axis}, 0).unsqueeze({axis})).all()",
        ],
    )


def differs_along(
    mask: torch.Tensor,
    axis: int,
    p: float | None = None,
    *,
    quantity: Bilingual | str,
    alarm: float = ALARM,
) -> None:
    """Assert that no two places along an axis have the same draws.

    p is the rate of a mask whose entries within a place are independent; without it the entries
    are of a continuous distribution. Two places are alike with a chance of (p² + (1−p)²)^n, n
    entries each; that any two are, with at most k(k−1)/2 times it. Raises Mismatch, with the first
    place that is like one before; ValueError where the mask is too small for `alarm`.
    """
    places = mask.detach().movedim(axis, 0).flatten(1).to(torch.float64) + 0.0  # -0 is 0
    alike = _SAME_FLOAT if p is None else p**2 + (1 - p) ** 2
    pairs = math.comb(len(places), 2)
    if not 0 < pairs * alike ** places.shape[1] <= alarm:
        raise ValueError(
            f"{len(places)} places of {places.shape[1]} entries are too few to tell chance from "
            f"a mistake: two are alike with a chance of {pairs * alike ** places.shape[1]:.2g}"
        )
    seen: dict[bytes, int] = {}
    for place, entries in enumerate(places):
        earlier = seen.setdefault(entries.numpy().tobytes(), place)
        if earlier != place:
            raise _alike(mask, axis, (earlier, place), quantity)


def categorical(
    counts: Sequence[int] | torch.Tensor,
    probabilities: Sequence[float] | torch.Tensor,
    *,
    quantity: Bilingual | str,
    alarm: float = ALARM,
) -> None:
    """Assert that independent draws could come from these probabilities, (K,) as the counts.

    What has probability 0 was never drawn (exact); each of the K others has the tails of its
    binomial distribution, at alarm / K (Bonferroni). Probabilities are divided by their sum, as
    torch.multinomial does: they may be the student's own. Raises Mismatch, with the smallest index.
    """
    drawn = torch.as_tensor(counts).tolist()
    weights = torch.as_tensor(probabilities).detach().to(torch.float64)
    total = float(weights.sum())
    if not (bool((weights >= 0).all()) and 0 < total < math.inf):
        raise Mismatch(
            tr("{quantity}: what they are drawn from are no probabilities", quantity=quantity),
            quantity=quantity,
            got=weights,
        )
    of = sum(drawn)
    for index, (count, p) in enumerate(zip(drawn, (weights / total).tolist(), strict=True)):
        if tail(count, of, p) >= alarm / len(drawn) / 2:
            continue
        never = tr(
            "{quantity}: {index} was drawn {count} times, and its probability is 0",
            quantity=quantity,
            index=index,
            count=count,
        )
        seldom = tr(
            "{quantity}: {index} was drawn {count} times in {of}; with its probability of {p} it "
            "should be nearly {right}",
            quantity=quantity,
            index=index,
            count=count,
            of=of,
            p=text(p),
            right=round(of * p),
        )
        raise Mismatch(
            seldom if p else never, quantity=quantity, expected=weights / total, got=drawn
        )


def tail(count: int, of: int, p: float) -> float:
    """Return the chance that a binomial variable of `of` trials at p is as far out as count.

    P(X ≤ count) up to the mean and P(X ≥ count) above it.
    """
    if p in (0, 1):
        return float(count == of * p)
    low, high = (0, count) if count <= of * p else (count, of)
    k = torch.arange(low, high + 1, dtype=torch.float64)
    ways = math.lgamma(of + 1) - torch.lgamma(k + 1) - torch.lgamma(of - k + 1)
    logs = ways + k * math.log(p) + (of - k) * math.log1p(-p)
    return min(1.0, math.exp(float(logs.logsumexp(0))))


def _alike(
    mask: torch.Tensor, axis: int, places: tuple[int, int], quantity: Bilingual | str
) -> Mismatch:
    one, other = places
    return Mismatch(
        tr(
            "{quantity}: along axis {axis}, {one} and {other} have the same draws; each should "
            "have its own",
            quantity=quantity,
            axis=axis,
            one=one,
            other=other,
        ),
        quantity=quantity,
        expected=tr("other draws"),
        got=tr("the same draws"),
        holds=lambda code: [
            f"valor = {code(mask)}",
            f"assert not torch.equal(valor.select({axis}, {one}), valor.select({axis}, {other}))",
        ],
    )


def _place(place: int, rest: Sequence[int], axis: int, mask: torch.Tensor) -> tuple[int, ...]:
    index = list(rest)
    index.insert(axis % mask.ndim, place)
    return tuple(index)
