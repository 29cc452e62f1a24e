"""modelo_prueba: loss and accuracy over a whole set, and nothing changed (SEED 4.5)."""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

from grader.checks.asserts import Mismatch, kind
from grader.checks.misconceptions import Diagnosis, diagnose
from grader.core.errors import StudentFault
from grader.core.i18n import tr
from grader.recurrent import loop_probes, models, network
from grader.recurrent.loops import (
    ABSOLUTE,
    TESTING,
    fresh,
    make,
    require_state,
    same,
)
from grader.recurrent.replay import NotBelieved, replay
from grader.recurrent.testing_equations import BANK, Testing, measure
from grader.recurrent.testing_findings import broken, said

if TYPE_CHECKING:
    from grader.checks.misconceptions import Misconception
    from grader.recurrent.loops import Case
    from grader.recurrent.testing_findings import Names
    from grader.student.student import Student


RIGHT = Testing()
_SAMPLES, _BATCH, _EDGE = 22, 4, 0.05


def judge(student: Student, case: Case, judging: str) -> None:
    """Judge the rule of one check by what the student measured.

    Raises StudentFault and Mismatch.
    """
    require_same_of_networks(student)
    answer = case.measure(student)
    returned, right = _measured(answer), measure(case, RIGHT)
    if _near(returned, right):
        return
    found = _findings(case, answer)
    if not found or judging in found:
        index = next(i for i in (0, 1) if not _near(returned[i : i + 1], right[i : i + 1]))
        if judging == "accuracy" and not _near(returned[1:], right[1:]):
            index = 1
        word = diagnosed(student).get(judging) or said(found.get(judging, set()), judging)
        raise _wrong_measure(case, answer, index, (returned[index], right[index]), word)


def _findings(case: Case, answer: list[Any]) -> Names:
    """Return the rules that a test breaks; none where that is not to be told."""
    _, after, _, notes = answer
    try:
        return broken(case, replay(case, notes, after), _measured(answer))
    except NotBelieved:
        return {}


def diagnosed(student: Student) -> dict[str, Misconception]:
    """Return the rules that the student's loop breaks, and how.

    Found out on sets that are enough to tell one mistake from another: what is said holds of each.
    """

    def find() -> dict[str, Misconception]:
        try:
            first, *others = (_findings(case, case.measure(student)) for case in fresh())
        except (StudentFault, Mismatch):
            return {}
        common = {
            rule: names.intersection(*(one.get(rule, set()) for one in others))
            for rule, names in first.items()
        }
        named = {rule: said(names, rule) for rule, names in common.items()}
        return {rule: word for rule, word in named.items() if word}

    found: dict[str, Misconception] = student.recall("testing.words", find)
    return found


def require_same_of_networks(student: Student) -> None:
    """Assert that it measures the student's own network as it measures our model, if that is right.

    Raises StudentFault and Mismatch.
    """
    if not explained(student).explained:
        return  # what it should give of other models is not known
    for kind_ in (models.LSTM, models.GRU):
        if student.passed(kind_.cell_class, kind_.name):
            got, right = student.recall(
                f"testing.{kind_.name}", functools.partial(_own, student, kind_)
            )
            _require_near(kind_, got, right)


def _own(student: Student, kind_: models.Kind) -> tuple[Any, tuple[float, float]]:
    """Return what it gives of the student's network of a kind, and what it should give.

    Half of the labels are what the network says, rounded.
    """
    data = network.Data(kind_, 0, stand_in=False)
    right, (_, sequences) = network.reference(data), data.sequences()
    right.load_state_dict(data.state())
    sequences = sequences[:_SAMPLES]
    with torch.no_grad():
        labels = right(sequences)[:, 0].round() + torch.arange(_SAMPLES) % 2
    case = replace(make(0, 1, _BATCH), sequences=sequences, labels=labels)
    student.precision(torch.float32)
    got = student.run(
        loop_probes.measure_network,
        name=TESTING,
        modelo=kind_.name,
        sizes=[1, network.HIDDEN_SIZE, 1],
        pesos=data.state(),
        secuencias=sequences,
        etiquetas=labels,
        batch_size=_BATCH,
    )
    return got, measure(case, explained(student).equations, right)


