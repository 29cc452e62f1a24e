"""What a submission may use of the machine that grades it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MIB = 1 << 20
MOST_FILES = 4096
"""How many files and folders a submission may make, where that can be bounded."""
_TORCH_MEMORY = 1024 * MIB  # what the worker takes before any submission, generously


_OWN_SHARE = 10
_OWN_LEAST = {"seconds": 10.0, "cpu_seconds": 3.0, "load_seconds": 10.0}
"""Of a student's own check: the share of what grading allows, and what is never less."""

LIMITS_OF_A_PART = ("seconds", "cpu_seconds")


class LimitError(ValueError):
    """A limit that is none: `name`, in the table `table`."""

    def __init__(self, table: str, name: str, text: str) -> None:
        super().__init__(text)
        self.table = table
        self.name = name


@dataclass(frozen=True)
class Limits:
    """What a submission may use. Seconds are wall time spent waiting for the student's code.

    `seconds` and `cpu_seconds` are for one check, `total_seconds` and `total_cpu_seconds` for all
    checks of a submission together, `load_seconds` for running the notebook's definitions;
    `memory` (beyond what torch itself takes), `disk` and `output` (one reply) are in bytes; `pids`
    counts processes and threads. Waiting for a core on a busy machine does not count, up to
    `patience` times the seconds in question. `parts` are the limits of the checks of some parts, by
    the part's name: `seconds` and `cpu_seconds`. `graded` is what grading allows, where these are
    the shorter ones of a student's own check.
    """

    seconds: float = 30.0
    cpu_seconds: float = 20.0
    load_seconds: float = 30.0
    total_seconds: float = 300.0
    total_cpu_seconds: float = 120.0
    patience: float = 3.0
    memory: int = 1024 * MIB
    pids: int = 64
    output: int = 64 * MIB
    disk: int = 64 * MIB
    parts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    graded: Self | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return an assignment's limits, with the defaults for those that it does not set.

        A table among the values holds a part's own. Raises LimitError.
        """
        parts = {name: value for name, value in values.items() if isinstance(value, dict)}
        own = {name: value for name, value in values.items() if name not in parts}
        known = [one.name for one in fields(cls) if one.name not in ("parts", "graded")]
        return cls(
            **_read("limits", own, known),
            parts={
                name: _read(f"limits.{name}", table, LIMITS_OF_A_PART)
                for name, table in parts.items()
            },
        )

    def of_part(self, part: str) -> Self:
        """Return the limits of a part's checks."""
        return replace(self, **self.parts.get(part, {}))  # type: ignore[arg-type]

    @property
    def of_own_check(self) -> Self:
        """The limits of a student's own check, who is to learn soon of a loop that never ends.

        A tenth of what grading allows; parts with limits of their own keep them, for a network that
        learns takes its time.
        """
        shorter = {
            name: min(getattr(self, name), max(least, getattr(self, name) / _OWN_SHARE))
            for name, least in _OWN_LEAST.items()
        }
        parts = {
            part: {name: getattr(self.of_part(part), name) for name in LIMITS_OF_A_PART}
            for part in self.parts
        }
        return replace(self, **shorter, parts=parts, graded=self)

    @property
    def longest(self) -> Self:
        """The limits of a check of whatever part may take longest."""
        every = [self, *(self.of_part(part) for part in self.parts)]
        return replace(
            self,
            seconds=max(each.seconds for each in every),
            cpu_seconds=max(each.cpu_seconds for each in every),
        )

    @property
    def lane_memory(self) -> int:
        """The bytes that a lane may use, its worker and its files included."""
        return self.memory + self.disk + _TORCH_MEMORY

    @property
    def lane_pids(self) -> int:
        """The processes and threads of a lane, its worker's included."""
        return self.pids + 32

    def to_wire(self) -> dict[str, float]:
        """Return the limits as the worker reads them when a notebook is opened."""
        limits = asdict(self.longest)
        del limits["parts"], limits["graded"]  # each check says its own
        return limits


def _read(table: str, values: Mapping[str, Any], known: Sequence[str]) -> dict[str, Any]:
    """Return limits by name, those whose default is a whole number as one. Raises LimitError."""
    for name, value in values.items():
        if name not in known:
            text = f"unknown limit {name!r}; the limits known in [{table}] are {', '.join(known)}"
            raise LimitError(table, name, text)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not (number and 0 < value < math.inf):
            raise LimitError(table, name, f"limit {name!r} must be a number above 0")
    whole = {one.name for one in fields(Limits) if isinstance(one.default, int)}
    return {name: int(value) if name in whole else value for name, value in values.items()}
