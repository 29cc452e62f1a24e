"""A bank: named wrong ideas about what is no `Definition`, a random function say.

    @dataclass(frozen=True)
    class Scheme:  # what is judged, piece by piece; right by default
        law: Callable[[float], Law] = lambda n: laws.normal((2 / n) ** 0.5)
        fan: Callable[[int, int], float] = lambda rows, columns: columns

    HE = Bank(
        "he_normal",
        Scheme(),
        mistake("init.fan_out", fan=lambda rows, columns: rows,
                edit=("forma[1]", "forma[0]"), loses=("fan",)),
        part="he",
    )
    known = HE.diagnose(lambda scheme: scheme.law(scheme.fan(300, 200)).could_give(drawn))

What no name explains is read off with one slip in a piece that is one expression, as in a
definition: `written={"fan": "n"}` names the pieces, as a person writes them.

A `mistake` replaces pieces, as one replaces a definition's terms; one without pieces is named by
the check that finds it (`HE["init.seeded"]`). Words stand in words.toml, and of each with an edit
a mutant is made that loses these checks. See docs/authors/topics.md.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from grader.checks import misconceptions as misconceptions_
from grader.checks import words
from grader.checks.equations import parameters
from grader.checks.misconceptions import Diagnosis, Misconception
from grader.checks.readings import search
from grader.checks.readings.made import readings_of
from grader.checks.skipping import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.checks.equations import Mistake
    from grader.checks.readings.made import Reading

Pieces = TypeVar("Pieces")


class Bank(Generic[Pieces]):
    """Wrong ideas about the pieces of what a student defines as `name`, in the checks of `part`.

    `right` is a frozen dataclass of the pieces as they are right; `written` has those that may be
    read with a slip, as a person writes them.
    """

    def __init__(
        self,
        name: str,
        right: Pieces,
        *mistakes: Mistake,
        part: str = "",
        written: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.written = written or {}
        self.right = right
        self.mistakes = mistakes
        self.part = part or name

    def __getitem__(self, id: str) -> Misconception:  # noqa: A002 - what it is called everywhere
        """Return a wrong idea by its id."""
        return next(one for one in self.misconceptions() if one.id == id)

    def misconceptions(self) -> list[Misconception]:
        """Return the wrong ideas with their words. Raises AssignmentFault for one without."""
        found = []
        for one in self.mistakes:
            file, line = one.place
            known = words.load(Path(file).parent)
            said = known.require(one.id, f"the mistake {one.id!r}", f"{file}:{line}")
            mark = known.marks.get(one.id, "")
            found += [
                Misconception(one.id, pieces, said.es, said.en, mark, costs=one.costs(pieces))
                for pieces in (one.terms, *one.also)
            ]
        return found

    def diagnose(self, explains: Callable[[Pieces], bool], most: int = 2) -> Diagnosis[Pieces]:
        """Return the pieces that explain what a student's code gave; see `misconceptions`.

        Those with a name, else those with one slip, alone and beside each with a name.
        """
        about_pieces = [one for one in self.misconceptions() if one.changes]
        found = misconceptions_.diagnose(self.right, about_pieces, explains, most)
        if found.explained:
            return found
        for known in (None, *about_pieces):
            changes = dict(known.changes) if known else {}
            for slip in self.slips:
                if changes.keys() & slip.changes.keys():
                    continue
                pieces = replace(self.right, **changes, **slip.changes)  # type: ignore[type-var]
                try:
                    if explains(pieces):
                        chosen = (known, slip) if known else (slip,)
                        return Diagnosis(pieces, self.right, chosen)
                except (Exception, Skipped):  # noqa: BLE001, S112 - with a slip it need not run
                    continue
        return found

    @functools.cached_property
    def slips(self) -> tuple[Misconception, ...]:
        """The written pieces, each with one slip."""
        found = []
        for piece, written in self.written.items():
            right = getattr(self.right, piece)
            for one in readings_of(right, dict.fromkeys(parameters(right), "tensor")):
                changes = {piece: _called(right, one)}
                slip = Misconception("", changes, "", "", reading=one.equation)
                found.append(search.worded(slip, written))
        return tuple(found)

    def lost(self, mistake: Mistake) -> tuple[str, ...]:
        """Return the checks that a mistake's mutant loses, as results call them."""
        return tuple(one if "/" in one else f"{self.part}/{one}" for one in mistake.loses)


def _called(right: Callable[..., Any], reading: Reading) -> Callable[..., Any]:
    """Return a reading that is called as the right piece is, whichever names it uses."""
    names, used = parameters(right), parameters(reading.function)

    def call(*given: Any) -> Any:
        values = dict(zip(names, given, strict=True))
        return reading.function(*(values[name] for name in used))

    return call
