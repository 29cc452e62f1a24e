"""The checks of a definition's form: parameters, interface, what is returned, orders, precision."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

from grader.checks import answers, calls, diagnosing
from grader.checks.agreement import agrees, require
from grader.checks.asserts import Mismatch, dimensions
from grader.checks.case import make, without
from grader.checks.comparing import CASES, different, over, unsteady
from grader.checks.form import named
from grader.checks.layers import Over
from grader.checks.skipping import skip
from grader.checks.strategies import Numbers
from grader.checks.trial import grouped, sent
from grader.core.errors import StudentFault
from grader.core.i18n import tr
from grader.student import probes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.checks.case import Case
    from grader.checks.declared import Declared
    from grader.checks.form import Known
    from grader.checks.trial import Trials


def parameters(trials: Trials, _seed: int) -> None:
    """Assert that a class has the declared parameters, and no others.

    A bias that is missing by a mistake in the equations is a rule's.
    """
    of, student = trials.of, trials.student
    sizes = different(of, 3)
    trials.prepare(torch.float32)
    case = make(of.inputs, of.shapes, sizes, Numbers(0, 0.5, 0.5)).rounded(torch.float32)
    made = of.arguments(sizes)
    found = student.run(
        calls.state,
        answers.of(tuple[dict[str, list[int]], list[str]] | str),
        name=of.name,
        metodo="__call__" if of.method == "forward" else of.method,
        sizes=made,
        entradas=grouped(of, sent(case, torch.float32)),
    )
    call = f"{of.name}({', '.join(map(str, made))})"
    if isinstance(found, str):
        given = tr("a value of type {type}", type=found[:100])
        raise Mismatch(
            tr("{call} should create a module but gives {got}", call=call, got=given),
            quantity=call,
            expected="torch.nn.Module",
            holds=lambda _: [f"assert isinstance({call}, torch.nn.Module)"],
        )
    held, parameters = found
    pieces = [name for name, layer in of.layers.items() if isinstance(layer, Over)]
    for name, shape in of.shapes(sizes).items():
        told = name.endswith(".bias") and name not in held and _is_told(trials)
        if name.split(".")[0] not in pieces and not told:
            _has(call, name, shape, held)
    wanted = of.shapes(sizes)
    more = [name for name in parameters if name not in wanted and name.split(".")[0] not in pieces]
    if more:
        raise Mismatch(
            tr(
                "it has parameters that the statement does not have: {names}",
                names=", ".join(more[:8]),
            ),
            quantity=of.name,
            expected=", ".join(wanted),
            got=", ".join(map(str, parameters[:24])),
            holds=lambda _: [
                f"nombres = [nombre for nombre, _ in {call}.named_parameters()]",
                f"assert set(nombres) <= set({sorted(wanted)!r}), nombres",
            ],
        )


def _is_told(trials: Trials) -> bool:
    known = trials.known()
    return known.explained and bool(known.misconceptions())


def _has(call: str, name: str, shape: tuple[int, ...], held: Mapping[str, Any]) -> None:
    if name in held and tuple(held[name]) == shape:
        return
    known = ", ".join(sorted(map(str, held))[:12]) or tr("none")
    got = dimensions(held[name]) if name in held else known
    raise Mismatch(
        tr(
            "{name} has shape {got}, but {shape} was expected",
            name=name,
            got=got,
            shape=dimensions(shape),
        )
        if name in held
        else tr("there is no parameter {name} (there are: {known})", name=repr(name), known=known),
        quantity=name,
        expected=dimensions(shape),
        got=got,
        holds=lambda _: [
            f"pesos = {call}.state_dict()",
            f"assert {name!r} in pesos, sorted(pesos)",
            f"assert tuple(pesos[{name!r}].shape) == {shape}",
        ],
    )


def interface(trials: Trials, _seed: int) -> None:
    """Assert that all sizes from 2 work, that all is finite, and that calls leave nothing behind.

    What is not finite by a mistake in the equations is a rule's.
    """
    of, known = trials.of, trials.known()
    tried = [different(of, first, square=known.square) for first in (2, 3)]
    cases = [
        make(of.inputs, of.shapes, sizes, Numbers(1, 0.5, 0.5)).rounded(known.dtype)
        for sizes in tried
    ]
    if any(kind_.optional for kind_ in of.inputs.values()):
        cases.append(_bare(of, cases[0]))
    for case in cases:
        answer = trials.ask(case, known)
        for name, value in answer.items():
            equations = known.diagnoses[name].equations
            told = (
                trials.gives(case, name, equations, answer, known.form)
                if known.explained
                else not isinstance(value, torch.Tensor) or bool(value.isfinite().any())
            )
            if not told:
                _require_finite(value, name)
    first, second = (trials.fresh(seed).rounded(known.dtype) for seed in (1, 2))
    trials.student.start_over()
    _require_stateless(trials, first, second, known)
    with trials.student.unrecorded():
        _see_untouched(trials, second, known)


def ones(trials: Trials, _seed: int) -> None:
    """Assert that sizes of 1 work: a batch of one, say."""
    try:
        for case in diagnosing.ones(trials):
            trials.student.start_over()
            trials.ask(case, trials.known())
    except (StudentFault, Mismatch):
        for piece in trials.pieces():
            if piece.least() > 1:
                skip(tr("“{name}” has to work with sizes of 1 first", name=piece.of.name))
        raise


def _bare(of: Declared, case: Case) -> Case:
    return without(case, [name for name, kind_ in of.inputs.items() if kind_.optional])


def _require_finite(value: Any, name: str) -> None:
    if isinstance(value, torch.Tensor) and not bool(value.isfinite().all()):
        raise Mismatch(
            tr("{quantity} contains inf or nan, although all inputs are small", quantity=name),
            quantity=name,
            expected=tr("finite numbers"),
            got=value,
            holds=lambda code: [f"assert {code(value)}.isfinite().all()"],
        )


def _require_stateless(trials: Trials, first: Case, second: Case, known: Known) -> None:
    of = trials.of
    alone, once_more = trials.ask(second, known), trials.ask(second, known)
    if not all(_same(once_more[name], value) for name, value in alone.items()):
        raise unsteady()
    trials.student.start_over()
    alone = trials.ask(second, known)
    again = named(of, _after_another(trials, first, second, known), known.form.returned)
    for name, value in alone.items():
        if _same(again[name], value):
            continue
        other = again[name]
        raise Mismatch(
            tr(
                "it remembers earlier calls: for the same inputs it gives a different {name} if it "
                "was called with others before; it must depend only on what it is given",
                name=name,
            ),
            quantity=name,
            expected=value,
            got=other,
            holds=lambda code, value=value, other=other: [  # type: ignore[misc]
                f"assert torch.equal({code(other)}, {code(value)})"
            ],
        )


def _after_another(trials: Trials, first: Case, second: Case, known: Known) -> Any:
    """Return what comes back for a case after another one was asked for."""
    of = trials.of
    asked = trials.question(second, known.dtype, known.form)
    if of.probe:
        before = trials.question(first, known.dtype, known.form)
        both = probes.for_each(of.probe, [before, asked])
        return trials.student.ask_for(answers.of(list, 2), "run", **both)[-1]
    asked["antes"] = grouped(of, sent(first, known.dtype))
    if of.init is not None:
        asked.setdefault("metodo", "__call__")
    probe = calls.function_after_another if of.init is None else calls.after_another
    return trials.student.run(probe, answers.of(list, 1), **asked)[0]


def _see_untouched(trials: Trials, case: Case, known: Known) -> None:
    """Remark on inputs that a call changes; that costs nothing."""
    of = trials.of
    asked = trials.question(case, known.dtype, known.form)
    if of.probe:
        values = [asked[name] for name in of.inputs]
        question = probes.given_after(of.probe, asked)
        after = trials.student.ask_for(answers.of(list, len(asked)), "run", **question)
        after = after[len(asked) - len(values) :]
    else:
        if of.init is not None:
            asked.setdefault("metodo", "__call__")
        probe = calls.function_given_after if of.init is None else calls.given_after
        values = _flat(of, asked["entradas"])
        form = answers.of(list, len(asked["entradas"]))
        after = _flat(of, trials.student.run(probe, form, **asked))
    pairs = zip(values, after, strict=False)
    for name, (before, value) in zip(of.inputs, pairs, strict=False):
        if not _same(value, before):
            said = tr(
                "“{definition}” changes {name}, which it was given: whoever calls it still needs "
                "that; avoid operations in place on it",
                definition=of.name,
                name=name,
            )
            trials.student.remark(said)


def _flat(of: Declared, given: Sequence[Any]) -> list[Any]:
    """Return inputs one by one, those that go together too."""
    first = list(of.inputs).index(of.together[0]) if of.together else len(given)
    inside = given[first] if of.together else ()
    return [
        *given[:first],
        *(inside if isinstance(inside, (list, tuple)) else ()),
        *given[first + 1 :],
    ]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return one.shape == other.shape and bool(
            ((one == other) | (one.isnan() & other.isnan())).all()
        )
    return type(one) is type(other) and bool(one == other)


def returned(trials: Trials, _seed: int) -> None:
    """Assert that the outputs come in the declared order; fails if another explains them."""
    names, form = list(trials.of.outputs), trials.known().form
    if form.returned == tuple(range(len(names))):
        return
    theirs = [names[number] for number in form.returned]
    place = next(n for n, name in enumerate(names) if name != theirs[n])

    def compare(case: Case, answer: Mapping[str, Any]) -> None:
        with trials.worked_out():
            right = trials.expected(case, names[place], trials.of.right)
            got = answer[theirs[place]]
        if agrees(got, right, case):  # a small case in which they are alike
            return
        raise Mismatch(
            tr(
                "it returns {theirs}, and should return {right}",
                theirs=f"({', '.join(theirs)})",
                right=f"({', '.join(names)})",
            ),
            quantity=names[place],
            inputs=case.show(),
            expected=right,
            got=got,
            misconception=trials.orders.get(("returned", form.returned)),
            holds=lambda code: [
                f"assert tuple({code(got)}.shape) == {tuple(right.shape)}",
                f"esperado = torch.tensor({right.tolist()}, dtype=torch.float64)",
                f"torch.testing.assert_close({code(got)}.double(), esperado)",
            ],
        )

    over(trials, [trials.fresh(1)], compare, trials.known())


def order(trials: Trials, _seed: int, name: str) -> None:
    """Assert that pieces are stacked in the declared order; fails if another explains them."""
    known = trials.known()
    theirs = known.form.arranged[name]
    if theirs == tuple(range(len(theirs))):
        return
    straight = {**known.form.arranged, name: tuple(range(len(theirs)))}

    def compare(case: Case, answer: Mapping[str, Any]) -> None:
        for output in trials.of.outputs:
            with trials.worked_out():
                equations = known.diagnoses[output].equations
                expected = trials.expected(case, output, equations, answer)
            require(
                answer[output],
                expected,
                quantity=output,
                case=trials.measured(case, trials.of.right),
                misconception=trials.orders.get((name, theirs)),
            )

    over(
        trials,
        [trials.fresh(1)],
        compare,
        replace(known, form=replace(known.form, arranged=straight)),
    )


def precision(trials: Trials, _seed: int) -> None:
    """Assert that in float64 it gives float64, as exact as that is."""
    cases = [trials.fresh(seed) for seed in range(CASES)]
    known = trials.known()
    wide = replace(known, dtype=torch.float64)

    def compare(case: Case, answer: Mapping[str, Any]) -> None:
        for name, value in answer.items():
            if isinstance(value, torch.Tensor) and value.dtype is torch.float32:
                raise Mismatch(
                    tr("{name} is float32, although all inputs are float64", name=name),
                    quantity=name,
                    expected="float64",
                    got="float32",
                    holds=lambda code, value=value: [  # type: ignore[misc]
                        f"assert {code(value)}.dtype is torch.float64"
                    ],
                )
            equations = known.diagnoses[name].equations
            if known.explained:
                with trials.worked_out():
                    expected = trials.expected(case, name, equations, answer)
                require(value, expected, quantity=name, case=trials.measured(case, equations))

    over(trials, cases, compare, wide)
