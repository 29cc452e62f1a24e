"""What a reader, or a ringing process, may send to the supervisor, and what the host makes of it.

Whatever the bytes, the supervisor refuses them or passes a report on, and the host reads it or says
that the notebook could not be read.
"""

from __future__ import annotations

import contextlib
from functools import cache
from typing import Any

from choices import Choices, mutated
from fuzz_notebook import ODD, SHUT, WANTED, as_notebook, json_mutated, seeds

from grader.core.errors import StudentProcessLost
from grader.protocol import wire
from grader.sandbox.decode import report_of
from grader.worker import bell, reading

NOTHING_RAN: dict[str, Any] = {"ran": {"defined": [], "failed": {}, "notices": []}, "tripped": []}


def target(data: bytes) -> None:
    choices = Choices(data)
    match choices.below(3):
        case 0:
            _rung(choices.rest())
        case 1:
            _told(mutated(choices.pick(frames()), choices))
        case _:
            report = json_mutated(choices.pick(reports()), choices)
            with contextlib.suppress(wire.WireError, TypeError, ValueError, OverflowError):
                _told(wire.encode({"report": report, "program": choices.pick([*ODD, PROGRAM])}))


PROGRAM = wire.Array("uint8", (3,), b"abc")


def _rung(heard: bytes) -> None:
    for stroke in bell.strokes(heard):
        assert all(type(one) in (int, type(None)) for one in (stroke.cell, stroke.line))


def _told(frame: bytes) -> None:
    try:
        prefix = wire.read_prefix(frame[: wire.PREFIX_SIZE], wire.Caps())
        report, _ = reading.parse(wire.decode(prefix, frame[wire.PREFIX_SIZE :]))
    except wire.WireError:
        return
    with contextlib.suppress(StudentProcessLost):
        report_of({"reading": report}, NOTHING_RAN)


@cache
def reports() -> list[dict[str, Any]]:
    """Return what readers say of real notebooks."""
    notebooks = [as_notebook(sources) for sources in seeds()[:4]]
    return [reading.read(one, "a.ipynb", WANTED, SHUT).report() for one in notebooks]


@cache
def frames() -> list[bytes]:
    """Return what readers send."""
    return [wire.encode({"report": one, "program": PROGRAM}) for one in reports()]


def corpus() -> list[bytes]:
    """Return bytes to begin with: each way, and rings."""
    rings = [b"!torch.lstm_cell\n@celdaLSTM\t3\t4\n", b"?code\n@\t\t\n", b"@\n!\n?\n"]
    ways = [bytes([way, one, *range(40)]) for way in (1, 2) for one in range(4)]
    return [b"\0" + ring for ring in rings] + ways
