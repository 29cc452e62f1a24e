"""Which misconceptions come back in a course: the same one, or one of the same kind."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.core.gradebook import Gradebook, Kind
    from grader.core.results import Misconception


@dataclass(frozen=True)
class Case:
    """A misconception, the assignments that it came up in, and the rows of those who showed it."""

    misconception: Misconception
    assignments: tuple[str, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Recurring:
    """What came up in several assignments; `again` are those who showed it in more than one.

    `what` is the kind, or the misconception itself. `rows` has the assignments by row. Of the
    `cases` those come first that are the same in most assignments, and then the most frequent.
    """

    what: Kind | Misconception
    cases: tuple[Case, ...]
    rows: dict[int, tuple[str, ...]]

    @property
    def again(self) -> tuple[int, ...]:
        """The rows of those in whom it came back."""
        return tuple(row for row, names in self.rows.items() if len(names) > 1)

    @property
    def by_assignment(self) -> Counter[str]:
        """How many showed it, by assignment."""
        return Counter(name for names in self.rows.values() for name in names)


def recurring(book: Gradebook) -> list[Recurring]:
    """Return what came up in more than one assignment, what came back in most students first."""
    found: dict[str, list[tuple[str, int, Misconception]]] = defaultdict(list)
    for assignment, row, misconception in _shown(book):
        found[_key(misconception, book)].append((assignment, row, misconception))
    groups = [
        _group(shown, book)
        for shown in found.values()
        if len({assignment for assignment, _, _ in shown}) > 1
    ]
    return sorted(groups, key=lambda one: (-len(one.again), -len(one.rows)))


def _shown(book: Gradebook) -> Iterator[tuple[str, int, Misconception]]:
    for name in book.rules.weights:
        for number, row in enumerate(book.rows):
            for misconception in row.entries[name].mistakes:
                yield name, number, misconception


def _key(misconception: Misconception, book: Gradebook) -> str:
    """Return what makes two the same: the kind, or else the name."""
    kind = book.kinds.get(misconception.id)
    return f"kind {kind.id}" if kind else _name(misconception)


def _name(misconception: Misconception) -> str:
    """Return the name in its id, which is the same in all assignments: `sec.last_column`'s."""
    return misconception.id.rpartition(".")[2]


def _group(shown: list[tuple[str, int, Misconception]], book: Gradebook) -> Recurring:
    cases: dict[str, list[tuple[str, int, Misconception]]] = defaultdict(list)
    rows: dict[int, dict[str, None]] = defaultdict(dict)
    for assignment, row, misconception in shown:
        cases[_name(misconception)].append((assignment, row, misconception))
        rows[row][assignment] = None
    first = shown[0][2]
    made = [
        Case(
            found[0][2],
            tuple(dict.fromkeys(assignment for assignment, _, _ in found)),
            tuple(dict.fromkeys(row for _, row, _ in found)),
        )
        for found in cases.values()
    ]
    made.sort(key=lambda one: (-len(one.assignments), -len(one.rows)))
    return Recurring(
        book.kinds.get(first.id, first),
        tuple(made),
        {row: tuple(names) for row, names in rows.items()},
    )
