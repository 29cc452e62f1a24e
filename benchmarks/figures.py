"""What two runs say of a contestant: what one more submission costs, and what starting does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.contestants import Run


@dataclass(frozen=True)
class Figures:
    """Of one contestant: per submission, but for what starting costs and for memory (bytes).

    `start` and `start_cpu` are the seconds that a run takes before and after all grading.
    """

    contestant: str
    seconds: float
    cpu: float
    stages: Mapping[str, float]
    start: float
    start_cpu: float
    memory: int

    @property
    def per_minute(self) -> float:
        """Submissions a minute, once started."""
        return 60 / self.seconds


def figures(small: Run, big: Run) -> Figures:
    """Return what two classes' runs say: a submission costs their difference, shared out."""
    more = big.size - small.size

    def each(of_small: float, of_big: float) -> float:
        return (of_big - of_small) / more

    seconds = each(small.cost.seconds, big.cost.seconds)
    cpu = each(small.cost.cpu, big.cost.cpu)
    return Figures(
        big.contestant,
        seconds,
        cpu,
        {name: each(small.stages[name], value) for name, value in big.stages.items()},
        small.cost.seconds - small.size * seconds,
        small.cost.cpu - small.size * cpu,
        max(small.cost.memory, big.cost.memory),
    )
