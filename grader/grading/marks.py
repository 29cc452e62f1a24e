"""What a check's marks and docstring say: the one place that reads pytest's items.

A check is known by its part and its function's name, `celdaLSTM/one_step`; its docstring's first
paragraph is its title in Spanish, the second that in English.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest

from grader.core.errors import AssignmentFault
from grader.core.i18n import Bilingual

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

DECLARED = (
    "part(name): the part that a module's checks belong to",
    "points(n): what a check is worth",
    "kind(name): form, rule or whole, of a check that a definition of the kit makes",
    "weight(n): what it weighs in its part; None is for the kit to choose",
    "needs(check, ...): what must have passed before",
    "gpu: runs on a GPU in a run with --device cuda",
)
"""The marks, as pytest wants them declared."""

WORTH = pytest.StashKey[float]()
"""What a check is worth that has a weight; see `points`."""
PLACE = pytest.StashKey[str]()
"""The file and line of an author's that a check was made from."""


def part(item: pytest.Item) -> str:
    """Return the part that a check belongs to; nothing for one that is not marked."""
    marker = item.get_closest_marker("part")
    return str(marker.args[0]) if marker and marker.args else ""


def points(item: pytest.Item) -> float:
    """Return what a check is worth. Raises AssignmentFault for one that does not say."""
    return item.stash[WORTH] if WORTH in item.stash else _own_points(item)


def _own_points(item: pytest.Item) -> float:
    marker = item.get_closest_marker("points")
    if marker is None or len(marker.args) != 1:
        raise AssignmentFault(f"{item.nodeid} has no points: mark it with pytest.mark.points(n)")
    return float(marker.args[0])


def is_weighed(item: pytest.Item) -> bool:
    """Whether a check has a weight, and its points follow from it."""
    return item.get_closest_marker("weight") is not None


def weight(item: pytest.Item) -> float | None:
    """Return what a check weighs in its part; None is for the kit to choose.

    Raises AssignmentFault for one that does not say.
    """
    marker = item.get_closest_marker("weight")
    return marker.args[0] if marker and marker.args else _own_points(item)


def kind(item: pytest.Item) -> str:
    """Return the kind of a check: form, rule or whole; of one that does not say, a rule."""
    marker = item.get_closest_marker("kind")
    return str(marker.args[0]) if marker and marker.args else "rule"


def definition(item: pytest.Item) -> object:
    """Return whose checks a check is one of: a definition of the kit, or the part's own."""
    return item.parent if PLACE in item.stash else None


def place(item: pytest.Item) -> str:
    """Return the file and line where a check stands."""
    if PLACE in item.stash:
        return item.stash[PLACE]
    file, line, _ = item.reportinfo()
    return f"{file}:{(line or 0) + 1}"


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


def has_both_languages(item: pytest.Item) -> bool:
    """Whether a check's title is in Spanish and in English."""
    return "\n\n" in (inspect.getdoc(getattr(item, "function", None)) or "")


def in_order(items: Sequence[pytest.Item], parts: Iterable[str]) -> list[pytest.Item]:
    """Return the checks of these parts, part after part, each part's in their own order."""
    return [item for wanted in parts for item in items if part(item) == wanted]


def require_parts(items: Iterable[pytest.Item], of_parts: Mapping[str, float]) -> None:
    """See that each check has a part and points, and each part checks. Raises AssignmentFault."""
    seen = set()
    for item in items:
        if part(item) not in of_parts:
            raise AssignmentFault(
                f"{item.nodeid}: assignment.toml gives no points to {part(item)!r}"
            )
        weight(item)
        seen.add(part(item))
    for name in of_parts:
        if name not in seen:
            raise AssignmentFault(f"no check is of the part {name!r}, which has points")


def _name(item: pytest.Item) -> str:
    """Return a check's name within its part: its function's, without `test_`."""
    return item.name.removeprefix("test_")
