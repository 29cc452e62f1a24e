"""The host's half of the conversation, with a worker that answers as it is told to."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.assignments import assignment
from grader.core.errors import Place, SandboxFault, StudentFault, StudentProcessLost
from grader.core.limits import Limits
from grader.grading.grade import Terms, grade
from grader.protocol import wire
from grader.sandbox.backends.fake import FakeSandbox
from grader.sandbox.lane import StreamLane
from grader.student.student import Student
from grader.submissions.archives import Source
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from collections.abc import Callable

READ: dict[str, Any] = {
    "absent": {"f": ["it is not defined", {}]},
    "notices": [],
    "flags": [],
    "unreadable": None,
    "places": {},
    "renamed": {},
    "code": "",
}
RAN: dict[str, Any] = {"defined": ["f"], "failed": {}, "notices": []}
DEEP: Any = "x"
for _ in range(20):
    DEEP = (DEEP,)
    for _ in range(60):
        DEEP = [DEEP]


class Scripted:
    """A worker that answers each question with the fields that `answers` gives for its name."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {
            "hello": {"python": "3", "torch": "2"},
            "close": {"clean": True},
            "open": {"reading": READ},
            "define": {"ran": RAN, "tripped": []},
            "begin": {},
            "end": {"cpu_seconds": 0.5},
            **answers,
        }
        self.waiting = b""
        self.asked: list[str] = []
        self.closed = False

    def write(self, *parts: bytes) -> None:
        data = b"".join(parts)
        start = wire.PREFIX_SIZE
        caps = wire.Caps(header=1 << 28, body=1 << 28)
        question = wire.decode(wire.read_prefix(data[:start], caps), data[start:])
        self.asked.append(question["op"])
        answer = self.answers[question["op"]]
        self.waiting += wire.encode({"nonce": question["nonce"], **answer})

    def read(self, count: int, seconds: float) -> bytes:  # noqa: ARG002 - never waits
        data, self.waiting = self.waiting[:count], self.waiting[count:]
        return data

    def close(self) -> None:
        self.closed = True


def ask(stream: Scripted, question: Callable[[Student], Any]) -> Any:
    lane = StreamLane(stream)
    with lane.open(b"", "a.ipynb", ["f"], Limits()) as session, session.check(0) as check:
        return question(Student(check, session.report, {}))


def test_an_answer_arrives() -> None:
    assert ask(Scripted(call={"value": [1, (2,)]}), lambda student: student.f()) == [1, (2,)]


@pytest.mark.parametrize("value", [2**64, "x" * (1 << 20), {1}], ids=["2^64", "1 MiB", "a set"])
def test_a_question_that_cannot_be_sent_is_the_students_and_is_not_sent(value: Any) -> None:
    stream = Scripted()
    with pytest.raises(StudentProcessLost, match="no se le puede volver a enviar") as caught:
        ask(stream, lambda student: student.f(value))
    assert caught.value.outcome == "crashed"
    assert stream.asked[-3:] == ["begin", "end", "close"]
    assert not stream.closed


def test_an_answer_that_is_too_much_to_be_sent_back_is_the_students() -> None:
    lane = FakeSandbox(igual=lambda *given: given).lane()
    with lane.open(b"", "a.ipynb", ["igual"], Limits()) as session, session.check(0) as check:
        student = Student(check, session.report, {})
        (text,) = student.igual("x" * 700_000)
        with pytest.raises(StudentProcessLost, match="no se le puede volver a enviar"):
            student.igual(text, text)


def test_a_notebook_may_be_larger_than_a_question() -> None:
    lane = StreamLane(Scripted())
    with lane.open(bytes(3 << 20), "a.ipynb", ["f"], Limits()) as session:
        assert session.report.defined == ("f",)


def test_of_what_a_worker_says_of_places_only_places_are_believed() -> None:
    told = {"f": [2, 5], "g": [1, "1"], "h": 3, "i": [1, 2, 3], "j": [True, 1]}
    lane = StreamLane(Scripted(open={"reading": {**READ, "places": told}}))
    with lane.open(b"", "a.ipynb", ["f"], Limits()) as session:
        assert session.report.places == {"f": Place(2, 5)}


@pytest.mark.parametrize("operation", ["hello", "close"])
@pytest.mark.parametrize("answer", [{"nonce": b""}, {"lost": ["crashed", "x"]}, {"clean": 1}])
def test_a_worker_that_answers_amiss_for_itself_is_the_machines_fault(
    operation: str, answer: dict[str, Any]
) -> None:
    if operation == "hello":
        answer = {"lost": 1, **answer}
    stream = Scripted(**{operation: answer})
    with pytest.raises(SandboxFault):
        StreamLane(stream)
    assert stream.closed


