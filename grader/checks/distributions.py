"""Whether numbers could have been drawn from a distribution, at a chance of error that is known.

See `grader.checks.random_functions`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from grader.checks.asserts import Mismatch
from grader.core.i18n import Bilingual, same, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ALARM = 1e-10
"""The chance, for one question to chance, that right code fails."""

_SLACK = 1e-6  # relative, for a bound that float32 rounds


def moments(
    values: torch.Tensor,
    mean: float,
    variance: float,
    *,
    quantity: Bilingual | str,
    alarm: float = ALARM,
) -> None:
    """Assert that n independent values, of any shape, could have this mean and variance.

    The bounds hold for any n and for every distribution that is strictly sub-Gaussian: normal,
    uniform, signs, and others that are symmetric and have no heavier tails than the normal one.
    With x = ln(4 / alarm), each is exceeded with a chance of alarm / 4:

    - the mean is off by σ√(2x/n), to either side (Chernoff);
    - the mean square is above σ²(1 + 2√(x/n) + 2x/n): Laurent and Massart 2000, lemma 1, whose
      proof needs no more than E exp(λX²) ≤ 1/√(1−2λσ²);
    - it is below σ²(1 − √(6x/n)): Maurer 2003, theorem 1, with E X⁴ ≤ 3σ⁴.

    Raises Mismatch.
    """
    wide = values.detach().to(torch.float64).flatten()
    if not (wide.numel() and variance > 0 and math.isfinite(mean)):
        raise ValueError(f"no values, or no mean and variance: {mean}, {variance}")
    x = math.log(4 / alarm) / wide.numel()
    seen, square = float(wide.mean()), float((wide - mean).square().mean())
    off = math.sqrt(2 * x * variance)
    if not abs(seen - mean) <= off:
        raise _off(tr("mean"), (values, "mean()"), (mean, seen), (mean - off, mean + off), quantity)
    low, high = variance * (1 - math.sqrt(6 * x)), variance * (1 + 2 * math.sqrt(x) + 2 * x)
    if not low <= square <= high:
        statistic = f"sub({mean!r}).square().mean()"
        raise _off(tr("variance"), (values, statistic), (variance, square), (low, high), quantity)


def normal(
    values: torch.Tensor,
    mean: float,
    deviation: float,
    *,
    quantity: Bilingual | str,
    alarm: float = ALARM,
) -> None:
    """Assert that independent values, of any shape, could be normal.

    `moments` with half of the alarm, and `_distributed`, which tells a uniform distribution with
    the same moments apart from 10,000 values on. Raises Mismatch.
    """
    moments(values, mean, deviation**2, quantity=quantity, alarm=alarm / 2)
    _distributed(
        values,
        lambda x: torch.special.ndtr((x - mean) / deviation),
        tr("a normal distribution"),
        quantity,
        alarm / 2,
    )


def uniform(
    values: torch.Tensor,
    low: float,
    high: float,
    *,
    quantity: Bilingual | str,
    alarm: float = ALARM,
) -> None:
    """Assert that independent values, of any shape, could be uniform from low to high.

    None lies beyond (exact, but for the rounding of float32); then as `normal`. Raises Mismatch.
    """
    wide, slack = values.detach().to(torch.float64), _SLACK * max(abs(low), abs(high))
    beyond = ~((wide >= low - slack) & (wide <= high + slack))
    if beyond.any():
        where = smallest(beyond)
        raise Mismatch(
            tr(
                "{quantity} has the value {value}; it should lie between {low} and {high}",
                quantity=_at(quantity, where),
                value=text(float(wide[where])),
                low=text(low),
                high=text(high),
            ),
            quantity=quantity,
            expected=tr("from {low} to {high}", low=text(low), high=text(high)),
            got=text(float(wide[where])),
            holds=lambda code: [
                f"valor = {code(values)}[{indices(where)}]",
                "print(valor.item())",
                f"assert {low - slack!r} <= valor <= {high + slack!r}",
            ],
        )
    middle, width = (low + high) / 2, high - low
    moments(values, middle, width**2 / 12, quantity=quantity, alarm=alarm / 2)
    _distributed(
        values,
        lambda x: ((x - low) / width).clamp(0, 1),
        tr("a uniform distribution"),
        quantity,
        alarm / 2,
    )


def smallest(wrong: torch.Tensor) -> tuple[int, ...]:
    """Return the smallest index at which a tensor is True."""
    return tuple(wrong.nonzero()[0].tolist())


def indices(where: Sequence[int]) -> str:
    """Return an index as Python writes it between brackets."""
    return ", ".join(map(str, where)) or "()"


def bracket(where: Sequence[int]) -> str:
    """Return an index in brackets."""
    return f"[{indices(where)}]"


def text(number: float) -> str:
    """Return a number as a message says it."""
    return f"{number:.4g}"


def _distributed(
    values: torch.Tensor,
    cdf: Callable[[torch.Tensor], torch.Tensor],
    which: Bilingual,
    quantity: Bilingual | str,
    alarm: float,
) -> None:
    """Assert that values could have this distribution, by their largest distance from it.

    The distance exceeds √(ln(2/alarm) / 2n) with a chance of at most `alarm`, for any n and any
    distribution: Dvoretzky, Kiefer and Wolfowitz, with the constant of Massart 1990.
    """
    wide = values.detach().to(torch.float64).flatten().sort().values
    count = wide.numel()
    right, upto = cdf(wide), torch.arange(1, count + 1) / count
    gaps = torch.maximum((upto - right).abs(), (upto - 1 / count - right).abs())
    worst = int(gaps.argmax())
    if float(gaps[worst]) <= math.sqrt(math.log(2 / alarm) / (2 * count)):
        return
    value, share = float(wide[worst]), float(upto[worst])
    raise Mismatch(
        tr(
            "{quantity}: {share} of the values are up to {value}; in {which} it is {right}",
            quantity=quantity,
            share=text(share),
            value=text(value),
            which=which,
            right=text(float(right[worst])),
        ),
        quantity=quantity,
        expected=text(float(right[worst])),
        got=text(share),
        holds=lambda code: [
            f"valor = ({code(values)} <= {value!r}).double().mean()",
            "print(valor.item())",
            f"assert abs(valor - {float(right[worst])!r}) <= {float(gaps[worst]) / 2!r}",
        ],
    )


def _off(
    moment: Bilingual,
    statistic: tuple[torch.Tensor, str],
    numbers: tuple[float, float],
    bounds: tuple[float, float],
    quantity: Bilingual | str,
) -> Mismatch:
    right, seen = numbers
    values, expression = statistic
    return Mismatch(
        tr(
            "{quantity}: the {moment} is {seen}; it should be nearly {right}",
            quantity=quantity,
            moment=moment,
            seen=text(seen),
            right=text(right),
        ),
        quantity=quantity,
        expected=text(right),
        got=text(seen),
        holds=lambda code: [
            f"valor = {code(values)}.double().{expression}",
            "print(valor.item())",
            f"assert {bounds[0]!r} <= valor <= {bounds[1]!r}",
        ],
    )


def _at(quantity: Bilingual | str, where: Sequence[int]) -> Bilingual:
    said = same(quantity)
    return Bilingual(*(f"{one}{bracket(where) * bool(where)}" for one in (said.es, said.en)))
