"""A counterexample as rows of a table: what went in, what was expected, what came out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from grader.core.results import in_language
from grader.feedback.equations import maths
from grader.feedback.pages import clean, digits

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_LINE = 40  # characters of numbers that stay in one line


@dataclass(frozen=True)
class Row:
    """One value: its name, its shape and dtype as PyTorch says them, its numbers; `full` is all
    their digits.
    """  # noqa: D205 - one sentence

    name: str
    shape: str
    numbers: Markup
    full: str


@dataclass(frozen=True)
class Counterexample:
    """What the student's code was given, and how its answer differs from the right one."""

    quantity: Markup
    expected: Row
    got: Row
    difference: float | str | None
    inputs: tuple[Row, ...]


def read(told: dict[str, Any], lang: str = "es") -> Counterexample:
    """Return the counterexample of a check's result, in one language."""
    expected, got = told["expected"], told["got"]
    wrong = _differing(expected, got, told.get("tolerance", 0.0))
    return Counterexample(
        maths(in_language(told, "quantity", lang)),
        _row("", expected, frozenset(), lang),
        _row("", got, wrong, lang),
        told.get("difference", _largest(expected, got)),
        tuple(_row(name, value, frozenset(), lang) for name, value in told["inputs"].items()),
    )


def _row(name: str, value: dict[str, Any], wrong: frozenset[int], lang: str) -> Row:
    name = in_language({"name": name, **value}, "name", lang)
    if "shape" not in value:
        text = in_language(value, "text", lang)
        return Row(name, "", Markup("{}").format(clean(text)), "")
    shape = (
        ""
        if not value["shape"]
        else "(" + ", ".join(map(str, value["shape"])) + "," * (len(value["shape"]) == 1) + ")"
    )
    if "values" not in value:
        return Row(name, shape, Markup("…"), "")
    values = value["values"]
    return Row(name, shape, _numbers(values, wrong), f"{value['dtype']} {values}")


def _numbers(values: Any, wrong: frozenset[int]) -> Markup:
    """Return nested lists as Python writes them, a line for each row, the wrong ones marked."""
    text, _ = _nested(values, wrong, 0, 1)
    return text


def _nested(values: Any, wrong: frozenset[int], index: int, depth: int) -> tuple[Markup, int]:
    """Return the lists' text, and the flat index of the number after them."""
    if not isinstance(values, list):
        pattern = "<mark>{}</mark>" if index in wrong else "{}"
        return Markup(pattern).format(digits(values)), index + 1  # noqa: S704 - two constants
    pieces = []
    for value in values:
        piece, index = _nested(value, wrong, index, depth + 1)
        pieces.append(piece)
    inline = len(Markup(", ").join(pieces).striptags()) <= _LONGEST_LINE
    between = ", " if inline else ",\n" + " " * depth
    return Markup("[{}]").format(Markup(between).join(pieces)), index  # noqa: S704 - white space


def _flat(values: Any) -> Iterator[float]:
    """Yield the numbers of nested lists; those that JSON has no number for are text there."""
    if isinstance(values, list):
        for value in values:
            yield from _flat(value)
    else:
        yield float(values)


def _pairs(expected: dict[str, Any], got: dict[str, Any]) -> list[tuple[float, float]]:
    if expected.get("shape") != got.get("shape") or not ("values" in expected and "values" in got):
        return []
    return list(zip(_flat(expected["values"]), _flat(got["values"]), strict=True))


def _differing(expected: dict[str, Any], got: dict[str, Any], bound: float | str) -> frozenset[int]:
    pairs = enumerate(_pairs(expected, got))
    found = frozenset(place for place, (a, b) in pairs if not abs(a - b) <= float(bound))
    return found if len(_pairs(expected, got)) > 1 else frozenset()


def _largest(expected: dict[str, Any], got: dict[str, Any]) -> float | None:
    gaps = [abs(a - b) for a, b in _pairs(expected, got)]
    return max(gaps) if gaps and all(map(math.isfinite, gaps)) else None
