"""Finding out how a student does it: in which form and by which equations, right or wrong."""

from __future__ import annotations

import functools
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

from grader.checks.asserts import Mismatch
from grader.checks.case import isolated, make, without
from grader.checks.evidence import Evidence, Look, View
from grader.checks.form import Form, Known
from grader.checks.layers import Over
from grader.checks.misconceptions import Diagnosis, diagnose
from grader.checks.readings import search
from grader.checks.strategies import Numbers
from grader.core.errors import StudentFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.checks.case import Case
    from grader.checks.declared import Declared
    from grader.checks.misconceptions import Misconception
    from grader.checks.trial import Trials

FRESH = 3
"""How many cases a diagnosis must explain."""
_MOST = 2  # mistakes with a name together
_LARGE = 8  # cases of large numbers: not each of them is at an edge
_FORMS_FOR_PAIRS = 6  # of more forms, pairs of mistakes are looked for in the first alone
_OWN = 2  # cases that bring a term out
Pair = tuple["Case", Any]  # a case, and what came back for it


def find(trials: Trials) -> Known:
    """Return how a student does it, in the precision that explains the numbers.

    By mistakes with a name where they explain it, else by equations with one slip.
    """
    known = _found(trials)
    if known.explained and known.misconceptions():
        return replace(known, square=_needs_square(trials, known))
    return known


def _needs_square(trials: Trials, known: Known) -> bool:
    """Whether the mistake runs only where sizes are as alike as those of a diagnosis."""
    sizes = {letter: place for place, letter in enumerate(trials.of.largest, 2)}
    case = make(trials.of.inputs, trials.of.shapes, sizes, Numbers(0, 0.7, 0.9))
    try:
        with trials.student.unrecorded():
            trials.answers([case.rounded(known.dtype)], known.dtype)
    except StudentFault:
        return True
    return False


def _found(trials: Trials) -> Known:
    """Explain it in either precision; who does otherwise in float32 is judged in that."""
    looks = list(_looks(trials))
    known = _in_looks(trials, looks)
    narrow = looks[-1:]
    if known.explained and known.dtype is not narrow[0].dtype:
        evidence = Evidence(trials, narrow[0], known.form)
        each = known.diagnoses.items()
        if not all(evidence.explains(one.equations, (output,)) for output, one in each):
            return _in_looks(trials, narrow)
    return known


def _in_looks(trials: Trials, looks: Sequence[Look]) -> Known:
    views = _Views(trials, looks)
    if looks and (known := _by_name(trials, views)):
        return known
    if looks and looks[0].forms:
        return _by_output(trials, views)
    right = trials.of.right
    nothing = Diagnosis(right, right, explained=False)
    form = next(forms(trials.of))
    return Known(torch.float64, form, dict.fromkeys(trials.of.outputs, nothing), explained=False)


def ones(trials: Trials) -> Iterator[Case]:
    """Yield cases with sizes of 1: all, and each alone; with what is optional, and without.

    Where a mistake runs only if sizes are alike, those that are so stay so.
    """
    of = trials.of
    others = {letter: min(2, most) for letter, most in of.largest.items()}
    alike = (lambda letter: of.fresh_sizes[letter]) if trials.known().square else str
    groups = [list(group) for _, group in itertools.groupby(sorted(others, key=alike), alike)]
    for letters in (list(others), *groups):
        sizes = {**others, **dict.fromkeys(letters, 1)}
        case = make(of.inputs, of.shapes, sizes, Numbers(1, 0.5, 0.5)).rounded(trials.known().dtype)
        yield case
        optional = [name for name, kind in of.inputs.items() if kind.optional]
        if optional:
            yield without(case, optional)


def works_with_ones(trials: Trials) -> bool:
    """Whether a student's code gives what it should the form of where sizes are 1."""
    try:
        for case in ones(trials):
            trials.ask(case, trials.known())
    except (StudentFault, Mismatch):
        return False
    return True


def forms(of: Declared) -> Iterator[Form]:
    """Yield all orders, the right one first, and with no piece of the student's own at first.

    A right piece and its own do the same: there is no need to ask for that one. Who wrote a piece
    again did so wherever an object has one of its own.
    """
    returned = list(itertools.permutations(range(len(of.outputs))))
    pieces: dict[Any, list[str]] = {}
    for name, layer in of.layers.items():
        if isinstance(layer, Over):
            pieces.setdefault(layer.piece if layer.at is None else name, []).append(name)
    apart = [
        frozenset(name for names in chosen for name in names)
        for count in range(len(pieces), -1, -1)
        for chosen in itertools.combinations(pieces.values(), count)
    ]
    orders: list[Iterator[tuple[int, ...]]] = [
        itertools.permutations(range(len(order.pieces.split()))) for order in of.orders.values()
    ]
    for places in itertools.product(*orders):
        for first, again in itertools.product(returned, apart):
            yield Form(first, dict(zip(of.orders, places, strict=True)), again)