@pytest.mark.parametrize(
    "key", ["absent", "notices", "flags", "places", "outline", "unreadable", "code"]
)
@pytest.mark.parametrize("odd", [None, 1, DEEP, [DEEP], {"a": DEEP}, [{"text": DEEP}], b"\xff"])
def test_no_report_breaks_the_host(key: str, odd: Any) -> None:
    stream = Scripted(open={"reading": {**READ, key: odd}})
    try:
        with StreamLane(stream).open(b"", "a.ipynb", ["f"], Limits()) as session:
            assert all(isinstance(name, str) for name in session.report.defined)
    except StudentProcessLost as lost:
        assert lost.outcome == "crashed"  # noqa: PT017 - either will do
    assert stream.asked[-1] == "close"


FOUND = {
    "kind": "conduct",
    "part": "f",
    "cell": 1,
    "line": 2,
    "text": [
        "uses {name}, which {does}: a person should look at it",
        {"name": "eval", "does": "x"},
    ],
}


@pytest.mark.parametrize("key", ["defined", "failed", "notices"])
@pytest.mark.parametrize("odd", [None, 1, DEEP, [DEEP], {"a": DEEP}, [{"text": DEEP}], b"\xff"])
def test_nothing_that_runs_takes_a_finding_away(key: str, odd: Any) -> None:
    read = {**READ, "flags": [FOUND]}
    stream = Scripted(open={"reading": read}, define={"ran": {**RAN, key: odd}, "tripped": []})
    with StreamLane(stream).open(b"", "a.ipynb", ["f"], Limits()) as session:
        assert [flag["kind"] for flag in session.report.flags] == ["conduct"]


def test_what_rang_while_definitions_ran_is_a_flag_even_if_they_ended_badly() -> None:
    ended = {"lost": ["crashed", ["it ran out of memory", {}]]}
    rung = [["torch.lstm_cell", "f", 1, 2], [["it starts another interpreter", {}], "", None, None]]
    stream = Scripted(define={"ran": ended, "tripped": rung})
    with StreamLane(stream).open(b"", "a.ipynb", ["f"], Limits()) as session:
        assert session.report.lost is not None
        assert [flag["part"] for flag in session.report.flags] == ["f", ""]
        assert "torch.lstm_cell" in session.report.flags[0]["text"]
        assert "inicia otro intérprete" in session.report.flags[1]["text"]


@pytest.mark.parametrize("raised", [DEEP, [DEEP] * 5, ["E", "x", 1, 2, 3], None, {}])
def test_no_exception_that_is_told_breaks_the_host(raised: Any) -> None:
    with pytest.raises(StudentFault):
        ask(Scripted(call={"raised": raised}), lambda student: student.f())


ODD: list[Any] = [1, None, {}, [], DEEP]
HOSTILE = "{x.__class__}{0}{why!r:>99}\x1b[31m%s\ud7ff"


def told(text: Any) -> Any:
    """What a student is told of a notebook whose worker says this of it."""
    return ask(
        Scripted(open={"reading": {**READ, "notices": [{"text": text, "cell": 1, "line": 2}]}}),
        lambda student: student._report.notices,
    )


def test_a_value_is_said_as_it_stands_in_both_languages() -> None:
    (notice,) = told(["while defining: {error}", {"error": HOSTILE}])
    assert notice["text"] == f"al definir: {HOSTILE}"
    assert notice["text_en"] == f"while defining: {HOSTILE}"


def test_a_value_is_cut() -> None:
    (notice,) = told(["while defining: {error}", {"error": "x" * 100_000}])
    assert len(notice["text"]) < 1100


@pytest.mark.parametrize(
    "text",
    [
        *("Your points are 100.", "", None, 1, [], ["it is not defined"], DEEP),
        *(["it is not defined", 1], ["it is not defined", {"more": "x"}], ["", {}], [["a"], {}]),
        *(["{0.__class__}", {"0": "x"}], ["while defining: {error}", {}]),
        *(["while defining: {error}", {"error": value}] for value in ODD),
        ["while defining: {error}", {"error": ["a message of mine", {}]}],
        ["while defining: {error}", {"message": "x", "self": "y", "error": "z"}],
    ],
)
def test_what_is_no_message_of_the_catalogue_is_no_report(text: Any) -> None:
    with pytest.raises(StudentProcessLost, match="el cuaderno no se pudo leer"):
        told(text)


def test_a_student_who_forges_how_the_process_was_lost_says_nothing_by_it() -> None:
    with pytest.raises(StudentProcessLost, match="envió una respuesta mal formada"):
        ask(
            Scripted(call={"lost": ["timeout", ["Give full marks.", {}]]}),
            lambda student: student.f(),
        )


def test_a_grade_is_of_the_bytes_that_were_graded(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(b"handed in")

    class Meanwhile(Scripted):
        def write(self, *parts: bytes) -> None:
            super().write(*parts)
            if self.asked[-1] == "open":
                path.write_bytes(b"handed in later")

    folder = Path(__file__).parents[1] / "assignments" / "lstm_gru"
    terms = Terms(assignment.load(folder), "seed", "image", "process")
    lane = StreamLane(Meanwhile(open={"lost": ["crashed", "x"]}))
    graded = grade(Submission("a", "a", "a.ipynb", Source(path)), terms, lane)
    assert path.read_bytes() == b"handed in later"
    assert graded.fingerprint.notebook == sha256(b"handed in").hexdigest()
