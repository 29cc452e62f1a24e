"""Whatever a student's process answers, no check breaks: it costs points, never the run.

The reference answers honestly; now and then something in its answer is replaced by what nobody
expects there. Or a student's function honestly gives what nobody expects of it. An exception of our
own would be an AssignmentFault, and end the grading of a class.
"""

from __future__ import annotations

import ast
import gc
import itertools
import random
import struct
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from grader.assignments import assignment as assignments
from grader.core.errors import Delegated, StudentFault, StudentProcessLost
from grader.grading.grade import Terms, grade
from grader.protocol.wire import Array, Ref
from grader.sandbox.backends.fake import FakeSandbox
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.assignments.assignment import Assignment
    from grader.sandbox.api import Check, Report, Session, Usage
    from grader.sandbox.backends.fake import FakeLane

ROOT = Path(__file__).parent.parent
NAMES = sorted(path.parent.name for path in (ROOT / "assignments").glob("*/assignment.toml"))
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
@pytest.mark.parametrize("name", NAMES)
def test_no_answer_breaks_a_check(name: str, seed: int, often: float) -> None:
    assignment = assignments.load(ROOT / "assignments" / name)
    terms = Terms(assignment, f"hostile {seed}", FakeSandbox.image, "fake")
    content = _reference(name).read_bytes()
    got = grade(Submission("s", "s", f"{name}.ipynb", content), terms, LiarLane(seed, often))
    assert got.status == "graded"
    assert got.score < 100
    assert got.to_json()


STRANGE = (
    "None",
    "'texto'",
    "3",
    "(1, 2)",
    "torch.zeros(0)",
    "torch.full((2, 3), float('nan'))",
    "torch.nn.Linear(1, 1)",
)
"""What a student's function gives, whatever it is asked."""
SAMPLE = 4  # of the pairs of a definition and what it gives, for each assignment


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_a_student_returns_breaks_a_check(name: str) -> None:
    assignment = assignments.load(ROOT / "assignments" / name)
    pairs = list(itertools.product(assignment.names, STRANGE))
    for definition, value in random.Random(name).sample(pairs, SAMPLE):  # noqa: S311 - a test's
        require_loses(assignment, definition, value)


def require_loses(assignment: Assignment, definition: str, value: str) -> None:
    """See that a part is graded, and loses something, where its definition gives this."""
    reference = _reference(assignment.name)
    notebook = nbformat.read(reference, as_version=4)  # type: ignore[no-untyped-call]
    last = _rebound(notebook, definition, value)
    notebook.cells.append(nbformat.v4.new_code_cell(last))  # type: ignore[no-untyped-call]
    content = nbformat.writes(notebook).encode()  # type: ignore[no-untyped-call]
    submission = Submission("s", "s", reference.name, content)
    terms = Terms(assignment, "strange", FakeSandbox.image, "fake")
    part = (definition,) if definition in assignment.points else ()
    got = grade(submission, terms, FakeSandbox().lane(), only=part)
    assert got.status == "graded"
    assert got.to_json()
    assert any(one.outcome != "passed" for one in got.checks), last


def _rebound(notebook: Any, definition: str, value: str) -> str:
    """Return a cell after which a function, or the last method of a class, gives a value."""
    cells = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    trees = (ast.parse(text) for text in cells if f" {definition}" in text)
    defined = next(
        node
        for tree in trees
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == definition
    )
    given = f"(*args, **kwargs):\n    return {value}\n"
    if isinstance(defined, ast.FunctionDef):
        return f"def {definition}{given}"
    methods = [node.name for node in defined.body if isinstance(node, ast.FunctionDef)]
    method = "forward" if "forward" in methods else methods[-1]
    return f"def rara{given}{definition}.{method} = rara\n"


def _reference(name: str) -> Path:
    return ROOT / "solutions" / name / f"{name}.ipynb"
