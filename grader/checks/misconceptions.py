"""Misconceptions: which wrong equations a student's numbers come from.

A cell's equations are the fields of a frozen dataclass, each with the right one as its default. A
misconception replaces one field. If one misconception, or one pair, gives the student's numbers
and no other does, it is named: the check of that equation is the one that fails, and all others
are judged with the student's equation in its place. One mistake costs once.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from grader.checks.readings.notation import Shown

Equations = TypeVar("Equations")


@dataclass(frozen=True)
class Misconception:
    """A wrong idea: the equations that it replaces, and its explanation.

    `es` and `en` say what the student's numbers show and what to look at, never the solution.
    `term` is the piece of the check's title to mark, where the title is an equation. A slip that
    nobody foresaw has no name and no words: its `reading` is the equation that somebody follows.
    `costs` are the equations whose checks it costs, where these are not all that it replaces.
    """

    id: str
    changes: Mapping[str, Any]
    es: str
    en: str
    term: str = ""
    reading: Shown | None = None
    costs: tuple[str, ...] = ()

    def touches(self, equation: str) -> bool:
        """Whether it is a mistake about this equation."""
        return equation in (self.costs or self.changes)


@dataclass(frozen=True)
class Diagnosis(Generic[Equations]):
    """The equations that explain a student's numbers, and the misconceptions that they hold.

    Where nothing explains them, the equations are the right ones and there is nothing to name.
    """

    equations: Equations
    right: Equations
    misconceptions: tuple[Misconception, ...] = ()
    explained: bool = field(default=True)

    def but(self, equation: str) -> Equations:
        """Return what one's check compares with: the equations with the mistake about it mended."""
        found = self.about(equation)
        names = found.changes if found and found.costs else (equation,) if found else ()
        return replace(self.equations, **{name: getattr(self.right, name) for name in names})  # type: ignore[type-var]

    def about(self, equation: str) -> Misconception | None:
        """Return the misconception about one equation, if there is one."""
        return next((item for item in self.misconceptions if item.touches(equation)), None)


def diagnose(
    right: Equations,
    bank: Sequence[Misconception],
    explains: Callable[[Equations], bool],
    most: int = 2,
) -> Diagnosis[Equations]:
    """Find the one misconception, or else the one pair, under which everything is explained.

    `explains` says whether equations give the student's numbers on fresh cases. Explanations that
    change the same equations compute the same function, and the first will do; of others there
    must be only one: it is better to name nothing than to name the wrong thing.
    """
    if explains(right):
        return Diagnosis(right, right)
    for size in range(1, most + 1):
        found = [chosen for chosen in _combinations(bank, size) if explains(_apply(right, chosen))]
        if len({_touched(chosen) for chosen in found}) == 1:
            return Diagnosis(_apply(right, found[0]), right, found[0])
        if found:
            break
    return Diagnosis(right, right, explained=False)


def _combinations(bank: Sequence[Misconception], size: int) -> Iterator[tuple[Misconception, ...]]:
    """Yield the sets of misconceptions about different equations."""
    for chosen in itertools.combinations(bank, size):
        if len(_touched(chosen)) == sum(len(item.changes) for item in chosen):
            yield chosen


def _touched(chosen: tuple[Misconception, ...]) -> frozenset[str]:
    return frozenset(name for item in chosen for name in item.changes)


def _apply(right: Equations, chosen: tuple[Misconception, ...]) -> Equations:
    changes = {name: value for item in chosen for name, value in item.changes.items()}
    return replace(right, **changes)  # type: ignore[type-var]
