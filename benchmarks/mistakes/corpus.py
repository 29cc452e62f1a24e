"""The wrong solutions of an assignment, from its file here."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.validation import solutions as solutions_
from grader.validation.solutions import Mutant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.assignments.assignment import Assignment

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Wrong:
    """A wrong notebook; `part` is where it must lose points, `of` names the two of a pair.

    `where` is the cell that is wrong, whose public tests are run; `form` says that no equation or
    rule is, so that its check says it all.
    """

    what: str
    part: str
    where: str
    form: bool
    content: bytes
    of: tuple[str, ...] = ()


def assignments() -> list[str]:
    """Return the assignments that have wrong solutions here."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def wrong(assignment: Assignment) -> Iterator[Wrong]:
    """Yield an assignment's wrong solutions. Raises AssignmentFault where an edit does not fit."""
    reference = solutions_.load(assignment).reference
    path = FOLDER / f"{assignment.name}.toml"
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    known: dict[str, Mutant] = {}
    for entry in told["mistake"]:
        what, where = entry["what"], entry["in"]
        if what in known:
            raise ValueError(f"{path}: {what!r} is there twice")
        known[what] = Mutant(what, where, tuple(map(tuple, entry["edits"])), ())
        content = solutions_.mutate(json.loads(reference), known[what])
        yield Wrong(what, entry.get("part", where), where, entry.get("form", False), content)
    for pair in told.get("pair", ()):
        first, second = (known[what] for what in pair["of"])
        once = solutions_.mutate(json.loads(reference), first)
        both = solutions_.mutate(json.loads(once), second)
        what = " + ".join(pair["of"])
        yield Wrong(what, first.where, first.where, form=False, content=both, of=tuple(pair["of"]))
