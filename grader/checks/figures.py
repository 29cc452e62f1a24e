"""Pictures that a check keeps for the student's page, as data of a declared kind.

    figures.keep(student, figures.curve(theirs, right, x=tr("batch"), explanation=tr("…")))

What is kept is JSON that says all that the page shows, in both languages; the page knows the kinds
and no assignment. Numbers are drawn and decide nothing; those that are not finite leave a gap.

Of every kind: `kind`; `title` above it (null: the check's own); `group`, the pictures that stand
under one heading, `title` (null: those of the check alone) and `note`; `x`, its `label` and the
`first` number on it; `explanation`, how to read it.

curve      `series` has `theirs` and `reference`, a number each step; `y` a `scale` ("linear",
           "logarithmic" down to `lowest`, or "share", from 0 to 100 %)
heat_map   `rows` below each other, each a `symbol` ("f_t"), its `name` and `values`, a list for
           each step of numbers from 0 to 1; `inputs` above them, a `symbol` and a number each step
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.core.i18n import Bilingual
    from grader.student.student import Student

    Figure = dict[str, Any]
    Scale = Literal["linear", "logarithmic", "share"]


@dataclass(frozen=True)
class Group:
    """Pictures under one heading; without a title, those of one check under the check's own."""

    title: Bilingual | None = None
    note: Bilingual | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {"title": _text(self.title), "note": _text(self.note)}


@dataclass(frozen=True)
class Row:
    """A map of a heat map: T lists of numbers from 0 to 1, such as a gate's at each step."""

    symbol: str
    name: Bilingual
    values: Sequence[Sequence[float]]


def curve(
    theirs: Sequence[float],
    reference: Sequence[float],
    *,
    x: Bilingual,
    explanation: Bilingual,
    first: int = 0,
    scale: Scale = "linear",
    lowest: float = 0.0,
    title: Bilingual | None = None,
    group: Group = Group(),
) -> Figure:
    """Return two curves, the student's and the reference's, with a number each step of `x`.

    On a logarithmic scale what is below `lowest` lies on the edge, and 0 is not drawn.
    """
    return {
        "kind": "curve",
        "title": _text(title),
        "group": group.to_json(),
        "x": {"label": _text(x), "first": first},
        "y": {"scale": scale, "lowest": lowest},
        "series": {"theirs": plain(theirs), "reference": plain(reference)},
        "explanation": _text(explanation),
    }


def heat_map(
    rows: Sequence[Row],
    *,
    inputs: tuple[str, Sequence[float]],
    x: Bilingual,
    title: Bilingual | None = None,
    group: Group = Group(),
) -> Figure:
    """Return maps over one sequence, whose `inputs` (a symbol, and T numbers) stand above them."""
    symbol, numbers = inputs
    return {
        "kind": "heat_map",
        "title": _text(title),
        "group": group.to_json(),
        "x": {"label": _text(x), "first": 1},
        "inputs": {"symbol": symbol, "values": plain(numbers)},
        "rows": [
            {"symbol": row.symbol, "name": _text(row.name), "values": [*map(plain, row.values)]}
            for row in rows
        ],
    }


def keep(student: Student, *figures: Figure) -> None:
    """Have pictures on the page of whom a check judges."""
    student.data.setdefault("figures", []).extend(figures)


def keep_time(student: Student, ratio: float, limit: float) -> None:
    """Say that a check measures time: `ratio` times the reference's, and up to `limit` is right.

    The page shows it, and whoever compares two gradings leaves it out.
    """
    student.data["timing"] = {"ratio": round(ratio, 2), "limit": limit}


def plain(numbers: Sequence[float]) -> list[float | str]:
    """Return numbers as JSON can hold them, those that are not finite as text."""
    return [float(f"{x:.6g}") if math.isfinite(x) else str(x) for x in map(float, numbers)]


def _text(said: Bilingual | None) -> dict[str, str] | None:
    return {"es": said.es, "en": said.en} if said else None
