"""Which figures a grade has: training, gradients over time, gates, and what training took.

They come from what checks keep in `CheckResult.data`, by key; numbers there may be the student's
own, finite or not, few or many, and never decide anything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from grader.feedback import figures
from grader.feedback.equations import maths
from grader.feedback.figures import Curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.i18n import Words
    from grader.core.results import CheckResult, Grade

_LOWEST = 1e-20
"""Of a gradient: what is smaller has vanished, and is drawn at the lower edge."""
_LOWEST_LOSS = 1e-6


@dataclass(frozen=True)
class Figure:
    """A drawing, what it shows (above it) and how to read it (below it)."""

    caption: Markup
    drawing: Markup
    reading: Markup


@dataclass(frozen=True)
class Gallery:
    """Figures that belong together, and what to know of all of them."""

    heading: Markup
    note: str
    figures: list[Figure]


def galleries(grade: Grade, words: Words) -> list[Gallery]:
    """Return the figures of a grade: of each training run, of gradients, of gates."""
    found = [_training(check, words) for check in grade.checks if "held_out" in check.data]
    gradients = [_profile(check, words) for check in grade.checks if "profile" in check.data]
    gates = [_gates(check, words) for check in grade.checks if "gates" in check.data]
    if gradients:
        note = words(
            "With the memory's gate kept open. Below 10⁻²⁰ a curve lies on the lower edge; where "
            "the gradient is 0 it is not drawn."
        )
        heading = words("The gradient through time, ‖∂h_T/∂x_t‖ at each step")
        found.append(Gallery(maths(heading), note, gradients))
    if gates:
        note = words(
            "Each row is a unit, each column a step of a sequence that was not trained on. Full "
            "colour is 1 (open), no colour is 0 (shut). The weights are those that your training "
            "came to."
        )
        found.append(Gallery(maths(words("The gates over a sequence")), note, gates))
    return found


def timings(grade: Grade) -> list[tuple[CheckResult, float, float]]:
    """Return the checks that measured time: how many times the reference's, and up to how many."""
    told = [(check, check.data.get("timing", {})) for check in grade.checks]
    return [(check, timing["ratio"], timing["limit"]) for check, timing in told if timing]


def _training(check: CheckResult, words: Words) -> Gallery:
    names = check.data.get("stand_ins", [])
    note = words(
        "In place of {names}, which is not right yet, a piece of ours was used.",
        names=", ".join(names),
    )
    shown = [_loss(check.data, words), _accuracy(check.data, words)]
    return Gallery(_about(check, words), note if names else "", shown)


def _loss(data: dict[str, Any], words: Words) -> Figure:
    theirs, reference = _numbers(data["loss"]), _numbers(data["reference"]["loss"])
    reading = words(
        "Yours begins at {first} and ends at {last}; the reference's ends at {reference}.",
        first=_end(theirs[:1]),
        last=_end(theirs),
        reference=_end(reference),
    )
    x = figures.linear(words("batch"), 0, max(len(theirs), len(reference), 2) - 1)
    y = figures.logarithmic("", [*theirs, *reference], _LOWEST_LOSS)
    caption = words("Loss of each training batch (logarithmic scale)")
    return _figure(maths(caption), reading, (x, y), reference, theirs)


def _accuracy(data: dict[str, Any], words: Words) -> Figure:
    theirs = _numbers(pair[1] for pair in data["held_out"])
    reference = _numbers(pair[1] for pair in data["reference"]["held_out"])
    reading = words(
        "Yours ends at {last}, the reference's at {reference}.",
        last=_percent(theirs, words),
        reference=_percent(reference, words),
    )
    x = figures.linear(words("epoch"), 1, max(len(theirs), len(reference), 2))
    y = figures.linear("", 0.0, 1.0, words.percent)
    caption = words("Accuracy on sequences that it was not trained on")
    return _figure(maths(caption), reading, (x, y), reference, theirs, first=1)


def _profile(check: CheckResult, words: Words) -> Figure:
    profile = check.data["profile"]
    theirs, reference = _numbers(profile["student"]), _numbers(profile["reference"])
    reading = words(
        "At the first step it is {first} in yours and {reference} in the reference.",
        first=_end(theirs[:1]),
        reference=_end(reference[:1]),
    )
    x = figures.linear(words("step t"), 1, max(len(theirs), len(reference), 2))
    y = figures.logarithmic("", [*theirs, *reference], _LOWEST)
    return _figure(_about(check, words), reading, (x, y), reference, theirs, first=1)


def _gates(check: CheckResult, words: Words) -> Figure:
    told = check.data["gates"]
    of = {name: gate for name, gate in told.items() if name != "x"}
    called = _gate_names(words)
    reading = "; ".join(f"{name}_t: {called.get(name, name)}" for name in of)
    means = "; ".join(f"{name}_t: {_means(gate, words)}" for name, gate in of.items())
    spoken = words("{gates}. Means step by step: {means}", gates=reading, means=means)
    rows: dict[str, Any] = {_letter(name): gate for name, gate in of.items()}
    inputs = (_letter("x"), told["x"])
    caption = _about(check, words)
    drawing = figures.heat(str(caption.striptags()), spoken, inputs, rows, words("step t"))
    return Figure(caption, drawing, maths(reading))


def _about(check: CheckResult, words: Words) -> Markup:
    title = check.title_en if words.lang == "en" and check.title_en else check.title
    return maths(title.removesuffix("."))


def _gate_names(words: Words) -> dict[str, str]:
    return {
        "i": words("input gate"),
        "f": words("forget gate"),
        "o": words("output gate"),
        "r": words("reset gate"),
        "z": words("update gate"),
    }


def _letter(name: str) -> Markup:
    return Markup('{}<tspan dy="3" font-size="9">t</tspan>').format(name)


def _means(gate: Sequence[Sequence[float]], words: Words) -> str:
    return ", ".join(words.number(sum(step) / max(len(step), 1)) for step in gate)


def _figure(
    caption: Markup,
    reading: str,
    axes: tuple[figures.Axis, figures.Axis],
    reference: list[float],
    theirs: list[float],
    first: int = 0,
) -> Figure:
    few = len(theirs) < 20  # noqa: PLR2004 - points that can be told apart
    drawn = [Curve("reference", reference, first), Curve("theirs", theirs, first, dots=few)]
    drawing = figures.curves(str(caption.striptags()), reading, *axes, drawn)
    return Figure(caption, drawing, maths(reading))


def _numbers(told: Any) -> list[float]:
    """Return numbers that may be told as text, where JSON has none for them."""
    return [float(value) for value in told]


def _end(values: list[float]) -> str:
    return f"{values[-1]:.3g}" if values else "–"


def _percent(values: list[float], words: Words) -> str:
    return words.percent(values[-1]) if values and math.isfinite(values[-1]) else "–"
