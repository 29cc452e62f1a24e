"""Figures as SVG: curves over time, heat maps and columns, from plain numbers.

They are drawn with classes whose colours stand in the page's style, so that they follow light,
dark and print, and never tell anything by colour alone: the reference is a broad line, the
student's a thin one, and where two numbers matter they are in the text beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

WIDTH, HEIGHT = 360.0, 220.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 8.0, 10.0, 42.0
_MOST_TICKS = 6
_NEAR_EDGE = 10.0  # a label in the middle there would be cut
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LEVELS = 20  # of darkness in a heat map
_HEAT_HEIGHT = 84.0
_COLUMNS_HEIGHT = 170.0


@dataclass(frozen=True)
class Axis:
    """What an axis shows, from where to where, and its ticks: positions and their labels."""

    label: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    scale: Callable[[float], float] = float

    def part(self, value: float) -> float:
        """Return where a value lies between the ends, from 0 to 1; beyond them is at an end."""
        low, high = self.scale(self.low), self.scale(self.high)
        return min(max((self.scale(value) - low) / (high - low), 0.0), 1.0)


def linear(
    label: str, low: float, high: float, write: Callable[[float], str] = "{:g}".format
) -> Axis:
    """Return an axis with ticks at round numbers."""
    high = high if high > low else low + 1
    step = _round_step((high - low) / (_MOST_TICKS - 1))
    first, last = math.ceil(low / step), math.floor(high / step + 1e-9)
    ticks = tuple((n * step, write(n * step)) for n in range(first, last + 1))
    return Axis(label, low, high, ticks)


def linear_over(label: str, values: Iterable[float]) -> Axis:
    """Return an axis that holds the values that are finite."""
    finite = [value for value in values if math.isfinite(value)]
    return linear(label, min(finite, default=0.0), max(finite, default=1.0))


def logarithmic(label: str, values: Iterable[float], lowest: float) -> Axis:
    """Return an axis over whole powers of ten that holds the positive values down to `lowest`."""
    logs = [math.log10(max(value, lowest)) for value in values if 0 < value < math.inf]
    low, high = math.floor(min(logs, default=0)), math.ceil(max(logs, default=1))
    high = max(high, low + 1)
    step = math.ceil((high - low) / (_MOST_TICKS - 1))
    powers = range(high, low - 1, -step)
    ticks = tuple((10.0**n, "10" + str(n).translate(_SUPERSCRIPTS)) for n in powers)
    return Axis(label, 10.0**low, 10.0**high, ticks, math.log10)


def _round_step(about: float) -> float:
    power = 10 ** math.floor(math.log10(about))
    return float(next(power * n for n in (1, 2, 5, 10) if power * n >= about * (1 - 1e-9)))


@dataclass(frozen=True)
class Curve:
    """Values at x = first, first + 1, …; `role` is "reference" or "theirs"."""

    role: str
    values: Sequence[float]
    first: int = 0
    dots: bool = False


def curves(title: str, description: str, x: Axis, y: Axis, drawn: Sequence[Curve]) -> Markup:
    """Return curves in one frame. Values that cannot be drawn leave a gap."""
    inside = [*_frame(x, y), *(piece for curve in drawn for piece in _curve(x, y, curve))]
    return _figure(title, description, HEIGHT, inside)


def _curve(x: Axis, y: Axis, curve: Curve) -> list[Markup]:
    points = [
        _point(x, y, place, value) if _drawable(y, value) else None
        for place, value in enumerate(curve.values, curve.first)
    ]
    strokes, pen = [], "M"
    for point in points:
        if point is not None:
            strokes.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "M" if point is None else "L"
    line = _tag("path", d="".join(strokes), class_=f"curve {curve.role}")
    dots = [
        _tag("circle", cx=f"{point[0]:.1f}", cy=f"{point[1]:.1f}", r="2.5", class_=curve.role)
        for point in points
        if point and curve.dots
    ]
    return [line, *dots]


def _drawable(y: Axis, value: float) -> bool:
    return math.isfinite(value) and (value > 0 or y.scale is float)


def _point(x: Axis, y: Axis, place: float, value: float) -> tuple[float, float]:
    across = _LEFT + x.part(place) * (WIDTH - _LEFT - _RIGHT)
    return across, _TOP + (1 - y.part(value)) * (HEIGHT - _TOP - _BOTTOM)


def _frame(x: Axis, y: Axis) -> list[Markup]:
    """Return the axes: lines across at the ticks of y, labels at both."""
    bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
    pieces = []
    for value, label in y.ticks:
        _, at = _point(x, y, x.low, value)
        pieces.append(_tag("path", d=f"M{_LEFT:g} {at:.1f}H{right:g}", class_="grid"))
        pieces.append(_text(label, _LEFT - 6, at + 4, "end"))
    for value, label in x.ticks:
        across, _ = _point(x, y, value, y.high)
        anchor = "middle" if across < right - _NEAR_EDGE else "end"
        pieces.append(_text(label, min(across, right), bottom + 16, anchor))
    pieces.append(_tag("path", d=f"M{_LEFT:g} {bottom:g}H{right:g}", class_="axis"))
    pieces.append(_text(x.label, right, bottom + 34, "end"))
    return pieces


def heat(
    title: str,
    description: str,
    inputs: tuple[str, Sequence[float]],
    rows: Mapping[str, Sequence[Sequence[float]]],
    x_label: str,
) -> Markup:
    """Return heat maps one below the other, each of T columns and H lines, over their inputs.

    `rows` has, by name, T lists of H numbers from 0 to 1; full colour is 1.
    """
    name, numbers = inputs
    width = (WIDTH - _LEFT - _RIGHT) / max(len(numbers), 1)
    pieces = [_text(name, _LEFT - 8, 18, "end")]
    for place, number in enumerate(numbers):
        pieces.append(_text(f"{number:g}", _LEFT + (place + 0.5) * width, 18, "middle"))
    top = 28.0
    for label, steps in rows.items():
        pieces += [_text(label, _LEFT - 8, top + _HEAT_HEIGHT / 2 + 4, "end")]
        pieces += _cells(steps, top, width)
        top += _HEAT_HEIGHT + 10
    for place in range(len(numbers)):
        pieces.append(_text(str(place + 1), _LEFT + (place + 0.5) * width, top + 6, "middle"))
    pieces.append(_text(x_label, WIDTH - _RIGHT, top + 24, "end"))
    pieces += _key(top + 24)
    return _figure(title, description, top + 32, pieces)


def _cells(steps: Sequence[Sequence[float]], top: float, width: float) -> list[Markup]:
    """Return one path for each darkness, and a frame."""
    by_level: dict[int, list[str]] = {}
    height = _HEAT_HEIGHT / max(map(len, steps), default=1)
    for column, step in enumerate(steps):
        for line, value in enumerate(step):
            x, y = _LEFT + column * width, top + line * height
            box = f"M{x:.1f} {y:.1f}h{width:.1f}v{height:.1f}h-{width:.1f}z"
            by_level.setdefault(round(min(max(value, 0.0), 1.0) * _LEVELS), []).append(box)
    paths = [_level(level, "".join(boxes)) for level, boxes in sorted(by_level.items())]
    wide = f"{len(steps) * width:.1f}"
    frame = _tag("rect", x=_LEFT, y=f"{top:.1f}", width=wide, height=_HEAT_HEIGHT, class_="axis")
    return [*paths, frame]


def _level(level: int, path: str) -> Markup:
    return _tag("path", d=path, class_="heat", fill_opacity=f"{level / _LEVELS:g}")


def _key(top: float) -> list[Markup]:
    """Return what the darkness means: 0, five steps, 1."""
    pieces = [_text("0", _LEFT, top, "start")]
    for step, (start, stop) in enumerate(pairwise(range(12, 12 * 7, 12))):
        box = f"M{_LEFT + start:g} {top - 9:g}h{stop - start}v9h-{stop - start}z"
        pieces.append(_level(step * _LEVELS // 4, box))
    pieces.append(_tag("rect", x=_LEFT + 12, y=top - 9, width="60", height="9", class_="axis"))
    return [*pieces, _text("1", _LEFT + 78, top, "start")]


def columns(title: str, description: str, edges: Sequence[str], counts: Sequence[int]) -> Markup:
    """Return a histogram: counts above columns, the edges between them below."""
    bottom, left, right = _COLUMNS_HEIGHT - 22.0, 12.0, WIDTH - 12.0
    width = (right - left) / len(counts)
    pieces: list[Markup] = []
    for place, count in enumerate(counts):
        if count:
            height = (bottom - 20) * count / max(counts)
            across, top = left + place * width, bottom - height
            box = f"M{across + 1:.1f} {bottom:g}V{top:.1f}h{width - 2:.1f}V{bottom:g}z"
            pieces.append(_tag("path", d=box, class_="bar"))
            pieces.append(_text(str(count), across + width / 2, top - 5, "middle"))
    pieces.append(_tag("path", d=f"M{left:g} {bottom:g}H{right:g}", class_="axis"))
    pieces += [
        _text(edge, left + place * width, bottom + 16, "middle") for place, edge in enumerate(edges)
    ]
    return _figure(title, description, _COLUMNS_HEIGHT, pieces)


def bar(part: float) -> Markup:
    """Return a bar that is filled from 0 to 1; the numbers stand beside it."""
    filled = f"{100 * min(max(part, 0.0), 1.0):.1f}"
    inside = [
        _tag("rect", width="100", height="8", class_="bar-all"),
        _tag("rect", width=filled, height="8", class_="bar"),
    ]
    box = {"viewBox": "0 0 100 8", "preserveAspectRatio": "none", "aria_hidden": "true"}
    return _tag("svg", Markup().join(inside), class_="bars", focusable="false", **box)


def _figure(title: str, description: str, height: float, inside: Iterable[Markup]) -> Markup:
    said = [
        _tag("title", escape(title)),
        _tag("desc", escape(description)),
    ]
    box = {"viewBox": f"0 0 {WIDTH:g} {height:g}", "role": "img"}
    label = f"{title}. {description}"
    return _tag(
        "svg", Markup("\n").join([*said, *inside]), class_="figure", aria_label=label, **box
    )


def _text(text: str, x: float, y: float, anchor: str) -> Markup:
    return _tag("text", escape(text), x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor)


def _tag(name: str, content: Markup = Markup(), **attributes: object) -> Markup:  # noqa: B008 - immutable
    """Return an element; `class_` is class, and other underscores are hyphens."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    inside = f">{content}</{name}>" if content else "/>"
    return Markup(f"<{name}{pairs}{inside}")  # noqa: S704 - escaped, or Markup already
