"""A sandbox that is none: a module's functions, asked in this very process.

For those who write checks: a check runs in milliseconds against definitions written next to it,
through the same objects and the same frames as in a real sandbox.

    lane = FakeSandbox(celdaLSTM=MyCell).lane()
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from grader.core.i18n import tr
from grader.protocol import wire
from grader.sandbox.api import Report, Usage
from grader.sandbox.decode import fault, report_of
from grader.sandbox.lane import cell_name, parts_of
from grader.sandbox.outline import Outline
from grader.worker.definitions import load
from grader.worker.objects import Objects
from grader.worker.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.core.limits import Limits


class FakeSandbox:
    """Asks the given definitions; without any, those of the submission that is opened."""

    name = "fake"
    protects = False
    image = "sha256:" + "0" * 64

    def __init__(self, **definitions: Any) -> None:
        self.definitions = definitions

    def lane(self) -> FakeLane:
        """Return a lane over the definitions."""
        return FakeLane(self.definitions)

    def reap(self) -> None:
        """Do nothing."""


class FakeLane:
    """Opens sessions over a namespace."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self.definitions = definitions
        self.versions = {"python": "", "torch": ""}
        self.gpus = 0

    @contextmanager
    def open(
        self,
        content: bytes,
        filename: str,
        names: Sequence[str],
        limits: Limits,  # noqa: ARG002 - a fake has none
        shut: Mapping[str, Sequence[str]] | None = None,
    ) -> Iterator[FakeSession]:
        """Open the definitions, or load the submission in this process, without tripwires."""
        if self.definitions:
            absent = tr("it is not defined")
            missing = {name: absent for name in names if name not in self.definitions}
            defined = tuple(name for name in names if name in self.definitions)
            yield FakeSession(self.definitions, Report(defined, missing))
            return
        found = read(content, filename, names, shut, cell_name())
        loaded = load(found.program, names)
        running = {"ran": loaded.report(), "tripped": []}
        yield FakeSession(loaded.namespace, report_of({"reading": found.report()}, running))

    def close(self) -> None:
        """Do nothing."""


class FakeSession:
    """One submission in this process."""

    def __init__(self, namespace: dict[str, Any], report: Report) -> None:
        self.namespace = namespace
        self.report = report
        self.spent = Usage()
        self.usage: dict[str, float | None] = {}

    @contextmanager
    def check(
        self,
        entropy: int,  # noqa: ARG002 - one process, one state
        gpu: int | None = None,  # noqa: ARG002 - and what it sees
        part: str = "",  # noqa: ARG002 - a fake has no limits
    ) -> Iterator[FakeCheck]:
        """Start anew with no objects; torch's default dtype is put back afterwards."""
        import torch

        dtype, names = torch.get_default_dtype(), dict(self.namespace)
        try:
            yield FakeCheck(Objects(self.namespace), self.report.outline)
        finally:
            torch.set_default_dtype(dtype)
            self.namespace.clear()  # stand-ins may have taken some names' places
            self.namespace.update(names)


class FakeCheck:
    """Asks through real frames, so that what a real worker cannot send fails here too."""

    usage = Usage()

    def __init__(self, objects: Objects, outline: Outline | None = None) -> None:
        self.objects = objects
        self.outline = outline or Outline()
        self.known: dict[str, Usage] = {}

    def ask(self, operation: str, **arguments: Any) -> Any:
        """Ask one question; see `grader.sandbox.Check.ask`."""
        parts = parts_of({"nonce": b"", "op": operation, "args": arguments})
        message = _through_the_wire(self.objects.answer(_through_the_wire(b"".join(parts))))
        if "raised" in message:
            raise fault(message["raised"], self.outline)
        return message.get("value")

    def used(self) -> float:
        """Return the CPU seconds of this process."""
        return time.process_time()

    def reference(self, questions: Sequence[Mapping[str, Any]]) -> Usage:
        """Run probes of ours in this process, on an empty notebook."""
        apart = FakeCheck(Objects({}), self.outline)
        started, used = time.monotonic(), time.process_time()
        for question in questions:
            started = time.monotonic()
            apart.ask("run", **question)
        return Usage(time.monotonic() - started, time.process_time() - used)


def _through_the_wire(frame: bytes) -> wire.Message:
    start = wire.PREFIX_SIZE
    return wire.decode(wire.read_prefix(frame[:start], wire.Caps()), frame[start:])