def _own_first(trials: Trials) -> list[Form]:
    """Return all forms; first those that use the pieces whose own checks found them wrong.

    Such a piece may do the right thing in the cases of a diagnosis, and not in others.
    """
    wrong = {
        name
        for name, layer in trials.of.layers.items()
        if isinstance(layer, Over) and trials.student.lost(layer.piece.declared.part)
    }
    return sorted(forms(trials.of), key=lambda form: bool((form.apart or frozenset()) & wrong))


class _Views:
    """What came back, under each form that is asked for."""

    def __init__(self, trials: Trials, looks: Sequence[Look]) -> None:
        self._trials, self.looks = trials, looks
        self._made: dict[int, View] = {}

    def of(self, form: Form) -> View:
        """Return what came back under a form."""
        return self._made.setdefault(id(form), View(self._trials, self.looks, form))


def _looks(trials: Trials) -> Iterator[Look]:
    """Yield what came back in each precision, where it has a form that is known."""
    for dtype in (torch.float64, torch.float32):
        seen = _asked(trials, [trials.fresh(seed) for seed in range(FRESH)], dtype)
        fitting, shaped_otherwise = (
            [
                form
                for form in _own_first(trials)
                if all(
                    trials.fits(answer, case, form.returned, shaped=shaped) for case, answer in seen
                )
            ]
            for shaped in (True, False)
        )
        if seen and (fitting or shaped_otherwise):
            yield Look(dtype, seen, fitting, shaped_otherwise)


def _asked(trials: Trials, cases: Sequence[Case], dtype: torch.dtype) -> list[Pair]:
    """Return cases and what came back for them; none if something is raised."""
    cases = [case.rounded(dtype) for case in cases]
    try:
        answers = trials.answers(cases, dtype)
    except StudentFault:
        return []
    cases = [trials.measured(case, trials.of.right) for case in cases]
    return list(zip(cases, answers, strict=True))


def _by_name(trials: Trials, views: _Views) -> Known | None:
    """Explain it by one mistake with a name, or two.

    A mistake may give another shape than is declared; what only another one explains is nothing.
    """
    outputs, right = tuple(trials.of.outputs), trials.of.right
    tried = views.looks[0].forms or views.looks[0].of_other_shape
    bank = _about(trials, outputs)
    # A piece that was written again may be like the own one in float32: what is exact comes first.
    exact = (True, False) if len({form.apart for form in tried}) > 1 else (False,)
    for most, widest in itertools.product(range(_MOST + 1), exact):
        few, but_for_extremes = most > 1 and len(tried) > _FORMS_FOR_PAIRS, None
        for form in tried[:1] if few else tried:
            view = views.of(form)
            explains = functools.partial(view.explains, outputs=outputs, widest=widest)
            found = diagnose(right, bank, explains, most)
            if found.explained:
                look = view.look(found.equations, outputs)
                found, all_of_it = _at_extremes(trials, look, form, found)
                known = Known(look.dtype, form, dict.fromkeys(outputs, found), explained=True)
                if all_of_it:
                    return known
                but_for_extremes = but_for_extremes or known
        if but_for_extremes:
            return but_for_extremes
    return None


def _by_output(trials: Trials, views: _Views) -> Known:
    """Explain each output by itself, by mistakes with a name and by slips, in the best form."""
    outputs, first = tuple(trials.of.outputs), views.looks[0]
    own = _own_cases(trials, first.dtype)
    best: Known | None = None
    for form in _likely(trials, first.forms, own):
        view = views.of(form)
        each: dict[str, Diagnosis[Any]] = {}
        for output in sorted(outputs, key=lambda name: len(trials.of.upstream[name])):
            before = [each[name] for name in trials.of.upstream[output]]
            cases = own if all(one.explained for one in before) else {}
            each[output] = _explained(trials, view, output, cases)
        explained = all(one.explained for one in each.values())
        known = Known(_precision(view, each), form, each, explained)
        if best is None or _says_more(known, best):
            best = known
        if explained and _mistakes(known) == 1:
            break
    assert best  # noqa: S101 - there is a form
    return best


def _precision(view: View, each: Mapping[str, Diagnosis[Any]]) -> torch.dtype:
    """Return the widest in which all that is explained is."""
    looks = [view.look(one.equations, (name,)) for name, one in each.items() if one.explained]
    return min((look.dtype for look in looks), key=_bits, default=view.narrow)


def _bits(dtype: torch.dtype) -> int:
    return torch.finfo(dtype).bits


