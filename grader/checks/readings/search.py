"""Which equations with a slip give a student's numbers, where no mistakes with a name do.

A slip alone is looked for first. Then mistakes with a name and slips are put together, one after
another: each must make right what some equation's own cases say is wrong. Where these say nothing,
a slip is tried beside each mistake with a name. All within a number of tries, so that marks depend
on no clock.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from grader.checks.equations import needed, parameters
from grader.checks.layers import Over
from grader.checks.misconceptions import Diagnosis, Misconception
from grader.checks.readings.made import Reading, readings_of
from grader.checks.values import Bool, Float, Worked
from grader.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from grader.checks.declared import Declared
    from grader.checks.readings.operators import Role

    Explains = Callable[[Any], bool]

MOST = 6000
"""How many equations are tried for one output, in either way of putting mistakes together."""
_TOGETHER = 3  # mistakes
_LEFT_OUT = 2  # terms, in a slip
_KEPT = 4  # sets of mistakes that are added to
_ALIKE = 2  # of these about the same terms


def alone(of: Declared, output: str, explains: Explains) -> Diagnosis[Any] | None:
    """Return the equations with one slip that explain an output's numbers, if there are any."""
    right = of.right
    for term in terms(of, output):
        for reading in readings_by_term(of)[term]:
            changed = replace(right, **{term: reading.function})
            if explains(changed):
                return Diagnosis(changed, right, (_worded(of, _slip(term, reading)),))
    return None


def beside(
    of: Declared, output: str, bank: Sequence[Misconception], explains: Explains
) -> Diagnosis[Any] | None:
    """Return the equations with a slip beside a mistake with a name that explain an output."""
    right, tries = of.right, 0
    for one in bank:
        base = replace(right, **one.changes)
        for term in terms(of, output):
            for reading in readings_by_term(of)[term] if term not in one.changes else ():
                tries += 1
                if tries > MOST:
                    return None
                changed = replace(base, **{term: reading.function})
                if explains(changed):
                    return Diagnosis(changed, right, (one, _worded(of, _slip(term, reading))))
    return None


@dataclass(frozen=True)
class _Chosen:
    """Mistakes put together, the equations that hold them, and the terms whose own cases fail."""

    equations: Any
    mistakes: tuple[Misconception, ...]
    failing: tuple[str, ...]

    @property
    def touched(self) -> frozenset[str]:
        return frozenset(name for one in self.mistakes for name in one.changes)


def together(
    of: Declared,
    bank: Sequence[Misconception],
    explains: Explains,
    own: Mapping[str, Explains],
) -> Diagnosis[Any] | None:
    """Return the equations with some mistakes that explain an output's numbers, if there are any.

    `own` says, by term, whether equations explain the cases that bring that term out.
    """
    right, tries = of.right, 0
    kept = [_Chosen(right, (), _failing(right, own, list(own)))]
    for last in (*[False] * (_TOGETHER - 1), True):
        found: list[_Chosen] = []
        for before in kept:
            for one in _candidates(of, bank, own, before):
                tries += 1
                if tries > MOST:
                    return None
                equations = replace(before.equations, **one.changes)
                if explains(equations):
                    mistakes = tuple(_worded(of, item) for item in (*before.mistakes, one))
                    return Diagnosis(equations, right, mistakes)
                failing = () if last else _failing(equations, own, before.failing)
                if len(failing) < len(before.failing):
                    found.append(_Chosen(equations, (*before.mistakes, one), failing))
        kept = _best(found)
    return None


def _failing(equations: Any, own: Mapping[str, Explains], among: Sequence[str]) -> tuple[str, ...]:
    return tuple(term for term in among if not own[term](equations))


def _best(found: Sequence[_Chosen]) -> list[_Chosen]:
    """Return those that leave the least wrong, of those about the same terms only some."""
    kept: list[_Chosen] = []
    for one in sorted(found, key=lambda chosen: len(chosen.failing)):
        if sum(other.touched == one.touched for other in kept) < _ALIKE:
            kept.append(one)
    return kept[:_KEPT]


def _candidates(
    of: Declared, bank: Sequence[Misconception], own: Collection[str], before: _Chosen
) -> Iterator[Misconception]:
    """Yield the mistakes that may be added: with a name, then slips, first in terms that fail."""
    for one in bank:
        if not before.touched & set(one.changes):
            yield one
    for term in sorted(own, key=lambda name: name not in before.failing):
        if term not in before.touched:
            for reading in readings_by_term(of)[term]:
                yield _slip(term, reading)


def _slip(term: str, reading: Reading) -> Misconception:
    return Misconception("", {term: reading.function}, "", "", reading=reading.equation)


def _worded(of: Declared, one: Misconception) -> Misconception:
    (term, *_) = one.changes
    return worded(one, of.symbols.get(term, term))


def worded(slip: Misconception, written: str) -> Misconception:
    """Return a slip with its words: the equation that gives these numbers, and where to look.

    `written` is how a person writes the term.
    """
    if slip.reading is None:
        return slip
    shown = slip.reading.after(f"{written} = ")
    whole = shown.marked in ("", slip.reading.text)
    said = (
        tr("what you get is what {equation} gives", equation=shown.text)
        if whole
        else tr(
            "what you get is what {equation} gives; look at {piece}",
            equation=shown.text,
            piece=shown.marked,
        )
    )
    return replace(slip, es=said.es, en=said.en, reading=shown)


def terms(of: Declared, output: str) -> list[str]:
    """Return the terms with a check that show in an output first."""
    return [name for name, term in of.terms.items() if term.weight and output in of.judged_in[name]]


@functools.lru_cache(maxsize=64)
def readings_by_term(of: Declared) -> Mapping[str, tuple[Reading, ...]]:
    """Return the readings of each term that has a check; of what is no single expression, none.

    One that leaves out more than two other terms is no slip: most was not written.
    """
    found = {}
    for name, term in of.terms.items():
        if term.weight:
            used = {one for one in parameters(term.function) if one in of.terms}
            found[name] = tuple(
                reading
                for reading in _readings(of, name)
                if len(used - set(parameters(reading.function))) <= _LEFT_OUT
            )
    return found


def _readings(of: Declared, term: str) -> Iterator[Reading]:
    try:
        yield from readings_of(of.terms[term].function, scope(of, term), of.symbols)
    except (ValueError, OSError):
        return


def scope(of: Declared, term: str) -> dict[str, Role]:
    """Return the names that may stand in a term's equation, each with its role.

    All but the terms that depend on it, and what may be left out.
    """
    functions = {name: one.function for name, one in of.terms.items()}
    roles: dict[str, Role] = {}
    for name, kind in of.inputs.items():
        plain = kind.kind if isinstance(kind, Worked) else kind
        if isinstance(plain, Float) and not plain.optional:
            roles[name] = "tensor"
        elif isinstance(plain, Bool):
            roles[name] = "mask"
    for name, layer in of.layers.items():
        roles[name] = "piece" if isinstance(layer, Over) else layer.role
    for name in functions:
        if term not in needed(name, functions):
            roles[name] = "tensor"
    used = parameters(of.terms[term].function)
    return dict(sorted(roles.items(), key=lambda item: item[0] not in used))
