"""Other orders of stacked pieces as mistakes with a name, and the words that tell them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from grader.checks.misconceptions import Misconception

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.checks.declared import Declared, Order
    from grader.checks.equations import Mistake
    from grader.checks.words import Words

    Named = Mapping[tuple[str, tuple[int, ...]], Misconception]

RETURNED = "returned"
_TWO = 2


def about_terms(of: Declared) -> list[Mistake]:
    """Return the mistakes that are about equations, and not about what is returned."""
    return [one for one in of.mistakes if RETURNED not in one.terms]


def named(of: Declared, words: Words) -> Named:
    """Return the mistake of each order whose pieces have names, by the order's name and places.

    Raises AssignmentFault for words that are missing.
    """
    where = f"{of.place.file}:{of.place.line}"
    outputs, returned = list(of.outputs), {}
    for one in of.mistakes:
        if RETURNED in one.terms:
            said = words.require(one.id, f"the mistake {one.id!r}", "{}:{}".format(*one.place))
            places = tuple(outputs.index(name) for name in one.terms[RETURNED])
            told = Misconception(one.id, {}, said.es, said.en, words.marks.get(one.id, ""))
            returned[RETURNED, places] = told
    return returned | {
        (name, places): _mistake(order, name, places, words, where)
        for name, order in of.orders.items()
        for places in itertools.permutations(range(len(order.names)))
        if places != tuple(range(len(places)))
    }


def keys(order: Order) -> tuple[str, ...]:
    """Return what an order has words under."""
    if not order.names:
        return ()
    return (f"{order.id}.stacked", *(f"{order.id}.stacked/{name}" for name in order.names))


def _mistake(
    order: Order, name: str, places: tuple[int, ...], words: Words, where: str
) -> Misconception:
    text, *pieces = (words.require(key, f"the order {name!r}", where) for key in keys(order))
    moved = [order.names[right] for right, got in enumerate(places) if right != got]
    initials = "".join(order.names[place][0] for place in places)
    called = "_and_".join(moved) + "_exchanged" if len(moved) == _TWO else f"stacked_{initials}"
    said = {
        lang: getattr(text, lang).format(
            theirs=", ".join(getattr(pieces[place], lang) for place in places),
            right=", ".join(getattr(piece, lang) for piece in pieces),
        )
        for lang in ("es", "en")
    }
    return Misconception(f"{order.id}.{called}", {}, said["es"], said["en"])
