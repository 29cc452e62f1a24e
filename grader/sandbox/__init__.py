"""Where student code runs: what a sandbox promises, and how to open one.

`Sandbox.lane()` starts a worker; `Lane.open()` hands it one submission; `Session.check()` starts a
process for one check, of which `ask` asks questions. Four sandboxes keep this promise: `docker`,
`bubblewrap`, `process` and, for tests of checks, `fake`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from grader.errors import Place
    from grader.words import Said

MIB = 1 << 20
MOST_FILES = 4096
"""How many files and folders a submission may make, where that can be bounded."""
_TORCH_MEMORY = 1024 * MIB  # what the worker takes before any submission, generously


@dataclass(frozen=True)
class Limits:
    """What a submission may use. Seconds are wall time spent waiting for the student's code.

    `seconds` and `cpu_seconds` are for one check, `total_seconds` and `total_cpu_seconds` for all
    checks of a submission together, `load_seconds` for running the notebook's definitions;
    `memory` (beyond what torch itself takes), `disk` and `output` (one reply) are in bytes; `pids`
    counts processes and threads. Waiting for a core on a busy machine does not count, up to
    `patience` times the seconds in question. `parts` are the limits of the checks of some parts, by
    the part's name: `seconds` and `cpu_seconds`.
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

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return an assignment's limits, with the defaults for those that it does not set."""
        whole = {"memory", "pids", "output", "disk"}
        parts = {name: value for name, value in values.items() if isinstance(value, dict)}
        own = {name: value for name, value in values.items() if name not in parts}
        return cls(**{name: int(v) if name in whole else v for name, v in own.items()}, parts=parts)

    def of_part(self, part: str) -> Self:
        """Return the limits of a part's checks."""
        return replace(self, **self.parts.get(part, {}))  # type: ignore[arg-type]

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
        del limits["parts"]  # each check says its own
        return limits


@dataclass(frozen=True)
class Report:
    """What loading a notebook came to. `missing` says of each absent name why it is absent.

    `places` are the cell and line, both from 1, where the notebook defines a name.
    """

    defined: tuple[str, ...] = ()
    missing: dict[str, Said] = field(default_factory=dict)
    notices: tuple[dict[str, Any], ...] = ()
    flags: tuple[dict[str, Any], ...] = ()
    unreadable: Said | None = None
    places: dict[str, Place] = field(default_factory=dict)


@dataclass(frozen=True)
class Usage:
    """Wall seconds that were waited for the student's code, and CPU seconds that it used."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.seconds + other.seconds, self.cpu_seconds + other.cpu_seconds)


class Check(Protocol):
    """The process of one check."""

    def ask(self, operation: str, **arguments: Any) -> Any:
        """Ask one question; return plain values, `wire.Array` and `wire.Ref`.

        Raises StudentFault for an exception in the student's code, StudentLost when its process
        is gone, Delegated when it ran a cell of torch's, SandboxFault when the machine failed.
        """

    @property
    def usage(self) -> Usage:
        """What the check took, by the kernel's account; known once it has ended."""

    def used(self) -> float:
        """Return the kernel's account of the CPU seconds that the check has used so far."""

    @property
    def known(self) -> dict[str, Usage]:
        """What references took in this lane before, by names that the host gives them."""

    def reference(self, operation: str, **arguments: Any) -> Usage:
        """Ask the same of definitions of ours, apart from the student's; return what it took.

        Raises SandboxFault when that fails: nothing of the student's had a part in it.
        """


class Session(Protocol):
    """One submission in a lane."""

    report: Report
    spent: Usage
    """What its checks have taken so far, together."""
    usage: dict[str, float | None]
    """What the submission used: `cpu_seconds`, `peak_memory` (bytes, of its largest process, beyond
    what torch takes), `processes` started, bytes `written`; None where the machine does not tell.
    It is known once the session has ended."""

    def check(
        self, entropy: int, gpu: int | None = None, part: str = ""
    ) -> AbstractContextManager[Check]:
        """Start a process for one check; its random generators start from `entropy`.

        It sees that one of the lane's GPUs, if any, and has the limits of that part.
        """


class Lane(Protocol):
    """A worker that grades one submission after another and forgets each of them."""

    versions: dict[str, str]
    gpus: int
    """How many there are that checks can run on."""

    def open(
        self, content: bytes, filename: str, names: Sequence[str], limits: Limits
    ) -> AbstractContextManager[Session]:
        """Load a notebook's definitions. Raises StudentLost if they take the process down,
        SandboxFault when the machine failed; on leaving, the lane is clean or fails.
        """  # noqa: D205 - one sentence

    def close(self) -> None:
        """End the worker and everything in it."""


class Sandbox(Protocol):
    """A way to start lanes."""

    name: str
    protects: bool
    """Whether it withstands hostile code; a plain process does not."""

    @property
    def image(self) -> str:
        """What the worker is, as `sha256:…`: an image, or the worker's own source."""

    def lane(self) -> Lane:
        """Start a worker. Raises SandboxFault."""

    def reap(self) -> None:
        """Remove whatever lanes of this run are left, whoever started them."""
