"""How a student orders things: what is returned, what is stacked, which pieces are used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from grader.checks.asserts import Mismatch, kind
from grader.checks.values import size
from grader.core.i18n import all_of, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.checks.case import Case
    from grader.checks.declared import Declared
    from grader.checks.misconceptions import Diagnosis, Misconception


@dataclass(frozen=True)
class Form:
    """How a student orders things.

    `returned` has, by place, the number of the declared output; `arranged` by order the piece that
    stands at each place. `apart` are the pieces that were written again, the own ones not used;
    None are all.
    """

    returned: tuple[int, ...]
    arranged: Mapping[str, tuple[int, ...]]
    apart: frozenset[str] | None = frozenset()


APART = Form((), {}, apart=None)
"""Nothing of the student's own."""


@dataclass(frozen=True)
class Known:
    """What is known of how a student does it: precision, form, and the equations by output.

    `square` is of whose mistake runs only where sizes are alike, as x in the place of h.
    """

    dtype: torch.dtype
    form: Form
    diagnoses: Mapping[str, Diagnosis[Any]]
    explained: bool
    square: bool = False

    def about(self, term: str) -> bool:
        """Whether a mistake about a term, and about no other, is known."""
        found = [one.about(term) for one in self.diagnoses.values()]
        return any(one is not None and (one.costs or len(one.changes) == 1) for one in found)

    def misconceptions(self) -> tuple[Misconception, ...]:
        """Return the mistakes that are known, each once."""
        found = [one for known in self.diagnoses.values() for one in known.misconceptions]
        return tuple({(one.id, one.reading): one for one in found}.values())


def named(of: Declared, answer: Any, returned: tuple[int, ...]) -> dict[str, Any]:
    """Return what a student's code gave by the names of the outputs. Raises Mismatch."""
    names = list(of.outputs)
    if len(names) == 1:
        return {names[0]: answer}
    if not isinstance(answer, (tuple, list)) or len(answer) != len(names):
        got = (
            tr("{count} values", count=len(answer))
            if isinstance(answer, (tuple, list))
            else kind(answer)
        )
        raise Mismatch(
            tr("it should return {names} but gives {got}", names=all_of(names), got=got),
            quantity=of.name,
            expected=f"({', '.join(names)})",
            got=got,
            holds=lambda code: [f"assert len({code(answer)}) == {len(names)}"],
        )
    return {names[number]: answer[place] for place, number in enumerate(returned)}


def arranged(of: Declared, case: Case, form: Form | None, *, back: bool = False) -> Case:
    """Return a case whose stacked pieces stand where this student reads them.

    `back`: as the definition has them, of weights in which the student reads them so.
    """
    if form is None or not of.orders:
        return case
    weights = dict(case.weights)
    for name, order in of.orders.items():
        places = form.arranged[name]
        sizes = [size(piece, case.sizes) for piece in order.pieces.split()]
        lengths = [sizes[number] for number in places] if back else sizes
        for weight in order.weights:
            pieces = torch.split(weights[weight], lengths, order.axis)
            chosen = [places.index(number) for number in range(len(places))] if back else places
            weights[weight] = torch.cat([pieces[number] for number in chosen], order.axis)
    return replace(case, weights=weights)
