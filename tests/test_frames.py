"""What the worker is told: questions, and nothing that it could answer them with."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.assignments import assignment
from grader.grading.grade import Terms, grade
from grader.protocol import wire
from grader.sandbox.backends.process import plain_stream
from grader.sandbox.lane import StreamLane
from grader.submissions.discovery import find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.results import Grade
    from grader.sandbox.backends.process import ProcessSandbox

WRONG = Path(__file__).parent / "submissions" / "lstm_gru" / "20_sin_olvido.ipynb"
SEED = "a seed that would be recognised anywhere"
LANE = {"hello", "open", "define", "begin", "used", "reference", "end", "close"}
QUESTIONS = {
    "attribute", "backward", "call", "load", "method", "precision", "run", "seed", "state",
}  # fmt: skip


class Recording:
    """A stream that remembers what was sent."""

    def __init__(self) -> None:
        self.stream = plain_stream()
        self.sent: list[bytes] = []

    def write(self, *parts: bytes) -> None:
        self.sent.append(b"".join(parts))
        self.stream.write(*parts)

    def read(self, count: int, seconds: float) -> bytes:
        return self.stream.read(count, seconds)

    def close(self) -> None:
        self.stream.close()


@pytest.fixture(scope="module")
def recorded(process_sandbox: ProcessSandbox) -> Iterator[tuple[Grade, list[bytes]]]:
    stream = Recording()
    lane = StreamLane(stream)
    folder = Path(__file__).parents[1] / "assignments" / "lstm_gru"
    terms = Terms(assignment.load(folder), SEED, process_sandbox.image, "process")
    [submission] = find([WRONG], "lstm_gru")
    yield grade(submission, terms, lane), stream.sent
    lane.close()


def test_only_known_questions_are_asked(recorded: tuple[Grade, list[bytes]]) -> None:
    _, sent = recorded
    asked = {message["op"] for message in map(decoded, sent)}
    assert LANE <= asked <= LANE | QUESTIONS
    assert {key for message in map(decoded, sent) for key in message} == {
        "nonce", "op", "args", "questions", "entropy", "source", "filename", "names", "limits",
        "gpu", "shut", "cell",
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_no_frame_holds_the_seed(recorded: tuple[Grade, list[bytes]], encoding: str) -> None:
    _, sent = recorded
    seed = SEED.encode(encoding)
    digest = hashlib.sha256(seed)
    everything = b"".join(sent)
    for secret in (seed, digest.digest(), digest.hexdigest().encode()):
        assert secret not in everything


def test_no_frame_holds_what_was_expected(recorded: tuple[Grade, list[bytes]]) -> None:
    graded, sent = recorded
    everything = b"".join(sent)
    searched = 0
    for check in graded.checks:
        found = check.counterexample or {}
        inputs = {raw for value in found.get("inputs", {}).values() for raw in raws(value)}
        for raw in set(raws(found.get("expected", {}))) - inputs:
            assert raw not in everything, check.id
            searched += 1
    assert searched


def test_the_inputs_would_be_found_there(recorded: tuple[Grade, list[bytes]]) -> None:
    graded, sent = recorded
    everything = b"".join(sent)
    [first, *_] = [check.counterexample for check in graded.checks if check.counterexample]
    assert all(raw in everything for value in first["inputs"].values() for raw in raws(value))


def decoded(frame: bytes) -> dict[str, Any]:
    start = wire.PREFIX_SIZE
    caps = wire.Caps(header=1 << 28, body=1 << 28)
    return wire.decode(wire.read_prefix(frame[:start], caps), frame[start:])


def raws(tensor: Any) -> list[bytes]:
    """Return a stored tensor's numbers as the wire would carry them, none if all are zero."""
    values = list(flat(tensor.get("values", []))) if isinstance(tensor, dict) else []
    if not any(values):
        return []
    return [struct.pack(f"<{len(values)}{kind}", *values) for kind in "d"]


def flat(values: Any) -> Iterator[float]:
    if isinstance(values, list):
        for value in values:
            yield from flat(value)
    else:
        yield float(values)
