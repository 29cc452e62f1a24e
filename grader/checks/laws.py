"""Laws: what numbers are drawn from, as values that can be tried one after another.

    laws.uniform(-b, b).require(values, quantity="xavier_uniforme")
    laws.normal(0.1).could_give(values)

What `random_functions` asserts, at the same chance of a false alarm. A `Bank` has wrong laws with
names: the one that could have given a student's draws says what the student had in mind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.checks import distributions
from grader.checks.asserts import Mismatch
from grader.checks.misconceptions import Misconception
from grader.checks.readings.notation import Shown
from grader.core.i18n import tr

if TYPE_CHECKING:
    import torch

    from grader.core.i18n import Bilingual

_EDGE = 2.0
"""Deviations: a uniform law ends at 1.73, of some hundred normal draws one is beyond this."""


@dataclass(frozen=True)
class Law:
    """Independent draws from a distribution: "normal", "uniform", or "any" of these moments."""

    kind: str
    mean: float
    deviation: float

    def require(
        self,
        values: torch.Tensor,
        *,
        quantity: Bilingual | str,
        misconception: Misconception | None = None,
        alarm: float = distributions.ALARM,
    ) -> None:
        """Assert that values could be drawn from it. Raises Mismatch, with the misconception."""
        half = self.deviation * 3**0.5
        try:
            if self.kind == "normal":
                distributions.normal(
                    values, self.mean, self.deviation, quantity=quantity, alarm=alarm
                )
            elif self.kind == "uniform":
                low, high = self.mean - half, self.mean + half
                distributions.uniform(values, low, high, quantity=quantity, alarm=alarm)
            else:
                distributions.moments(
                    values, self.mean, self.deviation**2, quantity=quantity, alarm=alarm
                )
        except Mismatch as mismatch:
            mismatch.misconception = misconception
            raise

    def could_give(self, values: torch.Tensor, alarm: float = distributions.ALARM) -> bool:
        """Whether values could be drawn from it."""
        try:
            self.require(values, quantity="", alarm=alarm)
        except Mismatch:
            return False
        return True


def seen(values: torch.Tensor) -> Law | None:
    """Return the normal or uniform law around 0 that could give values, if one could.

    The normal one has their deviation, the uniform one goes as far as they do.
    """
    wide = values.double()
    size, most = float(wide.square().mean()) ** 0.5, float(wide.abs().max())
    if size == 0:
        return None
    tried = [normal(size), uniform(-most, most)]
    if most < _EDGE * size:
        tried.reverse()
    return next((law for law in tried if law.could_give(values)), None)


def read(law: Law, n: float) -> Misconception:
    """Return a law that nobody foresaw with its words: what it draws from, by a number n."""
    square = law.deviation**2 * n
    drawn = f"N(0, {square:.3g}/n)" if law.kind == "normal" else f"U(±√({3 * square:.3g}/n))"
    said = tr("what you draw comes from {law}, nearly", law=drawn)
    return Misconception("", {}, said.es, said.en, reading=Shown(drawn))


def normal(deviation: float, mean: float = 0.0) -> Law:
    """Return a normal distribution."""
    return Law("normal", mean, deviation)


def uniform(low: float, high: float) -> Law:
    """Return a uniform distribution."""
    return Law("uniform", (low + high) / 2, (high - low) / 12**0.5)


def spread(deviation: float, mean: float = 0.0) -> Law:
    """Return any distribution with these moments that has no heavier tails than the normal one."""
    return Law("any", mean, deviation)
