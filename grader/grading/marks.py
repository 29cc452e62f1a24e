"""What a check's marks and docstring say: the one place that reads pytest's items.

A check is known by its part and its function's name, `celdaLSTM/one_step`; its docstring's first
paragraph is its title in Spanish, the second that in English.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from grader.core.errors import AssignmentFault
from grader.core.i18n import Bilingual

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pytest

DECLARED = (
    "part(name): the part that a module's checks belong to",
    "points(n): what a check is worth",
    "needs(check, ...): what must have passed before",
    "gpu: runs on a GPU in a run with --device cuda",
)
"""The marks, as pytest wants them declared."""


def part(item: pytest.Item) -> str:
    """Return the part that a check belongs to; nothing for one that is not marked."""
    marker = item.get_closest_marker("part")
    return str(marker.args[0]) if marker and marker.args else ""


def points(item: pytest.Item) -> float:
    """Return what a check is worth. Raises AssignmentFault for one that does not say."""
    marker = item.get_closest_marker("points")
    if marker is None or len(marker.args) != 1:
        raise AssignmentFault(f"{item.nodeid} has no points: mark it with pytest.mark.points(n)")
    return float(marker.args[0])


def needs(item: pytest.Item) -> tuple[str, ...]:
    """Return the checks that must have passed before; a name alone is one of the same part."""
    marker = item.get_closest_marker("needs")
    names = marker.args if marker else ()
    return tuple(name if "/" in name else f"{part(item)}/{name}" for name in names)


def for_gpu(item: pytest.Item) -> bool:
    """Whether a check runs on a GPU where there is one to run on."""
    return item.get_closest_marker("gpu") is not None


def identity(item: pytest.Item) -> str:
    """Return what a check is called in results: `part/name`."""
    return f"{part(item)}/{_name(item)}"


def title(item: pytest.Item) -> Bilingual:
    """Return a check's title: its docstring's paragraphs, or its name where it has none."""
    text = inspect.getdoc(getattr(item, "function", None)) or _name(item)
    es, _, en = text.partition("\n\n")
    return Bilingual(" ".join(es.split()), " ".join((en or es).split()))


def in_order(items: Sequence[pytest.Item], parts: Iterable[str]) -> list[pytest.Item]:
    """Return the checks of these parts, part after part, each part's in their own order."""
    return [item for wanted in parts for item in items if part(item) == wanted]


def require_points(items: Iterable[pytest.Item], of_parts: Mapping[str, float]) -> None:
    """See that each check has a part and points, and that they sum to its part's.

    Raises AssignmentFault.
    """
    sums = dict.fromkeys(of_parts, 0.0)
    for item in items:
        worth = points(item)
        if part(item) not in sums:
            raise AssignmentFault(
                f"{item.nodeid}: assignment.toml gives no points to {part(item)!r}"
            )
        sums[part(item)] += worth
    for name, total in sums.items():
        if total != of_parts[name]:
            raise AssignmentFault(
                f"the checks of {name} are worth {total:g} points, "
                f"assignment.toml says {of_parts[name]:g}"
            )


def _name(item: pytest.Item) -> str:
    """Return a check's name within its part: its function's, without `test_`."""
    return item.name.removeprefix("test_")
