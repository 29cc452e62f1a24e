"""Explicit cases for what is no number: strings, integers, ragged lists, dicts of them.

    ROWS = (
        (("¿Qué?",), ["¿", "qué", "?"]),
        (("",), []),
    )
    require_rows(student, "tokeniza", ROWS)

A row has the arguments and what they should give. All rows are asked in one question; the first
that is wrong is shown in words, so put the plainest first.

Wrong ideas of such a function are a `Bank`, whose pieces have a method `of`: what they give for
arguments. `known` says which pieces a student's function has, and so what its rows should be:

    rules = known(student, TOKENS, inputs)
    require_rows(
        student, "tokeniza", ((one, rules.but("signs").of(*one)) for one in of_signs),
        misconception=rules.about("signs"),
    )
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch

from grader.checks import answers, calls
from grader.checks.asserts import Mismatch, kind
from grader.core.errors import StudentFault
from grader.core.i18n import tr
from grader.student.student import RemoteObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.checks.bank import Bank
    from grader.checks.misconceptions import Diagnosis, Misconception
    from grader.core.i18n import Bilingual
    from grader.student.student import Student

    Row = tuple[Sequence[Any], Any]

_LONGEST = 200  # characters of a value in a message
_CLOSE = 1e-9  # relative, for floats in a table


def require_rows(
    student: Student,
    name: str,
    rows: Iterable[Row],
    *,
    misconception: Misconception | None = None,
) -> None:
    """Assert that a function of the student's gives in each row what is expected there.

    See `agrees` for what is the same. Raises Mismatch with the first row that is wrong, named by
    the misconception, and StudentFault if that raises.
    """
    student.require(name)
    row = _first_wrong(student, name, list(rows))
    if row is None:
        return
    arguments, expected = row
    answer = student.run(calls.function, answers.of(list, 1), name=name, entradas=list(arguments))
    if agrees(got := _plain(answer[0]), expected):
        raise Mismatch(
            tr(
                "it gives different results for the same input: does it use random numbers, or "
                "keep something from one call to the next?"
            )
        )
    raise Mismatch(
        _said(name, arguments, expected, got),
        quantity=name,
        inputs={f"[{place}]": repr(value) for place, value in enumerate(arguments)},
        expected=repr(expected),
        got=_shown(got),
        holds=lambda code: [
            f"obtenido, esperado = {code(answer[0])}, {expected!r}",
            "print(obtenido, esperado)",
            "assert obtenido == esperado",
        ],
        misconception=misconception,
    )


def known(student: Student, bank: Bank[Any], inputs: Iterable[Sequence[Any]]) -> Diagnosis[Any]:
    """Return the pieces under which a function gives what it gives for these inputs.

    It is found out once. The pieces' method `of` gives what they do; where it raises, so must the
    student's function.
    """

    def find() -> Diagnosis[Any]:
        student.require(bank.name)
        seen = [(one, _given(student, bank.name, one)) for one in inputs]

        def explains(pieces: Any) -> bool:
            return all(_explains(pieces, one, got) for one, got in seen)

        return bank.diagnose(explains)

    return student.recall(f"{bank.name}.table", find)


def _given(student: Student, name: str, arguments: Sequence[Any]) -> list[Any] | None:
    """Return what a function gives, in a list; None where it raises."""
    try:
        answer = student.run(
            calls.function, answers.of(list, 1), name=name, entradas=list(arguments)
        )
    except StudentFault:
        return None
    return [_plain(answer[0])]


def _explains(pieces: Any, arguments: Sequence[Any], got: list[Any] | None) -> bool:
    try:
        right = pieces.of(*arguments)
    except Exception:  # noqa: BLE001 - a wrong idea raises what it will
        return got is None
    return got is not None and agrees(got[0], right)


def agrees(got: Any, expected: Any) -> bool:
    """Whether two values are the same.

    A tuple is like a list, and the order of a dict's keys no matter. An integer is no float and no
    bool, but an integer will do for a float; floats are the same to 1e-9, and NaN is NaN.
    """
    return difference(got, expected) is None


def difference(got: Any, expected: Any) -> tuple[Any, ...] | None:
    """Return the smallest index at which two values differ, () if as a whole, None if nowhere."""
    if isinstance(expected, (list, tuple)) and isinstance(got, (list, tuple)):
        pairs = enumerate(zip(got, expected, strict=False))
        inside = ((place, difference(one, right)) for place, (one, right) in pairs)
        whole = None if len(got) == len(expected) else ()
    elif isinstance(expected, dict) and isinstance(got, dict):
        shared = (key for key in expected if key in got)
        inside = ((key, difference(got[key], expected[key])) for key in shared)
        whole = None if got.keys() == expected.keys() else ()
    else:
        return None if _same(got, expected) else ()
    within = next(((place, *index) for place, index in inside if index is not None), None)
    return whole if within is None else within


def _same(got: Any, expected: Any) -> bool:
    if isinstance(expected, float) and isinstance(got, (int, float)) and not isinstance(got, bool):
        both_nan = math.isnan(expected) and math.isnan(got)
        return both_nan or math.isclose(got, expected, rel_tol=_CLOSE, abs_tol=_CLOSE)
    return type(got) is type(expected) and bool(got == expected)


def _first_wrong(student: Student, name: str, rows: Sequence[Row]) -> Row | None:
    """Return the first row that is wrong or raises; ask one by one only where some row raises."""
    asked = [{"name": name, "entradas": list(arguments)} for arguments, _ in rows]
    with student.unrecorded():
        try:
            found = student.run(calls.functions, answers.of(list, len(rows)), casos=asked)
        except StudentFault:
            return next((row for row in rows if not _right(student, name, row)), None)
    pairs = zip(rows, found, strict=True)
    return next((row for row, answer in pairs if not agrees(_plain(answer), row[1])), None)


def _right(student: Student, name: str, row: Row) -> bool:
    try:
        answer = student.run(calls.function, answers.of(list, 1), name=name, entradas=list(row[0]))
    except StudentFault:
        return False
    return agrees(_plain(answer[0]), row[1])


def _plain(value: Any) -> Any:
    """Return a value with tensors as the lists and numbers that they hold."""
    if isinstance(value, torch.Tensor):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return type(value)(map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value


def _said(name: str, arguments: Sequence[Any], expected: Any, got: Any) -> Bilingual:
    given = ", ".join(_short(one) for one in arguments)
    asked: Bilingual | str = f"{name}({given})"
    if len(arguments) == 1 and isinstance(arguments[0], str) and arguments[0]:
        asked = tr("“{text}”", text=arguments[0][:_LONGEST])
    index, values = difference(got, expected) or (), (got, expected)
    if not index:
        return tr(
            "{asked} gives {got}; {expected} was expected",
            asked=asked,
            got=_shown(got),
            expected=_short(expected),
        )
    for place in index:
        values = (values[0][place], values[1][place])
    return tr(
        "{asked} gives {got}; {expected} was expected. They differ first at {index}: {one}, not "
        "{right}",
        asked=asked,
        got=_shown(got),
        expected=_short(expected),
        index="".join(f"[{place!r}]" for place in index),
        one=_shown(values[0]),
        right=_short(values[1]),
    )


def _shown(got: Any) -> Bilingual | str:
    return kind(got) if got is None or isinstance(got, RemoteObject) else _short(got)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
