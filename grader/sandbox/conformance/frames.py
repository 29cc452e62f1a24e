"""Frames that nobody asked for."""

from __future__ import annotations

import secrets
import struct
from typing import TYPE_CHECKING, Any

from grader.core.errors import StudentFault, StudentProcessLost
from grader.protocol import wire
from grader.sandbox.conformance.case import Promises, lane_of, submission

if TYPE_CHECKING:
    from grader.sandbox.api import Sandbox

PROMISES = Promises()


@PROMISES.of_all
def forged_frames_are_no_answers(sandbox: Sandbox) -> None:
    """Whatever is written to inherited descriptors, no old, foreign or broken frame counts."""
    source = """
import os
def f(frame):
    for descriptor in range(3, 256):
        try: os.write(descriptor, frame)
        except OSError: pass
    return 7
"""
    foreign = wire.encode({"nonce": secrets.token_bytes(16), "value": 99})
    damaged = foreign[:-1] + b"\0"
    headless = struct.pack("!4sBxxxIQI", b"GRDR", 1, 1, 0, 0x5BA06F8B) + b"\xc1"
    for frame in (foreign, damaged, headless, b"GRDR" * 99, b"GRDR\1" + b"\xff" * 19):
        with submission(sandbox, source) as opened:
            opened.is_lost("crashed", frame)


@PROMISES.of_all
def a_frame_with_the_right_nonce_is_an_answer_at_most(sandbox: Sandbox) -> None:
    """Who finds the nonce can answer, lose or raise for itself, and confuse nobody else."""
    source = """
import os, sys
from grader import wire
def f(message):
    frame = sys._getframe()
    while "nonce" not in frame.f_locals: frame = frame.f_back
    forged = wire.encode({"nonce": frame.f_locals["nonce"], **message})
    for descriptor in range(3, 256):
        try: os.write(descriptor, forged)
        except OSError: pass
    os._exit(0)
"""
    odd: list[dict[str, Any]] = [
        {"lost": 5},
        {"lost": []},
        {"lost": ["passed", None]},
        {"raised": 5},
        {"raised": [b"\xff", [], "1", -1, 2]},
        {"value": 9, "clean": False, "cpu_seconds": "x", "report": 3},
        {},
    ]
    with submission(sandbox, source) as opened:
        for message in odd:
            try:
                assert opened.f(message) == message.get("value")
            except (StudentFault, StudentProcessLost):
                continue


@PROMISES.of_all
def a_forged_report_is_the_students(sandbox: Sandbox) -> None:
    """Definitions that answer in the worker's place cost their author at most a crash."""
    source = """
import os, time
def forge():
    for descriptor in range(3, 256):
        try: os.write(descriptor, FRAME)
        except OSError: pass
class f: forge()
"""
    reports: list[Any] = [5, {}, {"defined": 5}, "x" * ((1 << 20) - 64), {"defined": ["f"]}]
    frames = [wire.encode({"nonce": b"", "report": report}) for report in reports]
    frames += [
        wire.encode({"status": "x", "cpu_seconds": "x"}),
        wire.encode({"nonce": b"", "report": {}, "tensor": wire.Array("uint8", (9,), bytes(9))}),
        b"GRDR" * 99,
    ]
    with lane_of(sandbox) as lane:
        for frame in frames:
            try:
                with lane.open(f"FRAME = {frame!r}\n{source}") as opened:
                    opened.f()
            except (AssertionError, StudentFault, StudentProcessLost):
                continue  # AssertionError: the report does not name f
