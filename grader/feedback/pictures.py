"""Which figures a grade has: training, gradients over time, gates, and what training took.

They come from what checks keep in `CheckResult.data`, by key; numbers there may be the student's
own, finite or not, few or many, and never decide anything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from grader.feedback import figures
from grader.feedback.figures import Curve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.results import CheckResult, Grade
    from grader.words import Words

_LOWEST = 1e-20
"""Of a gradient: what is smaller has vanished, and is drawn at the lower edge."""
_LOWEST_LOSS = 1e-6


@dataclass(frozen=True)
class Figure:
    """A drawing, what it shows (above it) and how to read it (below it)."""

    caption: str
    drawing: Markup
    reading: str = ""


@dataclass(frozen=True)
class Gallery:
    """The figures that one check gave, under its title; `stand_ins` took some parts' places."""

    check: CheckResult
    figures: list[Figure]
    stand_ins: list[str] = field(default_factory=list)
    with_legend: bool = True


def galleries(grade: Grade, words: Words) -> Iterator[Gallery]:
    """Yield the figures of a grade, check by check."""
    for check in grade.checks:
        data = check.data
        if "held_out" in data and "reference" in data:
            shown = [_loss(data, words), _accuracy(data, words)]
            yield Gallery(check, shown, data.get("stand_ins", []))
        if "profile" in data:
            yield Gallery(check, [_profile(data["profile"], words)])
        if "gates" in data:
            yield Gallery(check, [_gates(data["gates"], words)], with_legend=False)


def timings(grade: Grade) -> list[tuple[CheckResult, float, float]]:
    """Return the checks that measured time: how many times the reference's, and up to how many."""
    told = [(check, check.data.get("timing", {})) for check in grade.checks]
    return [(check, timing["ratio"], timing["limit"]) for check, timing in told if timing]


def _loss(data: dict[str, Any], words: Words) -> Figure:
    theirs, reference = _numbers(data["loss"]), _numbers(data["reference"]["loss"])
    description = words(
        "Yours begins at {first} and ends at {last}; the reference's ends at {reference}.",
        first=_end(theirs[:1]),
        last=_end(theirs),
        reference=_end(reference),
    )
    x = figures.linear(words("batch"), 0, max(len(theirs), len(reference), 2) - 1)
    y = figures.logarithmic("", [*theirs, *reference], _LOWEST_LOSS)
    caption = words("Loss of each training batch (logarithmic scale)")
    return Figure(caption, _both(caption, description, (x, y), reference, theirs), description)


def _accuracy(data: dict[str, Any], words: Words) -> Figure:
    theirs = _numbers(pair[1] for pair in data["held_out"])
    reference = _numbers(pair[1] for pair in data["reference"]["held_out"])
    description = words(
        "Yours ends at {last}, the reference's at {reference}.",
        last=_percent(theirs, words),
        reference=_percent(reference, words),
    )
    x = figures.linear(words("epoch"), 1, max(len(theirs), len(reference), 2))
    y = figures.linear("", 0.0, 1.0, words.percent)
    caption = words("Accuracy on sequences that it did not see")
    drawing = _both(caption, description, (x, y), reference, theirs, first=1)
    return Figure(caption, drawing, description)


def _profile(profile: dict[str, Any], words: Words) -> Figure:
    theirs, reference = _numbers(profile["student"]), _numbers(profile["reference"])
    description = words(
        "With the memory's gate kept open, the gradient of the last state by the first input is "
        "{first} in yours and {reference} in the reference. Below 10⁻²⁰ it is drawn at the edge; "
        "where it is 0, not at all.",
        first=_end(theirs[:1]),
        reference=_end(reference[:1]),
    )
    x = figures.linear(words("step t"), 1, max(len(theirs), len(reference), 2))
    y = figures.logarithmic("", [*theirs, *reference], _LOWEST)
    caption = words("‖∂h_T/∂x_t‖ at each step (logarithmic scale)")
    drawing = _both(caption, description, (x, y), reference, theirs, first=1)
    return Figure(caption, drawing, description)


def _gates(gates: dict[str, Any], words: Words) -> Figure:
    of = {name: gate for name, gate in gates.items() if name != "x"}
    called = _gate_names(words)
    names = ", ".join(f"{name}_t, {called.get(name, name)}" for name in of)
    description = words(
        "Each row is a unit, each column a step; dark is 1 (open), pale is 0 (shut): {gates}. "
        "These are the weights that your training came to, over a sequence that it did not see.",
        gates=names,
    )
    caption = words("The gates over a sequence")
    means = "; ".join(f"{name}_t: {_means(gate, words)}" for name, gate in of.items())
    spoken = f"{description} {words('Means step by step:')} {means}"
    inputs = (_letter("x", "t"), gates["x"])
    rows = {_letter(name, "t"): gate for name, gate in of.items()}
    drawing = figures.heat(caption, spoken, inputs, rows, words("step t"))
    return Figure(caption, drawing, description)


def _gate_names(words: Words) -> dict[str, str]:
    return {
        "i": words("input gate"),
        "f": words("forget gate"),
        "o": words("output gate"),
        "r": words("reset gate"),
        "z": words("update gate"),
    }


def _letter(name: str, below: str) -> Markup:
    pattern = '{}<tspan dy="3" font-size="9">{}</tspan>'
    return Markup(pattern).format(name, below)  # noqa: S704 - a constant


def _means(gate: Sequence[Sequence[float]], words: Words) -> str:
    return ", ".join(words.number(sum(step) / max(len(step), 1)) for step in gate)


def _both(
    caption: str,
    description: str,
    axes: tuple[figures.Axis, figures.Axis],
    reference: list[float],
    theirs: list[float],
    first: int = 0,
) -> Markup:
    few = len(theirs) < 20  # noqa: PLR2004 - points that can be told apart
    drawn = [Curve("reference", reference, first), Curve("theirs", theirs, first, dots=few)]
    return figures.curves(caption, description, *axes, drawn)


def _numbers(told: Any) -> list[float]:
    """Return numbers that may be told as text, where JSON has none for them."""
    return [float(value) for value in told]


def _end(values: list[float]) -> str:
    return f"{values[-1]:.3g}" if values else "–"


def _percent(values: list[float], words: Words) -> str:
    return words.percent(values[-1]) if values and math.isfinite(values[-1]) else "–"
