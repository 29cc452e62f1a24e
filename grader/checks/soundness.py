"""Whether all names in what an author declared are of something.

Each error says the file, the line and what to do.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from grader.checks.declared import WEIGHTS, Place
from grader.checks.equations import needed, parameters
from grader.core.text import nearest

if TYPE_CHECKING:
    from collections.abc import Collection

    from grader.checks.case import Isolation
    from grader.checks.declared import Declared
    from grader.checks.equations import Function, Mistake


def require(made: Declared) -> None:
    """See that a definition's names fit together. Raises AssignmentFault."""
    _apart(made)
    _sizes(made)
    _orders(made)
    _called(made)
    for name in made.terms:
        _term(made, name)
    _isolates(made.whole.isolations, made, made.place, "the whole")
    _isolates(made.steady, made, made.place, "the gradient")
    for like in (made.whole.like, made.whole.steps):
        if like:
            _uses(like, made, _place(like), "the whole")
    _carried(made)
    for one in made.mistakes:
        _mistake(one, made)


def _apart(made: Declared) -> None:
    """See that a name is of one thing, and each output a term."""
    groups = {
        "a size": made.letters,
        "a layer": made.layers,
        "an input": made.inputs,
        "a term": made.terms,
    }
    for (one, names), (other, more) in itertools.combinations(groups.items(), 2):
        for name in set(names) & set(more):
            raise made.place.fault(
                f"{made.name}: {name!r} is both {one} and {other}: rename the one that students "
                "do not see"
            )
    if made.probe and made.weights["gradient"]:
        raise made.place.fault(
            f"{made.name}: what a probe of yours gives has no gradient to check: give that check "
            "the weight 0"
        )
    if not made.outputs:
        raise made.place.fault(f"{made.name} has no outputs: set outputs = {{'h_t': Float('B H')}}")
    for output in made.outputs:
        if output not in made.terms:
            raise made.place.fault(
                f"{made.name}: no term is called {output!r}, which is an output: write one"
            )


def _sizes(made: Declared) -> None:
    unknown = set().union(*(kind.letters for kind in made.outputs.values())) - made.letters
    for letter in unknown:
        raise made.place.fault(f"{made.name}: no input and no layer gives {letter!r} a size")
    for letter in (*made.largest, *made.fresh_sizes, *made.whole.sizes):
        if letter not in made.letters:
            raise made.place.fault(
                f"{made.name}: {letter!r} is no letter of its shapes, which are "
                f"{_listed(made.letters)}"
            )
    for check in made.weights.keys() - WEIGHTS.keys():
        raise made.place.fault(
            f"{made.name}: weights has {check!r}; it may have {', '.join(WEIGHTS)}"
        )


def _orders(made: Declared) -> None:
    for name, order in made.orders.items():
        for weight in order.weights:
            if weight not in made.shapes(made.fresh_sizes):
                raise made.place.fault(
                    f"{made.name}: the order {name!r} is of {weight!r}, which is no parameter: "
                    f"there are {_listed(made.shapes(made.fresh_sizes))}"
                )


def _called(made: Declared) -> None:
    """See that what goes together stands together, and that checks renamed are checks."""
    inputs, first = list(made.inputs), made.together[:1]
    start = inputs.index(first[0]) if first and first[0] in inputs else 0
    if tuple(inputs[start : start + len(made.together)]) != made.together:
        raise made.place.fault(
            f"{made.name}: together is {made.together!r}; name inputs, as they follow each other"
        )
    checks = {*WEIGHTS, "whole", *made.orders, *made.terms}
    for name in made.called.keys() - checks:
        raise made.place.fault(
            f"{made.name}: called has {name!r}, which is no check: there are {_listed(checks)}"
        )


def _carried(made: Declared) -> None:
    """See that what a step hands to the next is all that it takes but for its first input."""
    if made.whole.steps and not made.carried:
        raise made.place.fault(
            f"{made.name}: the whole has steps, so say what a step hands to the next: "
            "carried = {'h': 'h_t'}"
        )
    inputs = list(made.inputs)[1:]
    if made.carried and (
        list(made.carried) != inputs
        or not set(made.carried.values()) <= set(made.outputs)
        or (len(inputs) > 1 and list(made.together) != inputs)
    ):
        raise made.place.fault(
            f"{made.name}: carried is {made.carried!r}; it says of each input but the first, in "
            f"their order, which output it is at the next step: {_listed(made.outputs)}"
        )


def _term(made: Declared, name: str) -> None:
    term, what = made.terms[name], f"the term {name!r}"
    place = _place(term.function)
    _uses(term.function, made, place, what)
    _isolates(term.isolations, made, place, what)
    functions = {key: one.function for key, one in made.terms.items()}
    for other in parameters(term.function):
        if name in needed(other, functions):
            raise place.fault(f"{what} depends on itself, by way of {other}")
    if name in WEIGHTS or name == "whole" or name in made.orders:
        raise place.fault(f"the kit has a check {name!r} of its own: rename the term")
    if not made.judged_in[name]:
        raise place.fault(f"no output depends on {what}: use it, or remove it")


def _mistake(one: Mistake, made: Declared) -> None:
    place, what = Place(*one.place), f"the mistake {one.id!r}"
    if not one.terms:
        raise place.fault(f"{what} replaces no term: give one, as score=lambda …")
    if "returned" in one.terms and (
        len(one.terms) > 1 or sorted(one.terms["returned"]) != sorted(made.outputs)
    ):
        raise place.fault(f"{what}: returned= has all outputs in another order, and nothing else")
    pairs = [pair for terms in (one.terms, *one.also) for pair in terms.items()]
    for name, function in () if "returned" in one.terms else pairs:
        if name not in made.terms:
            meant = nearest(name, made.terms)
            hint = f": did you mean {meant}?" if meant else f"; there are {', '.join(made.terms)}"
            raise place.fault(f"{what} is about {name!r}, which is no term{hint}")
        if name in one.loses and not made.terms[name].weight:
            raise place.fault(
                f"{what} is about {name!r}, which has no check: give the term a weight, or say "
                "with loses= which checks fail"
            )
        _uses(function, made, place, what)
    if sum(other.id == one.id for other in made.mistakes) > 1:
        raise place.fault(f"two mistakes are called {one.id!r}: give each its own id")


def _uses(function: Function, made: Declared, place: Place, what: str) -> None:
    known = {*made.letters, *made.layers, *made.inputs, *made.terms}
    for name in parameters(function):
        if name not in known:
            meant = nearest(name, known)
            hint = f"did you mean {meant}?" if meant else f"there are {_listed(known)}"
            raise place.fault(
                f"{what} uses {name!r}, which is no input, layer, size or term: {hint}"
            )


def _isolates(isolations: Collection[Isolation], made: Declared, place: Place, what: str) -> None:
    weights = made.shapes(made.fresh_sizes)
    for name in (name for isolation in isolations for name in isolation.names):
        of_layer = any(key == name or key.startswith(f"{name}.") for key in weights)
        if name not in made.inputs and not of_layer:
            raise place.fault(
                f"{what} is isolated by {name!r}, which is no input and no layer: there are "
                f"{_listed([*made.inputs, *weights])}"
            )


def _place(function: Function) -> Place:
    code = function.__code__
    return Place(code.co_filename, code.co_firstlineno)


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))
