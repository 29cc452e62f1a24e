"""Where a notebook's definitions and methods stand, as its reader tells, believing no type of it.

outline.at(Place(7, 9))                 # celdaGRU.forward, line 9 of its cell, In [5]
outline.method("celdaGRU", "forward")   # where that begins; None where nobody knows
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from grader.core.errors import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = 500
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Outline:
    """The places of definitions and methods, and what Jupyter shows beside each cell.

    `spans` are names with the cell, the first and the last line; `methods` the cell and line of
    methods, by `definition.method`; `executions` the stored numbers, by cell.
    """

    spans: tuple[tuple[str, int, int, int], ...] = ()
    methods: Mapping[str, Place] = field(default_factory=dict)
    executions: Mapping[int, int] = field(default_factory=dict)

    def at(self, place: Place) -> Place:
        """Return a place with the name of what stands there, and the number that Jupyter shows."""
        within = [
            (last - first, name)
            for name, cell, first, last in self.spans
            if cell == place.cell and first <= place.line <= last
        ]
        innermost = min(within, key=lambda pair: pair[0], default=(0, ""))[1]
        execution = self.executions.get(place.cell)
        return replace(place, definition=innermost, execution=execution)

    def method(self, definition: str, method: str) -> Place | None:
        """Return where a definition's method begins, by that name even if it stands elsewhere."""
        name = f"{definition}.{method}"
        place = self.methods.get(name)
        return place and replace(self.at(place), definition=name)


def outline_of(told: object) -> Outline:
    """Return what a reader told of where things stand; whatever is not as it should be is left."""
    match told:
        case {"spans": list(spans), "methods": dict(methods), "executions": list(executions)}:
            pass
        case _:
            return Outline()
    return Outline(
        tuple(found for one in spans[:_MOST] if isinstance(one, list) and (found := _span(one))),
        {
            name: Place(*pair)
            for name, pair in list(methods.items())[:_MOST]
            if isinstance(name, str) and _whole(pair, ("cell", "line"))
        },
        {pair[0]: pair[1] for pair in executions[:_MOST] if _whole(pair, ("cell", "execution"))},
    )


def _span(told: list[object]) -> tuple[str, int, int, int] | None:
    match told:
        case [str(name), int(cell), int(first), int(last)] if bool not in map(type, told):
            return name[:_LONGEST_NAME], cell, first, last
    return None


def _whole(told: object, of_what: tuple[str, ...]) -> bool:
    """Whether this is a list of so many whole numbers."""
    return (
        isinstance(told, list)
        and len(told) == len(of_what)
        and all(type(one) is int for one in told)
    )
