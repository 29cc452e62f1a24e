"""A course's gradebook: everybody's marks over its assignments, and what they come to.

The course's mark is the weighted mean of the marks that stand in the row, as they stand there, so
that anybody can work it out again. What was not graded for a reason that is not the student's has
no mark, and a row with such a hole has none either: nobody loses points that were not measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from grader.core.i18n import Bilingual

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from grader.core.results import Misconception, Person

EntryStatus = Literal["graded", "rejected", "not_graded", "not_handed_in"]
NOTHING = Bilingual("", "")


@dataclass(frozen=True)
class Rules:
    """How a course's mark comes about: `weights` by assignment, in the order of the columns.

    Marks are out of `scale`. The `drop_lowest` lowest marks of each student do not count; what was
    not handed in counts as 0, or not at all.
    """

    weights: Mapping[str, float]
    scale: float = 20.0
    drop_lowest: int = 0
    absent_is_zero: bool = True

    @property
    def absent(self) -> Entry:
        """What stands where nothing was handed in."""
        return Entry("not_handed_in", 0.0 if self.absent_is_zero else None)


@dataclass(frozen=True)
class Entry:
    """What a student has in one assignment: a mark on the course's scale, None where there is none.

    `page` is the student's own page there; `mistakes` are the misconceptions that showed, each
    once; `dropped` says that it is one of the lowest, which do not count.
    """

    status: EntryStatus
    mark: float | None
    submission: str = ""
    reason: Bilingual = NOTHING
    page: Path | None = None
    mistakes: tuple[Misconception, ...] = ()
    dropped: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is in the course's mark, if there is one."""
        return self.mark is not None and not self.dropped


@dataclass(frozen=True)
class Row:
    """A student: what there is by assignment, and the course's mark."""

    person: Person
    entries: Mapping[str, Entry]
    mark: float | None

    @property
    def not_graded(self) -> tuple[str, ...]:
        """The assignments that could not be graded, for a reason that is not the student's."""
        return self.having("not_graded")

    def having(self, status: EntryStatus) -> tuple[str, ...]:
        """Return the assignments of this status."""
        return tuple(name for name, entry in self.entries.items() if entry.status == status)

    @property
    def dropped(self) -> tuple[str, ...]:
        """The assignments that do not count, being the lowest."""
        return tuple(name for name, entry in self.entries.items() if entry.dropped)


@dataclass(frozen=True)
class Column:
    """An assignment: what it is called, and the page of its class, where that was made."""

    name: str
    title: Bilingual
    page: Path | None = None


@dataclass(frozen=True)
class Kind:
    """What misconceptions of several assignments have in common, in words."""

    id: str
    text: str
    text_en: str


@dataclass(frozen=True)
class Gradebook:
    """The course. `by_name` are those who are one student by their name alone, and not by an id;
    `alike` are names in several rows, which may be one student and are kept apart. `kinds` tells
    the kind of a misconception by its id.
    """  # noqa: D205 - one sentence

    title: str
    rules: Rules
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    by_name: tuple[Person, ...] = ()
    alike: tuple[str, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)


def row(person: Person, found: Mapping[str, Entry], rules: Rules) -> Row:
    """Return a student's row: the lowest dropped, and the mark worked out."""
    entries = {name: found.get(name, rules.absent) for name in rules.weights}
    if any(entry.status == "not_graded" for entry in entries.values()):
        return Row(person, entries, None)
    for name in _lowest(entries, rules):
        entries[name] = replace(entries[name], dropped=True)
    counted = ((entry.mark, rules.weights[name]) for name, entry in entries.items() if entry.counts)
    return Row(
        person, entries, _mean((mark, weight) for mark, weight in counted if mark is not None)
    )


def _lowest(entries: Mapping[str, Entry], rules: Rules) -> list[str]:
    """Return what does not count: of equal marks the one of more weight, and never all."""
    marks = {name: entry.mark for name, entry in entries.items() if entry.mark is not None}
    ordered = sorted(marks, key=lambda name: (marks[name], -rules.weights[name]))
    return ordered[: max(0, min(rules.drop_lowest, len(marks) - 1))]


def _mean(weighted: Iterable[tuple[float, float]]) -> float | None:
    pairs = list(weighted)
    total = math.fsum(weight for _, weight in pairs)
    if not pairs:
        return None
    return round(math.fsum(mark * weight for mark, weight in pairs) / total, 2)
