"""Whose row of a table is whose submission: by ids that are the same, and never by a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.core.spreadsheet import UnfitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.core.results import Grade, Person

Key = tuple[str, str]
"""What kind of id, and the id."""


@dataclass(frozen=True)
class Line:
    """A row of the table: its number, what to call it in messages, and the ids that stand in it.

    `name` is whose row it is, for people to read.
    """

    row: int
    label: str
    keys: frozenset[Key]
    name: str = ""


@dataclass(frozen=True)
class Owner:
    """A submission: its grade, whose it is, and the ids that it goes by."""

    grade: Grade
    person: Person
    keys: frozenset[Key]

    @property
    def label(self) -> str:
        """What to call it in messages."""
        name = self.person.name
        return self.person.student + (f" ({name})" if name not in {"", self.person.student} else "")


@dataclass(frozen=True)
class Filled:
    """A table with grades in it, and what a person should know.

    `graded` are the submissions whose grade is in it, each with its row; `missing` those that no
    row has; `kept` are those of whom something was left as it is, and why.
    """

    data: bytes
    graded: tuple[tuple[Line, Owner], ...]
    missing: tuple[Owner, ...] = ()
    kept: tuple[tuple[Owner, str], ...] = ()


def pair(
    lines: Sequence[Line], owners: Iterable[Owner]
) -> tuple[list[tuple[Line, Owner]], list[Owner]]:
    """Return each submission with its row, and those that no row has.

    Raises UnfitError where a submission fits two rows, or a row two submissions.
    """
    pairs: list[tuple[Line, Owner]] = []
    missing = []
    taken: dict[int, Owner] = {}
    for owner in owners:
        fitting = [line for line in lines if line.keys & owner.keys]
        if not fitting:
            missing.append(owner)
            continue
        if len(fitting) > 1:
            rows = " and ".join(line.label for line in fitting)
            raise UnfitError(
                f"{owner.label} matches {rows}: remove one of these rows, or put the person's "
                "id there into the roster"
            )
        line = fitting[0]
        if line.row in taken:
            both = f"{taken[line.row].label} and {owner.label}"
            raise UnfitError(
                f"{both} both match {line.label}: give each of them an id in the roster"
            )
        taken[line.row] = owner
        pairs.append((line, owner))
    return pairs, missing
