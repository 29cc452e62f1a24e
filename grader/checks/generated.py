"""The checks that are made from a Definition: of its form, of each term, of the whole.

Each check makes its cases once, asks the student's code for all of them in one question, and looks
for a smaller case only where one fails.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from grader.checks import comparing, diagnosing, form_checks, gradient, orders, steps, titles
from grader.checks import words as words_
from grader.checks.agreement import agrees, require
from grader.checks.asserts import Mismatch
from grader.checks.case import PLAIN, make
from grader.checks.misconceptions import Misconception
from grader.checks.repairs import search as repairs
from grader.checks.strategies import Numbers
from grader.checks.trial import Trials

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grader.checks.case import Case, Isolation
    from grader.checks.declared import Declared
    from grader.student.student import Student

    Compare = Callable[[Case, Mapping[str, Any]], None]

FORM, RULE, WHOLE = "form", "rule", "whole"


@dataclass(frozen=True)
class Check:
    """A check that was made: its name, kind and weight, and what runs it.

    A weight of None is for the kit to choose.
    """

    name: str
    kind: str
    weight: float | None
    run: Callable[[Student, int], None]
    needs: tuple[str, ...]
    place: tuple[str, int]


def checks(of: Declared) -> list[Check]:
    """Return the checks of a definition, in the order in which they run."""
    words = words_.load(Path(of.place.file).parent)
    bank, stacked = misconceptions(of, words), orders.named(of, words)

    def trials(student: Student) -> Trials:
        return Trials(student, of, bank, stacked)

    needs = (of.full("interface"),) if of.weights["interface"] else ()
    made: list[tuple[str, str, float | None, Any, tuple[str, int]]] = []
    own = (of.place.file, of.place.line)
    if of.init is not None:
        made.append(("parameters", FORM, of.weights["parameters"], form_checks.parameters, own))
    made.append(("interface", FORM, of.weights["interface"], form_checks.interface, own))
    made.append(("ones", FORM, of.weights["ones"], form_checks.ones, own))
    if len(of.outputs) > 1:
        made.append(("returned", FORM, of.weights["returned"], form_checks.returned, own))
    for name, order in of.orders.items():
        made.append(
            (name, FORM, order.weight, functools.partial(form_checks.order, name=name), own)
        )
    for name, term in of.terms.items():
        code = term.function.__code__
        place = (code.co_filename, code.co_firstlineno)
        made.append((name, RULE, term.weight, functools.partial(_term, name=name), place))
    made.append(("gradient", RULE, of.weights["gradient"], gradient.require, own))
    made.append(("precision", FORM, of.weights["precision"], form_checks.precision, own))
    made.append((WHOLE, WHOLE, of.whole.weight, _whole, own))
    found = []
    for name, kind_, weight, run, place in made:
        if weight != 0:
            where, full = f"{place[0]}:{place[1]}", of.full(name)
            check = titles.titled(_runs(run, trials), of, name, words, where, full)
            before = needs[: needs.index(full)] if full in needs else needs
            found.append(Check(full, kind_, weight, check, before, place))
    return found


def of_student(of: Declared, student: Student) -> Trials:
    """Return the trials of a definition that a student wrote. Raises AssignmentFault."""
    words = words_.load(Path(of.place.file).parent)
    return Trials(student, of, misconceptions(of, words), orders.named(of, words))


def _runs(
    run: Callable[[Trials, int], None], trials: Callable[[Student], Trials]
) -> Callable[[Student, int], None]:
    def check(student: Student, case_seed: int) -> None:
        run(trials(student), case_seed)

    return check


def misconceptions(of: Declared, words: words_.Words) -> tuple[Misconception, ...]:
    """Return the mistakes of a definition with their words. Raises AssignmentFault for none."""
    found = []
    for one in orders.about_terms(of):
        where = f"{one.place[0]}:{one.place[1]}"
        said = words.require(one.id, f"the mistake {one.id!r}", where)
        mark = words.marks.get(one.id, "")
        found += [
            Misconception(one.id, terms, said.es, said.en, mark, costs=one.costs(terms))
            for terms in (one.terms, *one.also)
        ]
    return tuple(found)


def _term(trials: Trials, seed: int, name: str) -> None:
    """Assert that one equation is right, the others being the student's own.

    Where no equations explain what it gives but one edit of the code makes it all right, that is
    one mistake: it costs the first equation that it breaks.
    """
    try:
        _holds(trials, seed, name)
    except Mismatch as mismatch:
        if not (repair := repairs.found(trials, seed)):
            raise
        if trials.student.recall(f"{trials.of.key}.broken", lambda: name) == name:
            raise repair.explaining(mismatch, trials) from None


def _holds(trials: Trials, seed: int, name: str) -> None:
    """Assert it of an equation.

    What is known to be wrong in it may show only in cases that are not isolated. Where nothing
    compares the whole, large numbers are the equations' own.
    """
    known, isolations = trials.known(), trials.of.terms[name].isolations

    def compare(case: Case, answer: Mapping[str, Any]) -> None:
        trials.judge(case, answer, name, known)

    for hidden in (isolations, ()) if known.about(name) else (isolations,):
        cases = comparing.drawn(trials, seed, comparing.CASES, hidden, square=known.square)
        if trials.of.whole.weight == 0:
            cases += _large(trials, seed, hidden)
        comparing.over(trials, cases, compare, known, hidden)
    if known.about(name):
        comparing.over(trials, diagnosing.telling(trials), compare, known)


def _whole(trials: Trials, seed: int) -> None:
    """Assert that it gives what it should as it stands; no equation's mistake is forgiven."""
    try:
        _gives_all(trials, seed)
    except Mismatch as mismatch:
        if repair := repairs.found(trials, seed):
            raise repair.explaining(mismatch, trials) from None
        raise


