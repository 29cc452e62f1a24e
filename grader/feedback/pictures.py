"""The pictures of a grade, drawn from what checks keep of a declared kind.

Which kinds there are and what each holds stands in `grader/checks/figures.py`. Numbers may be the
student's own, finite or not, few or many, and never decide anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from grader.feedback import figures
from grader.feedback.equations import maths
from grader.feedback.figures import Curve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from grader.core.i18n import Words
    from grader.core.results import CheckResult, Grade

    Kept = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """A drawing, what it shows (above it) and how to read it (below it)."""

    caption: Markup
    drawing: Markup
    explanation: Markup


@dataclass(frozen=True)
class Gallery:
    """Figures that belong together, and what to know of all of them."""

    heading: Markup
    note: str
    figures: list[Figure]


def galleries(grade: Grade, words: Words) -> list[Gallery]:
    """Return the figures of a grade: those of one check first, then those that several share."""
    alone: dict[str, Gallery] = {}
    shared: dict[str, Gallery] = {}
    for check in grade.checks:
        for kept in check.data.get("figures", ()):
            if kept["kind"] not in _KINDS:  # of another version
                continue
            group = kept["group"]
            heading = _said(group["title"], words) or _about(check, words)
            found, key = (shared, heading) if group["title"] else (alone, check.id)
            gallery = Gallery(maths(heading), _said(group["note"], words), [])
            caption = maths(_said(kept["title"], words) or _about(check, words))
            found.setdefault(key, gallery).figures.append(
                _KINDS[kept["kind"]](kept, caption, words)
            )
    return [*alone.values(), *shared.values()]


def timings(grade: Grade) -> list[tuple[CheckResult, float, float]]:
    """Return the checks that measured time: how many times the reference's, and up to how many."""
    told = [(check, check.timing) for check in grade.checks]
    return [(check, timing["ratio"], timing["limit"]) for check, timing in told if timing]


def _curve(kept: Kept, caption: Markup, words: Words) -> Figure:
    theirs, reference = (_numbers(kept["series"][role]) for role in ("theirs", "reference"))
    explanation, first = _said(kept["explanation"], words), kept["x"]["first"]
    last = first + max(len(theirs), len(reference), 2) - 1
    x = figures.linear(_said(kept["x"]["label"], words), first, last)
    y = _AXES[kept["y"]["scale"]]([*theirs, *reference], kept["y"]["lowest"], words)
    few = len(theirs) < 20  # noqa: PLR2004 - points that can be told apart
    drawn = [Curve("reference", reference, first), Curve("theirs", theirs, first, dots=few)]
    drawing = figures.curves(str(caption.striptags()), explanation, x, y, drawn)
    return Figure(caption, drawing, maths(explanation))


def _heat_map(kept: Kept, caption: Markup, words: Words) -> Figure:
    rows = [(row["symbol"], _said(row["name"], words), row["values"]) for row in kept["rows"]]
    explanation = "; ".join(f"{symbol}: {name}" for symbol, name, _ in rows)
    means = "; ".join(f"{symbol}: {_means(values, words)}" for symbol, _, values in rows)
    spoken = words("{rows}. Means step by step: {means}", rows=explanation, means=means)
    inputs = (_letter(kept["inputs"]["symbol"]), _numbers(kept["inputs"]["values"]))
    drawn: dict[str, Any] = {
        _letter(symbol): [*map(_numbers, values)] for symbol, _, values in rows
    }
    label = _said(kept["x"]["label"], words)
    drawing = figures.heat(str(caption.striptags()), spoken, inputs, drawn, label)
    return Figure(caption, drawing, maths(explanation))


_KINDS: dict[str, Callable[[Kept, Markup, Words], Figure]] = {
    "curve": _curve,
    "heat_map": _heat_map,
}
_AXES: dict[str, Callable[[list[float], float, Words], figures.Axis]] = {
    "linear": lambda values, _lowest, _words: figures.linear_over("", values),
    "logarithmic": lambda values, lowest, _words: figures.logarithmic("", values, lowest),
    "share": lambda _values, _lowest, words: figures.linear("", 0.0, 1.0, words.percent),
}


def _about(check: CheckResult, words: Words) -> str:
    title = check.title_en if words.lang == "en" and check.title_en else check.title
    return title.removesuffix(".")


def _said(told: dict[str, str] | None, words: Words) -> str:
    return told[words.lang] if told else ""


def _letter(symbol: str) -> Markup:
    letter, _, below = symbol.partition("_")
    lowered = Markup('<tspan dy="3" font-size="9">{}</tspan>').format(below) if below else ""
    return Markup("{}{}").format(letter, lowered)


def _means(steps: Sequence[Sequence[Any]], words: Words) -> str:
    return ", ".join(words.number(sum(_numbers(step)) / max(len(step), 1)) for step in steps)


def _numbers(told: Iterable[Any]) -> list[float]:
    """Return numbers that may be told as text, where JSON has none for them."""
    return [float(value) for value in told]