def _require_near(kind_: models.Kind, got: Any, right: tuple[float, float]) -> None:
    """Assert that a pair is near another; some labels are on the edge of what is rounded."""
    pair_ = got if isinstance(got, list) and len(got) == len(right) else [math.nan] * 2
    if not all(
        isinstance(one, (int, float)) and abs(one - other) <= _EDGE * (1 + abs(other))
        for one, other in zip(pair_, right, strict=True)
    ):
        raise Mismatch(
            tr(
                "of your own network, {name}, it gives something else than what it gives of other "
                "models: a test loop must not look at whose model it is",
                name=kind_.name,
            ),
            quantity="modelo_prueba(…)",
            expected=str(right),
            got=str(tuple(pair_)),
        )


def _wrong_measure(
    case: Case,
    answer: list[Any],
    index: int,
    numbers: tuple[float, float],
    misconception: Misconception | None,
) -> Mismatch:
    name, (got, right) = (tr("loss"), tr("accuracy"))[index], numbers
    return Mismatch(
        tr(
            "the {name} of {count} samples in batches of {batch_size} is {right}, but your "
            "function gives {got}",
            name=name,
            count=len(case.labels),
            batch_size=case.batch_size,
            right=f"{right:.5g}",
            got=f"{got:.5g}",
        ),
        quantity=name,
        inputs=case.show(),
        expected=torch.tensor(right, dtype=torch.float64),
        got=torch.tensor(got, dtype=torch.float64),
        holds=lambda code: [
            f"obtenida = float({code(answer)}[0][{index}])",
            f"print('{name}:', obtenida)",
            f"assert abs(obtenida - {right!r}) <= {ABSOLUTE * max(1.0, abs(right))!r}",
        ],
        misconception=misconception,
    )


def require_untouched(student: Student, case: Case) -> None:
    """Assert that measuring changes neither parameters nor gradients. Raises Mismatch."""
    answer = case.measure(student)
    _, after, gradients, _ = answer
    if not same(after, case.state):
        require_state(after, case.state, tr("after the test"), case, None)
    if gradients is not False:
        raise Mismatch(
            tr("the test leaves gradients in the model: does it call backward?"),
            quantity=tr("gradients"),
            expected=tr("none"),
            got=tr("some"),
            holds=lambda code: [f"assert not {code(answer)}[2], 'hay gradientes'"],
        )


def explained(student: Student) -> Diagnosis[Testing]:
    """Return how the student measures, as equations, where known mistakes explain both numbers."""

    def find() -> Diagnosis[Testing]:
        try:
            seen = [(c, _measured(c.measure(student))) for c in fresh()]
        except (StudentFault, Mismatch):
            return Diagnosis(RIGHT, RIGHT, explained=False)
        return diagnose(
            RIGHT,
            BANK,
            lambda equations: all(_near(got, measure(case, equations)) for case, got in seen),
        )

    found: Diagnosis[Testing] = student.recall("testing.equations", find)
    return found


def _near(got: tuple[float, ...], right: tuple[float, ...]) -> bool:
    return all(abs(a - b) <= ABSOLUTE * max(1.0, abs(b)) for a, b in zip(got, right, strict=True))


def _measured(answer: list[Any]) -> tuple[float, float]:
    """Return the pair of numbers that the student's function gave. Raises Mismatch."""
    given = answer[0]
    if (
        isinstance(given, (tuple, list))
        and len(given) == len(("loss", "accuracy"))
        and all(type(number) in (int, float) for number in given)
    ):
        return float(given[0]), float(given[1])
    raise Mismatch(
        tr("modelo_prueba should return (loss, accuracy) but returns {got}", got=kind(given)),
        quantity="modelo_prueba(…)",
        expected=tr("(loss, accuracy)"),
        got=kind(given),
        holds=lambda code: [
            f"medido = {code(answer)}[0]",
            "assert isinstance(medido, list) and len(medido) == 2, medido",
        ],
    )


def require_runs(student: Student) -> None:
    """Assert that a test loop returns two numbers, which come from the model that it is given.

    Raises StudentFault and Mismatch.
    """
    cases = make(0, 7, 3), make(1, 7, 3)
    cases = cases[0], replace(cases[1], labels=cases[1].labels + 1)
    answers = [case.measure(student) for case in cases]
    one, other = (_measured(answer) for answer in answers)
    if one == other:
        raise Mismatch(
            tr("it returns the same for two models and two different sets, {pair}", pair=one),
            quantity=tr("modelo_prueba(…) of two models"),
            expected=tr("different numbers"),
            got=str(one),
            holds=lambda code: [f"assert {code(answers[0])}[0] != {code(answers[1])}[0]"],
        )
