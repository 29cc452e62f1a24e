"""A definition step by step: what a step hands to the next, in a student's code and by equations.

The first input has an axis of steps in front; the others are what is `carried`.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

from grader.checks import answers, calls
from grader.checks.agreement import require as require_same
from grader.checks.asserts import Mismatch
from grader.checks.case import draw, isolated
from grader.checks.comparing import unsteady
from grader.checks.equations import Graph
from grader.checks.form import arranged
from grader.core.errors import StudentFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    from grader.checks.case import Case
    from grader.checks.declared import Declared
    from grader.checks.form import Form, Known
    from grader.checks.trial import Trials

_SEQUENCES = 6
"""How many are tried, of one step, of two, …."""
_SCALES = (1.0, 0.7)
"""Of numbers at which a step does not make rounding errors grow."""


def require(trials: Trials, like: Callable[..., Any], seed: int, known: Known) -> None:
    """Assert that over sequences it gives what a function of torch's does. Raises Mismatch."""
    student = trials.student
    trials.prepare(known.dtype)
    cases = [case.rounded(known.dtype) for case in _drawn(trials, seed)]
    asked = [question(trials, case, known) for case in cases]
    try:
        with student.unrecorded():
            found = student.run(calls.all_through, answers.of(list, len(cases)), casos=asked)
    except StudentFault:
        found = [None] * len(cases)
    for case, given, one in zip(cases, found, asked, strict=True):
        with trials.worked_out():
            right = trials.by_function(like, case)
        try:
            _compare(trials, given, case, right, known)
        except Mismatch:
            student.start_over()
            alone = student.run(calls.through, answers.of(list, 1), **one)[0]
            _compare(trials, alone, case, right, known)
            if given is not None:
                raise unsteady() from None


def _drawn(trials: Trials, seed: int) -> list[Case]:
    of, numbers = trials.of, random.Random(seed)  # noqa: S311 - cases follow from the run's seed
    alike = of.alike if trials.known().square else None
    cases = []
    for steps in range(1, _SEQUENCES + 1):
        bits = numbers.getrandbits(32)
        case = draw(of.inputs, of.shapes, of.largest, bits, _SCALES, trials.least(), alike)
        case = isolated(case, of.whole.isolations)
        cases.append(sequence(of, case, steps, torch.Generator().manual_seed(bits)))
    return cases


def sequence(
    of: Declared, case: Case, steps: int, generator: torch.Generator, scale: float = 1.0
) -> Case:
    """Return a case with so many steps of its first input, the first one its own."""
    first = next(iter(of.inputs))
    shape = (steps - 1, *case.inputs[first].shape)
    more = scale * torch.randn(shape, generator=generator, dtype=torch.float64)
    inputs = {**case.inputs, first: torch.cat([case.inputs[first][None], more])}
    return replace(case, inputs=inputs, steps=steps)


def question(trials: Trials, case: Case, known: Known) -> dict[str, Any]:
    """Return what `calls.through` is given for a case."""
    of = trials.of
    steps, *state = (value.to(known.dtype) for value in case.inputs.values())
    weights = arranged(of, case, known.form).weights
    return {
        "name": of.name,
        "sizes": of.arguments(case.sizes),
        "pesos": {name: value.to(known.dtype) for name, value in weights.items()},
        "pasos": steps,
        "estado": tuple(state) if of.together else state[0],
        "orden": order(of, known.form),
    }


def order(of: Declared, form: Form) -> list[int]:
    """Return where each part of the state stands in what a student returns; of one output, none."""
    outputs = list(of.outputs)
    places = {outputs[number]: place for place, number in enumerate(form.returned)}
    return [places[output] for output in of.carried.values()] if len(outputs) > 1 else []


def _compare(
    trials: Trials, answer: Any, case: Case, right: Mapping[str, Tensor], known: Known
) -> None:
    found, told = trials.outputs(answer, case, known), known.misconceptions()
    for name, expected in right.items():
        require_same(
            found[name],
            expected,
            quantity=name,
            case=_measured(trials, case),
            misconception=told[0] if told else None,
        )


def _measured(trials: Trials, case: Case) -> Case:
    """Return the case with how much rounding errors grow in its first step."""
    first = next(iter(trials.of.inputs))
    one = replace(case, inputs={**case.inputs, first: case.inputs[first][0]}, steps=1)
    return replace(case, magnitude=trials.measured(one, trials.of.right).magnitude)


def last(
    trials: Trials, case: Case, known: Known, cut: frozenset[str] = frozenset()
) -> dict[str, Tensor]:
    """Return the outputs of the last step as this student has them, with their history.

    Of the inputs in `cut` each step passes no gradient on.
    """
    of = trials.of
    first, *states = of.inputs
    base = trials.graph(case, of.right).known
    given = {name: case.inputs[name] for name in states}
    found: dict[str, Tensor] = {}
    for x in case.inputs[first]:
        inputs = {first: x, **given}
        inputs = {name: one.detach() if name in cut else one for name, one in inputs.items()}
        found = _step(of, {**base, **inputs}, known)
        given = {name: found[output] for name, output in of.carried.items()}
    return found


def _step(of: Declared, values: Mapping[str, Any], known: Known) -> dict[str, Tensor]:
    equations = [known.diagnoses[output].equations for output in of.outputs]
    if all(one == equations[0] for one in equations):
        graph = Graph(of.functions(equations[0]), dict(values))
        return {output: graph[output] for output in of.outputs}
    found: dict[str, Tensor] = {}
    for output in sorted(of.outputs, key=lambda name: len(of.upstream[name])):
        before = {name: found[name] for name in of.upstream[output]}
        graph = Graph(of.functions(known.diagnoses[output].equations), {**values, **before})
        found[output] = graph[output]
    return found
