"""What a worker says, and what was stored: it is read, or refused in the ways that are declared."""

from __future__ import annotations

import json
from typing import Any

from choices import Choices, mutated

from grader.core.errors import Delegated, SandboxFault, StudentFault, StudentProcessLost
from grader.core.limits import Limits
from grader.core.results import CheckResult, Fingerprint, Flag, Grade, Misconception, Notice
from grader.protocol import wire
from grader.sandbox.lane import StreamLane
from grader.student.student import RemoteObject, Student

DEEP: Any = "x"
for _ in range(12):
    DEEP = ([[DEEP]], {"a": DEEP})[:1] if isinstance(DEEP, str) else [(DEEP,)]
DEEPEST: Any = "x"
for _ in range(450):
    DEEPEST = [DEEPEST]
ODD: list[Any] = [
    None, True, 0, -1, 2**63, 1.5, float("nan"), float("inf"), "", "timeout", "x" * 5000,
    "\x1b[31m", b"\xff", [], {}, (), [None], ["crashed", "x"], ["E", "no", 1, 2, True],
    [["lstm", "f", 1, 2]],
    wire.Ref(0, "f"), wire.Ref(2**64 - 1), wire.Array("float32", (2,), bytes(8), 2**64 - 1),
    wire.Array("int64", (2**63, 0), b""), wire.Array("uint8", (1,) * 16, b"\1"), DEEP, DEEPEST,
]  # fmt: skip
TOLD = ["{error}: {text}", {"error": "E", "text": ["it is not defined in the notebook", {}]}]
KEYS = ["value", "raised", "tripped", "lost", "report", "cpu_seconds", "nonce", "clean", b"value"]
HONEST: dict[str, dict[Any, Any]] = {
    "hello": {"python": "3", "torch": "2"},
    "close": {"clean": True},
    "open": {
        "reading": {
            "absent": {"f": TOLD, "g": TOLD}, "unreadable": None, "places": {"f": [1, 2]},
            "notices": [{"text": TOLD, "cell": 1, "line": None}],
            "flags": [{"kind": "conduct", "part": "f", "text": TOLD, "cell": 1, "line": 1}],
            "code": "0" * 64, "renamed": {"g": "G"},
            "outline": {
                "spans": [["f", 1, 2, 9]], "methods": {"f.g": [1, 3]}, "executions": [[1, 7]],
            },
        }
    },
    "define": {
        "ran": {
            "defined": ["f"], "failed": {"g": TOLD},
            "notices": [{"text": TOLD, "cell": 1, "line": 3}],
        },
        "tripped": [],
    },
    "begin": {},
    "call": {"value": [1.5, wire.Array("float32", (1, 2), bytes(8))]},
    "used": {"cpu_seconds": 0.5},
    "reference": {"seconds": 0.5, "cpu_seconds": 0.5},
    "end": {"cpu_seconds": 0.5},
}  # fmt: skip
CHECK = CheckResult(
    "f/a", "f", "á", 1.0, 2.0, "failed", counterexample={"x": [1, None]},
    misconception=Misconception("m", "t"), data={"a": 1},
)  # fmt: skip
STORED = Grade(
    "s", "s", "a", "graded", 1.0, 2.0, 50.0, 100.0, Fingerprint("a", "b", "c", "d"), "", (CHECK,),
    (Flag("k", "p", "t", 1, 2),), (Notice("t"),), {"python": "3"},
).to_json()  # fmt: skip


class Liar:
    """A worker that answers honestly but for what the choices change."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.waiting = b""
        self.closed = False

    def write(self, *parts: bytes) -> None:
        data = b"".join(parts)
        if self.closed:
            raise BrokenPipeError
        start = wire.PREFIX_SIZE
        caps = wire.Caps(1 << 28, 1 << 28)
        asked = wire.decode(wire.read_prefix(data[:start], caps), data[start:])
        self.waiting = self._answer(
            {"nonce": asked["nonce"], **HONEST.get(asked["op"], {"value": {"w": 1}})}
        )

    def _answer(self, honest: dict[Any, Any]) -> bytes:
        kind = self.choices.below(8)
        if kind == 7:
            return mutated(wire.encode(honest), self.choices)
        for _ in range(kind - 3):
            honest = self._changed(honest)
        return wire.encode(honest)

    def _changed(self, message: dict[Any, Any]) -> dict[Any, Any]:
        if self.choices.below(3):
            return {**message, self.choices.pick(KEYS): self.choices.pick(ODD)}
        changed = replaced(message, self.choices, ODD)
        return changed if isinstance(changed, dict) else message

    def read(self, count: int, seconds: float) -> bytes:  # noqa: ARG002 - never waits
        data, self.waiting = self.waiting[:count], self.waiting[count:]
        if len(data) < count:
            raise EOFError
        return data

    def close(self) -> None:
        self.closed = True


def replaced(value: Any, choices: Choices, odd: list[Any]) -> Any:
    """Return a value with something in it replaced, or dropped."""
    if choices.below(3) == 2 or not isinstance(value, (list, dict)) or not value:
        return choices.pick(odd)
    keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = choices.pick(keys)
    changed: Any = value.copy()
    if choices.below(5) == 4:
        del changed[key]
    else:
        changed[key] = replaced(changed[key], choices, odd)
    return changed


def target(data: bytes) -> None:
    choices = Choices(data)
    if choices.below(3) == 2:
        _read_stored(choices)
    else:
        converse(choices)


def converse(choices: Choices) -> bool:
    """Grade by what the worker says; whether that went to its end."""
    try:
        lane = StreamLane(Liar(choices))
        with (
            lane.open(b"", "a.ipynb", ["f"], Limits(output=4096)) as session,
            session.check(0) as check,
        ):
            _ask(Student(check, session.report, {}))
            json.dumps([list(session.report.missing), session.report.notices, session.report.flags])
            assert check.used() >= 0
            assert check.reference([{}]).cpu_seconds >= 0
        assert check.usage.cpu_seconds >= 0
    except (SandboxFault, StudentFault, StudentProcessLost, Delegated) as fault:
        _is_short(str(fault))
        return False
    return True


def _is_short(text: str) -> None:
    assert len(text.encode()) < 16_000


def _ask(student: Student) -> None:
    """Ask, and ask again with what came back, as a check does with a state."""
    answer = student.f(1)
    again = student.f(answer)
    if isinstance(again, RemoteObject):
        again.state_dict()
        student.f(again(answer))


def _read_stored(choices: Choices) -> None:
    if choices.below(2):
        text = mutated(STORED.encode(), choices).decode(errors="surrogateescape")
    else:
        odd = [*ODD[:20], 10**400, "\ud800"]
        fields = replaced(json.loads(STORED), choices, [one for one in odd if _is_json(one)])
        text = json.dumps(fields)
    try:
        grade = Grade.from_json(text)
    except ValueError:
        return
    assert Grade.from_json(grade.to_json()) == grade
    assert grade.score <= abs(grade.score) + sum(check.points for check in grade.checks) ** 2 + 1


def _is_json(value: Any) -> bool:
    return not isinstance(value, (bytes, tuple, wire.Ref, wire.Array))


def corpus() -> list[bytes]:
    """Return bytes to begin with."""
    return [bytes([way, *range(start, 120, 5)]) for way in range(3) for start in range(10)]
