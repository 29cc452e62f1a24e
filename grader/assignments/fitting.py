"""Which assignment it is about, where several are there and none was named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from grader.assignments.assignment import choose, load, names
from grader.core.errors import UsageError
from grader.core.i18n import tr
from grader.core.text import nearest

if TYPE_CHECKING:
    from pathlib import Path

    from grader.assignments.assignment import Assignment

Defines = Callable[[Collection[str]], Collection[str]]
"""Returns which of some names a notebook, or whatever else it is, defines."""


def choose_fitting(
    root: Path,
    name: str | None,
    parts: Collection[str],
    notebooks: Callable[[], Iterable[Defines]],
) -> Assignment:
    """Return the named assignment; else the only one there is, or that has these parts, or that
    fits every notebook in which something is asked for. Raises UsageError, AssignmentFault.

    One fits that asks for a name which the notebook defines; where it defines all names of some,
    those alone. `notebooks` is called where they decide.
    """  # noqa: D205 - one sentence
    known = names(root)
    if name is not None or len(known) < len(("one", "another")):
        return choose(root, name)
    loaded = {one: load(root / one) for one in known}
    having = _having(parts, loaded)
    if len(having) == 1:
        return loaded[having[0]]
    asked = {one: loaded[one].names for one in having}
    fits = [fitting for defines in notebooks() if (fitting := _fitting(asked, defines))]
    common = [one for one in asked if fits and all(one in fitting for fitting in fits)]
    if len(common) == 1:
        return loaded[common[0]]
    if not fits:
        raise UsageError(
            tr(
                "no assignment asks for anything that is defined here, so say which it is with "
                "--assignment: {known}",
                known=", ".join(asked),
            )
        )
    raise UsageError(
        tr(
            "what is defined here fits several assignments, so say which it is with "
            "--assignment: {known}",
            known=", ".join(one for one in asked if any(one in fitting for fitting in fits)),
        )
    )


def _having(parts: Collection[str], loaded: dict[str, Assignment]) -> list[str]:
    """Return the assignments that have all of these parts, or else ones called much like them."""
    having = [one for one, its in loaded.items() if its.points.keys() >= set(parts)]
    alike = [one for one, its in loaded.items() if any(nearest(part, its.points) for part in parts)]
    return having or alike or list(loaded)


def _fitting(asked: dict[str, dict[str, tuple[str, ...]]], defines: Defines) -> list[str]:
    """Return the assignments, by the names that they ask for, that a notebook fits."""
    found = {one: len(defines(wanted)) for one, wanted in asked.items()}
    begun = [one for one, count in found.items() if count]
    return [one for one in begun if found[one] == len(asked[one])] or begun
