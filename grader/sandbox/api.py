"""Where student code runs: what a sandbox promises, and how to open one.

`Sandbox.lane()` starts a worker; `Lane.open()` hands it one submission; `Session.check()` starts a
process for one check, of which `ask` asks questions. Four sandboxes keep this promise: `docker`,
`bubblewrap`, `process` and, for tests of checks, `fake`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from grader.sandbox.outline import Outline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from grader.core.errors import Place, StudentProcessLost
    from grader.core.i18n import Bilingual
    from grader.core.limits import Limits


@dataclass(frozen=True)
class Report:
    """What loading a notebook came to. `missing` says of each absent name why it is absent.

    `places` are the cell and line, both from 1, where the notebook defines a name, `outline` where
    all its definitions and methods stand. `lost` is why there is nothing to ask: the definitions
    took the process down. What was read in the notebook before it ran is told all the same. `code`
    is a digest of the code, comments and texts aside.
    `renamed` has, by name, what the notebook calls it instead, off by a letter: it is used.
    """

    defined: tuple[str, ...] = ()
    missing: dict[str, Bilingual] = field(default_factory=dict)
    notices: tuple[dict[str, Any], ...] = ()
    flags: tuple[dict[str, Any], ...] = ()
    unreadable: Bilingual | None = None
    code: str = ""
    lost: StudentProcessLost | None = None
    places: dict[str, Place] = field(default_factory=dict)
    outline: Outline = field(default_factory=Outline)
    renamed: dict[str, str] = field(default_factory=dict)


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

        Raises StudentFault for an exception in the student's code, StudentProcessLost when its
        process is gone, Delegated when it ran what the assignment shuts, SandboxFault when the
        machine failed.
        """

    @property
    def usage(self) -> Usage:
        """What the check took, by the kernel's account; known once it has ended."""

    def used(self) -> float:
        """Return the kernel's account of the CPU seconds that the check has used so far."""

    @property
    def known(self) -> dict[str, Usage]:
        """What references took in this lane before, by names that the host gives them."""

    def reference(self, questions: Sequence[Mapping[str, Any]]) -> Usage:
        """Run probes of ours, apart from the student's process, one after another.

        Each question is what `run` is asked with: `source`, `name` and `args`. Return the wall
        seconds of the last, and the CPU seconds of all. Raises SandboxFault when one fails: nothing
        of the student's had a part in it.
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
        self,
        content: bytes,
        filename: str,
        names: Sequence[str],
        limits: Limits,
        shut: Mapping[str, Sequence[str]] | None = None,
    ) -> AbstractContextManager[Session]:
        """Load a notebook's definitions; on leaving, the lane is clean or fails.

        `shut` is what their code may not use, patterns of torch's names as `Assignment.shut` has
        them: the report flags what is written, and `Check.ask` raises Delegated where it runs.
        Raises StudentProcessLost if the notebook cannot be read, SandboxFault when the machine
        failed.
        """

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