def _gives_all(trials: Trials, seed: int) -> None:
    of, known = trials.of, trials.known()
    like = of.whole.like
    scales = (*PLAIN, 1e-3)
    drawn = functools.partial(comparing.drawn, trials, square=known.square)
    cases = drawn(seed, comparing.OF_WHOLE, (), scales)
    large = _large(trials, seed, ())
    large += diagnosing.telling(trials) if known.misconceptions() else []
    right = functools.partial(_right, trials)

    if of.whole.sizes:
        sizes = {**of.fresh_sizes, **of.whole.sizes}
        large.append(make(of.inputs, of.shapes, sizes, Numbers(seed % 2**16, 0.7, 0.9)))

    def as_declared(case: Case, answer: Mapping[str, Any]) -> None:
        _compare_all(trials, case, answer, right)

    if like:
        by_torch = functools.partial(trials.by_function, like)

        def as_torch(case: Case, answer: Mapping[str, Any]) -> None:
            _compare_all(trials, case, answer, by_torch)

        theirs = drawn(seed + 1, comparing.OF_WHOLE, of.whole.isolations, scales)
        comparing.over(trials, theirs, as_torch, known, of.whole.isolations)
        cases = cases if of.whole.isolations else []
    if cases or large:
        comparing.over(trials, [*cases, *large], as_declared, known)
    if of.whole.steps:
        steps.require(trials, of.whole.steps, seed, known)
    if of.whole.also:
        trials.student.start_over()
        of.whole.also(trials.student, seed)


def _large(trials: Trials, seed: int, isolations: Sequence[Isolation]) -> list[Case]:
    """Return cases of large numbers, as far as the definition is to stand them."""
    scales, square = trials.of.extremes, trials.known().square
    count = comparing.CASES // max(1, len(scales))
    return [
        case
        for number, scale in enumerate(scales)
        for case in comparing.drawn(
            trials, seed + 2 + number, count, isolations, (scale,), square=square
        )
    ]


def _right(trials: Trials, case: Case) -> dict[str, Any]:
    of, form = trials.of, trials.known().form
    graph = trials.graph(case, of.right, form=form)
    with torch.no_grad():
        return {name: graph[name] for name in of.outputs}


def _compare_all(
    trials: Trials,
    case: Case,
    answer: Mapping[str, Any],
    right: Callable[[Case], dict[str, Any]],
) -> None:
    misconceptions_ = trials.known().misconceptions()
    with trials.worked_out():
        found = right(case)
    for name, expected in found.items():
        if agrees(answer[name], expected, case):
            continue
        require(
            answer[name],
            expected,
            quantity=name,
            case=trials.measured(case, trials.of.right),
            misconception=misconceptions_[0] if misconceptions_ else None,
        )