def _explained(
    trials: Trials, view: View, output: str, cases: Mapping[str, Sequence[Pair]]
) -> Diagnosis[Any]:
    """Return the equations of an output: with names, with a slip, with some of both.

    Without cases that bring terms out it has names alone: of what nothing explains, and all that is
    worked out from it, a slip would be a guess.
    """
    of, bank = trials.of, _about(trials, (output,))

    def explains(equations: Any) -> bool:
        return view.explains(equations, (output,))

    named_ = diagnose(of.right, bank, explains, _MOST)
    if named_.explained or not cases:
        return named_
    if slip := search.alone(of, output, explains):
        return slip
    own = {
        term: _of_term(trials, view.form, output, cases[term])
        for term in search.terms(of, output)
        if term in cases
    }
    return (
        search.together(of, bank, explains, own)
        or search.beside(of, output, bank, explains)
        or named_
    )


def _of_term(trials: Trials, form: Form, output: str, seen: Sequence[Pair]) -> search.Explains:
    """Return what says whether equations explain the cases that bring a term out."""
    evidence = Evidence(trials, Look(seen[0][0].dtype, seen), form)
    return lambda equations: evidence.explains(equations, (output,), nearly=True)


def _own_cases(trials: Trials, dtype: torch.dtype) -> dict[str, list[Pair]]:
    """Return what came back for cases that bring each term out, where it has the form."""
    of = trials.of
    asked = {
        name: [isolated(trials.fresh(FRESH + seed), term.isolations) for seed in range(_OWN)]
        for name, term in of.terms.items()
        if term.weight
    }
    seen = _asked(trials, [case for cases in asked.values() for case in cases], dtype)
    places = iter(seen)
    return {name: [next(places) for _ in cases] for name, cases in asked.items()} if seen else {}


def _likely(
    trials: Trials, forms_: Sequence[Form], own: Mapping[str, Sequence[Pair]]
) -> list[Form]:
    """Return the first form, and that under which the right equations explain the most."""
    (first, *tried), right = _usual(forms_), trials.of.right
    if len(tried) > 1:
        seen = [pairs[0] for pairs in own.values()]

        def explained(form: Form) -> int:
            evidence = [Evidence(trials, Look(one[0].dtype, [one]), form) for one in seen]
            return sum(
                one.explains(right, (output,), nearly=True)
                for one in evidence
                for output in trials.of.outputs
            )

        tried = [max(tried, key=explained)]
    return [first, *tried]


def _is_usual(form: Form) -> bool:
    """Whether nothing is in another order than is declared."""
    orders = (form.returned, *form.arranged.values())
    return all(places == tuple(sorted(places)) for places in orders)


def _usual(forms_: Sequence[Form]) -> list[Form]:
    """Return forms, those that use the student's own pieces first."""
    return sorted(forms_, key=lambda form: bool(form.apart))


def _says_more(known: Known, best: Known) -> bool:
    """Whether one explains more, or as much by fewer mistakes; another order must explain all."""
    if known.explained and best.explained:
        return _mistakes(known) < _mistakes(best)
    return known.explained or (
        _is_usual(known.form) and not best.explained and _count(known) > _count(best)
    )


def _mistakes(known: Known) -> int:
    """Return how many mistakes there are; another order is one."""
    return len(known.misconceptions()) + (not _is_usual(known.form))


def _count(known: Known) -> int:
    """Return how many outputs are explained."""
    return sum(one.explained for one in known.diagnoses.values())


def telling(trials: Trials) -> list[Case]:
    """Return the cases by which mistakes are known: they show there, on every seed."""
    return [*(trials.fresh(seed) for seed in range(FRESH)), *large(trials.of)]


def large(of: Declared) -> list[Case]:
    """Return the cases of large numbers by which a mistake that shows in these alone is known."""
    return [
        make(of.inputs, of.shapes, of.fresh_sizes, Numbers(seed, scale, scale))
        for scale in of.extremes
        for seed in range(_LARGE)
    ]


def _at_extremes(
    trials: Trials, look: Look, form: Form, found: Diagnosis[Any]
) -> tuple[Diagnosis[Any], bool]:
    """Add the one mistake that shows in large numbers alone, if they are not explained.

    Return also whether they are then: if not, in another form they may be.
    """
    of, outputs = trials.of, tuple(trials.of.outputs)
    cases = large(of)
    seen = _asked(trials, cases, look.dtype) if cases else []
    evidence = Evidence(trials, replace(look, seen=seen), form)
    if not seen or evidence.explains(found.equations, outputs):
        return found, True
    usual = Evidence(trials, look, form)
    known = {name for one in found.misconceptions for name in one.changes}
    more = [
        Diagnosis(made, of.right, (*found.misconceptions, one))
        for one in trials.bank
        if not known & set(one.changes)
        for made in (replace(found.equations, **one.changes),)
        if usual.explains(made, outputs) and evidence.explains(made, outputs)
    ]
    return (more[0], True) if len(more) == 1 else (found, False)


def _about(trials: Trials, outputs: tuple[str, ...]) -> list[Misconception]:
    """Return the mistakes that show in these outputs."""
    judged_in = trials.of.judged_in
    return [
        one
        for one in trials.bank
        if all(set(judged_in[name]) & set(outputs) for name in one.changes)
    ]
