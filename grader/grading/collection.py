"""An assignment's checks as a whole: what must hold of them before any runs.

Each error says the file, the line and what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.checks import orders, words
from grader.checks.bank import Bank
from grader.core.errors import AssignmentFault
from grader.core.text import nearest
from grader.grading import marks, points
from grader.grading.definitions import DefinitionNode

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from grader.assignments.assignment import Assignment
    from grader.checks.declared import Declared


def require(items: Sequence[pytest.Item], assignment: Assignment) -> None:
    """See that checks, points, needs and words fit together; give each check its points.

    Raises AssignmentFault.
    """
    marks.require_parts(items, assignment.points)
    known = _unique(items)
    points.give(items, assignment)
    for item in items:
        for name in marks.needs(item):
            if name not in known:
                raise AssignmentFault(
                    f"{marks.place(item)}: {marks.identity(item)} needs {name!r}, which is no "
                    f"check{_meant(name, known)}"
                )
    mistakes = {one.id for made in definitions(items) for one in made.mistakes}
    mistakes |= {one.id for bank in banks(items) for one in bank.misconceptions()}
    mistakes |= {
        key
        for made in definitions(items)
        for order in made.orders.values()
        for key in orders.keys(order)
    }
    words.load(assignment.folder).require_used(known.keys() | mistakes)


def require_titles(items: Sequence[pytest.Item]) -> None:
    """See that each check has a title in both languages. Raises AssignmentFault."""
    for item in items:
        if not marks.has_both_languages(item):
            raise AssignmentFault(
                f"{marks.place(item)}: the title of {marks.identity(item)} has no English: its "
                "docstring is the Spanish, an empty line, the English"
            )


def definitions(items: Sequence[pytest.Item]) -> list[Declared]:
    """Return what the definitions among these checks declare, each once."""
    nodes = (item.parent for item in items)
    found = {node: node.definition.declared for node in nodes if isinstance(node, DefinitionNode)}
    return list(found.values())


def banks(items: Sequence[pytest.Item]) -> list[Bank[Any]]:
    """Return the banks of wrong ideas in the modules of these checks, each once."""
    modules = {id(one): one for item in items if (one := getattr(item, "module", None))}
    found = [one for module in modules.values() for one in vars(module).values()]
    return list({id(one): one for one in found if isinstance(one, Bank)}.values())


def _unique(items: Sequence[pytest.Item]) -> dict[str, str]:
    """Return where each check stands, by its name. Raises AssignmentFault for two of one name."""
    known: dict[str, str] = {}
    for item in items:
        name, place = marks.identity(item), marks.place(item)
        if name in known:
            raise AssignmentFault(
                f"{place}: there is a check {name} already, at {known[name]}: rename one, or "
                "remove the file that is left over"
            )
        known[name] = place
    return known


def _meant(name: str, known: dict[str, str]) -> str:
    meant = nearest(name, known)
    return f": did you mean {meant}?" if meant else ": name one of the same part, or part/check"
