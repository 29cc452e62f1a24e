"""The figures as tables and as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from benchmarks.contestants import LIMIT, NBGRADER_NAME, OTTER_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.figures import Figures


def tables(found: Sequence[Figures]) -> Iterator[Table]:
    """Yield who is how fast, and where the seconds of each go."""
    known = {one.contestant: one for one in found}
    limit = known.get(LIMIT)
    race = Table(
        "", "a minute", "× nbgrader", "× Otter", "CPU s each", "× the limit", "start s", "MiB",
        box=None, header_style="bold",
    )  # fmt: skip
    for column in race.columns[1:]:
        column.justify = "right"
    for one in found:
        rivals = (known.get(NBGRADER_NAME), known.get(OTTER_NAME))
        race.add_row(
            one.contestant,
            "" if one is limit else f"{one.per_minute:.1f}",
            *("" if other is None or one is limit else _times(one.per_minute, other.per_minute)
              for other in rivals),
            f"{one.cpu:.2f}",
            _times(one.cpu, limit.cpu) if limit and "lstm_gru" not in one.contestant else "",
            f"{one.start:.1f}",
            f"{one.memory / 2**20:.0f}",
        )  # fmt: skip
    yield race
    for one in found:
        if one.stages:
            stages = Table(one.contestant, "CPU s each", "share", box=None, header_style="bold")
            for name, seconds in one.stages.items():
                stages.add_row(name, f"{seconds:.3f}", f"{seconds / one.cpu:.0%}")
            yield stages


def plot(found: Sequence[Figures], path: Path) -> None:
    """Draw how many each grades in a minute."""
    from matplotlib.figure import Figure

    raced = [one for one in found if one.contestant != LIMIT][::-1]
    picture = Figure(figsize=(7, 0.5 + 0.4 * len(raced)), layout="constrained")
    axes = picture.subplots()
    bars = axes.barh([one.contestant for one in raced], [one.per_minute for one in raced])
    axes.bar_label(bars, fmt="%.1f", padding=3)
    axes.set_xlabel("submissions a minute")
    axes.spines[["top", "right"]].set_visible(False)
    picture.savefig(path, metadata={"Date": None})


def _times(one: float, other: float) -> str:
    return f"{one / other:.2f}"
