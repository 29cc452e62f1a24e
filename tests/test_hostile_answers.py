"""Whatever a student's process answers, no check breaks: it costs points, never the run.

The reference answers honestly; now and then something in its answer is replaced by what nobody
expects there. An exception of our own would be an AssignmentFault, and end the grading of a class.
"""

from __future__ import annotations

import gc
import random
import struct
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.assignments import assignment as assignments
from grader.core.errors import Delegated, StudentFault, StudentProcessLost
from grader.grading.grade import Terms, grade
from grader.protocol.wire import Array, Ref
from grader.sandbox.backends.fake import FakeSandbox
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.sandbox.api import Check, Report, Session, Usage
    from grader.sandbox.backends.fake import FakeLane

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "solutions" / "lstm_gru" / "lstm_gru.ipynb"
NAN = struct.pack("<d", float("nan"))
ODD: list[Any] = [
    None, True, 0, -1, 2**62, 1.5, float("nan"), float("inf"), "", "celda\x1b[31m", b"", b"\0",
    [], {}, (), [[]], {"steps": []}, {"made": None}, {"states": 3}, [None, None], ["a", {}, 0, []],
    Ref(0, "int"), Ref(-10**6, "celdaLSTM"),
    Array("float64", (), NAN), Array("float64", (0,), b""), Array("float64", (0, 3), b""),
    Array("float64", (1, 1), NAN), Array("float32", (2, 3), b"\0" * 24),
    Array("int64", (4,), b"\xff" * 32), Array("bool", (2,), b"\1\0"),
    Array("complex64", (1, 2), b"\0" * 16), Array("float16", (3, 1, 1), b"\0" * 6),
    Array("float64", (1,) * 12, NAN), Array("uint8", (1, 20), b"\7" * 20),
]  # fmt: skip


class Liar:
    """A check of the reference whose answers are spoiled with some chance."""

    def __init__(self, honest: Check, chance: random.Random, often: float) -> None:
        self.honest = honest
        self.chance = chance
        self.often = often
        self.usage = honest.usage
        self.known = honest.known

    def ask(self, operation: str, **arguments: Any) -> Any:
        try:
            answer = self.honest.ask(operation, **arguments)
        except StudentFault:
            raise
        except Exception:  # noqa: BLE001 - an answer of ours was given back to the honest one
            answer = self.chance.choice(ODD)
        if self.chance.random() > self.often:
            return answer
        if self.chance.random() < 0.02:
            raise StudentProcessLost("crashed", "se fue")
        if self.chance.random() < 0.01:
            raise Delegated("torch.lstm")
        return self.spoiled(answer)

    def spoiled(self, answer: Any) -> Any:
        """Return the answer with itself, or something in it, replaced, dropped or doubled."""
        if self.chance.random() < 0.4 or not isinstance(answer, (list, tuple, dict)) or not answer:
            return self.chance.choice(ODD)
        keys = list(answer) if isinstance(answer, dict) else list(range(len(answer)))
        key = self.chance.choice(keys)
        changed: Any = dict(answer) if isinstance(answer, dict) else list(answer)
        if self.chance.random() < 0.2:
            del changed[key]
        else:
            changed[key] = self.spoiled(changed[key])
        return type(answer)(changed)

    def used(self) -> float:
        return self.honest.used()

    def reference(self, questions: Sequence[Mapping[str, Any]]) -> Usage:
        return self.honest.reference(questions)


class LiarSession:
    def __init__(self, honest: Session, chance: random.Random, often: float) -> None:
        self.honest = honest
        self.report: Report = honest.report
        self.spent, self.usage = honest.spent, honest.usage
        self.chance = chance
        self.often = often

    @contextmanager
    def check(self, entropy: int, gpu: int | None = None, part: str = "") -> Iterator[Liar]:
        with self.honest.check(entropy, gpu, part) as honest:
            yield Liar(honest, self.chance, self.often)


class LiarLane:
    def __init__(self, seed: int, often: float) -> None:
        self.honest: FakeLane = FakeSandbox().lane()
        self.versions, self.gpus = self.honest.versions, self.honest.gpus
        self.chance = random.Random(seed)  # noqa: S311 - a test's
        self.often = often

    @contextmanager
    def open(self, *arguments: Any) -> Iterator[LiarSession]:
        with self.honest.open(*arguments) as honest:
            yield LiarSession(honest, self.chance, self.often)

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True, scope="module")
def _frozen() -> Iterator[None]:
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.slow
@pytest.mark.parametrize("often", [1.0, 0.3, 0.02])
@pytest.mark.parametrize("seed", range(2))
def test_no_answer_breaks_a_check(seed: int, often: float) -> None:
    assignment = assignments.load(ROOT / "assignments" / "lstm_gru")
    terms = Terms(assignment, f"hostile {seed}", FakeSandbox.image, "fake")
    submission = Submission("s", "s", REFERENCE.name, REFERENCE.read_bytes())
    got = grade(submission, terms, LiarLane(seed, often))
    assert got.status == "graded"
    assert got.score < 100
    assert got.to_json()
