"""Rows of text, integers and ragged lists: what is right passes, what is wrong is said in words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import torch

from grader.checks import Mismatch, table
from grader.checks.kit import Bank, mistake
from grader.checks.misconceptions import Misconception
from grader.core.errors import StudentFault
from grader.core.limits import Limits
from grader.sandbox.backends.fake import FakeSandbox
from grader.student.student import Student

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNS = re.compile(r"\w+|[.,;:!?¿¡]")


def tokens(text: str) -> list[str]:
    return SIGNS.findall(text.lower())


def vocabulary(texts: list[list[str]], least: int) -> dict[str, int]:
    counted = Counter(token for text in texts for token in text)
    kept = sorted((-count, token) for token, count in counted.items() if count >= least)
    return {"<pad>": 0, **{token: place for place, (_, token) in enumerate(kept, 1)}}


def groups(lengths: list[int], size: int) -> list[list[int]]:
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    return [order[start : start + size] for start in range(0, len(order), size)]


TOKENS: Any = (
    (("Hola",), ["hola"]),
    (("¿Qué?",), ["¿", "qué", "?"]),
    (("",), []),
    (("Año 2024: ¡ñandú, sí!",), ["año", "2024", ":", "¡", "ñandú", ",", "sí", "!"]),
)
VOCABULARY: Any = (
    (([["b", "a", "b"]], 1), {"<pad>": 0, "b": 1, "a": 2}),
    (([["b", "a", "b"]], 2), {"<pad>": 0, "b": 1}),
    (([[]], 1), {"<pad>": 0}),
)
GROUPS: Any = (
    (([3, 1, 2], 2), [[1, 2], [0]]),
    (([5], 3), [[0]]),
    (([], 2), []),
)


def judged(function: Callable[..., Any], rows: Any) -> tuple[Mismatch | StudentFault | None, str]:
    """What the check raises over the wire, and the cell to paste."""
    opened = FakeSandbox(f=function).lane().open(b"", "a.ipynb", ["f", "g"], Limits())
    with opened as session, session.check(0) as check:
        student = Student(check, session.report, {})
        try:
            table.require_rows(student, "f", rows)
        except Mismatch as wrong:
            return wrong, student.transcript.cell(wrong.holds)
        except StudentFault as wrong:
            return wrong, student.transcript.cell()
    return None, ""


@pytest.mark.parametrize(
    ("function", "rows"), [(tokens, TOKENS), (vocabulary, VOCABULARY), (groups, GROUPS)]
)
def test_what_is_right_passes(function: Any, rows: Any) -> None:
    assert judged(function, rows) == (None, "")


WRONG: dict[str, tuple[Any, Any, str]] = {
    "case kept": (SIGNS.findall, TOKENS, "«Hola» da ['Hola']; se esperaba ['hola']"),
    "signs stay": (
        lambda t: t.lower().split(),
        TOKENS,
        "«¿Qué?» da ['¿qué?']; se esperaba ['¿', 'qué', '?']",
    ),
    "accents lost": (
        lambda t: tokens(t.replace("é", "e")),
        TOKENS,
        "La primera diferencia está en [1]: 'que' en vez de 'qué'",
    ),
    "nothing for the empty text": (
        lambda t: tokens(t) or None,
        TOKENS,
        "f('') da None (¿falta un return?); se esperaba []",
    ),
    "a set": (lambda t: set(tokens(t)), TOKENS, "«Hola» da "),
    "alphabetical": (
        lambda texts, _: {"<pad>": 0, **{t: i for i, t in enumerate(sorted({*texts[0]}), 1)}},
        VOCABULARY,
        "está en ['b']: 2 en vez de 1",
    ),
    "min_freq ignored": (
        lambda texts, _: vocabulary(texts, 1),
        VOCABULARY,
        "f([['b', 'a', 'b']], 2) da {'<pad>': 0, 'b': 1, 'a': 2}; se esperaba",
    ),
    "floats": (
        lambda *given: [[float(i) for i in one] for one in groups(*given)],
        GROUPS,
        "está en [0][0]: 1.0 en vez de 1",
    ),
    "the last group is lost": (
        lambda n, size: [one for one in groups(n, size) if len(one) == size],
        GROUPS,
        "f([3, 1, 2], 2) da [[1, 2]]; se esperaba [[1, 2], [0]]",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_in_words(name: str) -> None:
    function, rows, said = WRONG[name]
    wrong, _ = judged(function, rows)
    assert isinstance(wrong, Mismatch)
    assert said in wrong.message.es
    assert wrong.message.es != wrong.message.en


@pytest.mark.parametrize(
    "function",
    [lambda t: t.lower().split(), lambda t: tokens(t)[:2], lambda t: [*reversed(tokens(t))]],
)
def test_the_cell_shows_the_row_that_is_wrong_alone(function: Any) -> None:
    _, cell = judged(function, TOKENS)
    assert cell.count("f(") == 1
    with pytest.raises(AssertionError):
        exec(cell, {"f": function})  # noqa: S102 - as the student does
    exec(cell, {"f": tokens})  # noqa: S102


@pytest.mark.parametrize(
    "function",
    [
        lambda t: tokens(t) if t[0] else [],
        lambda t: [tokens(t)[0], *tokens(t)[1:]],
        lambda t: [max(tokens(t)[:1]), *tokens(t)[1:]],
    ],
)
def test_a_row_that_raises_is_the_students_fault_with_that_row_in_the_cell(function: Any) -> None:
    wrong, cell = judged(function, TOKENS)
    assert isinstance(wrong, StudentFault)
    assert "f('')" in cell
    assert "Hola" not in cell


def test_a_wrong_row_before_one_that_raises_is_shown_first() -> None:
    wrong, _ = judged(lambda t: [t[0]], [TOKENS[0], TOKENS[2]])
    assert isinstance(wrong, Mismatch)
    assert "Hola" in wrong.message.es


def test_a_function_that_remembers_is_told_so() -> None:
    seen: list[str] = []

    def once(text: str) -> list[str]:
        seen.append(text)
        return tokens(text) if len(seen) > 1 else []

    wrong, _ = judged(once, TOKENS[:1])
    assert isinstance(wrong, Mismatch)
    assert "different results" in wrong.message.en


def test_a_function_that_is_missing_is_the_students_fault() -> None:
    opened = FakeSandbox(f=tokens).lane().open(b"", "a.ipynb", ["f", "g"], Limits())
    with opened as session, session.check(0) as check:
        student = Student(check, session.report, {})
        with pytest.raises(StudentFault, match="g"):
            table.require_rows(student, "g", TOKENS)


SAME = [
    ((1, 2), [1, 2]),
    ([[1], []], ((1,), ())),
    (torch.tensor([1, 2]).tolist(), [1, 2]),
    (0.1 + 0.2, 0.3),
    (2, 2.0),
    (float("nan"), float("nan")),
    (float("inf"), float("inf")),
    ({"a": 1, "b": [2]}, {"b": [2], "a": 1}),
    (None, None),
]
OTHER = [
    ([1, 2, 3], [1, 2]),
    ([1], [1, 2]),
    (2.0, 2),
    (True, 1),
    (1, True),
    (True, 1.0),
    ("1", 1),
    ("ab", ["a", "b"]),
    ({"a": 1}, {"a": 1, "b": 2}),
    ({"a": 1, "c": 2}, {"a": 1}),
    (0.3001, 0.3),
    (float("nan"), 0.0),
    ([[1, 2]], [1, 2]),
    (None, []),
]


@pytest.mark.parametrize(("got", "expected"), SAME)
def test_the_same(got: Any, expected: Any) -> None:
    assert table.agrees(got, expected)


@pytest.mark.parametrize(("got", "expected"), OTHER)
def test_not_the_same(got: Any, expected: Any) -> None:
    assert not table.agrees(got, expected)


def test_tensors_will_do_for_lists_and_numbers() -> None:
    rows: Any = ((([1, 2],), [2, 3]), (([0],), [1]), (([],), []))
    assert judged(lambda ids: torch.tensor(ids, dtype=torch.int64) + 1, rows) == (None, "")
    wrong, _ = judged(lambda ids: torch.tensor(ids, dtype=torch.int64) + 2, rows)
    assert isinstance(wrong, Mismatch)
    assert "[3, 4]" in wrong.message.es


def test_long_values_are_cut() -> None:
    wrong, _ = judged(lambda _: ["x" * 5000], [(("y" * 5000,), [])])
    assert isinstance(wrong, Mismatch)
    assert len(wrong.message.es) < 700


@dataclass(frozen=True)
class Cut:
    """Pieces of what `tokens` does."""

    lower: Callable[[str], str] = str.lower
    find: Callable[[str], list[str]] = SIGNS.findall

    def of(self, text: str) -> list[str]:
        return self.find(self.lower(text))


class Sentences(Bank[Cut]):
    """A bank whose words stand here."""

    def misconceptions(self) -> list[Misconception]:
        return [Misconception(one.id, one.terms, "", "") for one in self.mistakes]


BANK = Sentences(
    "f",
    Cut(),
    mistake("t.case_kept", lower=lambda text: text),
    mistake("t.split", find=str.split),
    mistake("t.raises", find=lambda text: [text[5]]),
)


@pytest.mark.parametrize(
    ("function", "named"),
    [
        (tokens, []),
        (SIGNS.findall, ["t.case_kept"]),
        (lambda text: text.lower().split(), ["t.split"]),
        (str.split, ["t.case_kept", "t.split"]),
        (lambda text: [text.lower()[5]], ["t.raises"]),
        (lambda _: 3, None),
    ],
)
def test_the_pieces_of_a_bank_that_a_function_has_are_known(
    function: Callable[..., Any], named: list[str] | None
) -> None:
    inputs = [one for one, _ in TOKENS]
    opened = FakeSandbox(f=function).lane().open(b"", "a.ipynb", ["f"], Limits())
    with opened as session, session.check(0) as check:
        found = table.known(Student(check, session.report, {}), BANK, inputs)
    assert found.explained is (named is not None)
    assert sorted(one.id for one in found.misconceptions) == (named or [])
