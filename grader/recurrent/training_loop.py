"""modelo_entrenamiento: one epoch, judged by the parameters that it leaves (SEED 4.5).

After one epoch of plain SGD they equal those of the trusted loop. Where they do not, what the loop
did is replayed (`replay`), each rule is read off that (`training_findings`), and a check fails for
its own rule alone. What the replay does not explain fails every check.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from grader.checks.asserts import Mismatch
from grader.core.errors import StudentFault
from grader.core.i18n import tr
from grader.recurrent.loops import RATE, loss_function, make, pair, require_state, same
from grader.recurrent.replay import NotBelieved, replay
from grader.recurrent.training_findings import broken
from grader.recurrent.training_words import NO_GRADIENT

if TYPE_CHECKING:
    from torch import Tensor

    from grader.checks.misconceptions import Misconception
    from grader.core.i18n import Bilingual
    from grader.recurrent.loops import Case, Trained
    from grader.student.student import Student

_STEEP = 1e3  # times as large as usual: clipping to a norm of hundreds shows
_BATCH = 4
_OF_GRADIENTS = ("training.clipped", "training.gradients_changed")


def train(case: Case) -> dict[str, Tensor]:
    """Return the model's state after an epoch that is trained rightly."""
    model = case.model().train()
    optimizer = torch.optim.SGD(model.parameters(), RATE)
    criterion = loss_function()
    for sequences, labels in case.batches():
        optimizer.zero_grad()
        criterion(*pair(model(sequences), labels, apart=True)).backward()
        optimizer.step()
    return {name: value.detach() for name, value in model.state_dict().items()}


def judge(student: Student, case: Case, judging: str) -> None:
    """Judge the rule of one check by an epoch of the student's.

    Raises StudentFault and Mismatch.
    """
    got = case.train(student)
    if same(got.state, train(case)):
        if judging == "step":
            _judge_steep(student)
        return
    found = _findings(case, got)
    if not found or judging in found:
        when = tr("after an epoch of {count} batches", count=len(case.batches()))
        _fail(case, got, when, diagnosed(student).get(judging, found.get(judging)))


def diagnosed(student: Student) -> dict[str, Misconception]:
    """Return the rules that the student's loop breaks, and how.

    Found out on batches that are enough to tell one mistake from another.
    """

    def find() -> dict[str, Misconception]:
        case = make(0, 3 * _BATCH + 3, _BATCH)
        return _findings(case, case.train(student))

    found: dict[str, Misconception] = student.recall("training.diagnosis", find)
    return found


def _findings(case: Case, got: Trained) -> dict[str, Misconception]:
    """Return the rules that an epoch breaks; none where that is not to be told."""
    try:
        return broken(case, replay(case, got.notes, got.state))
    except NotBelieved:
        return {}


def _judge_steep(student: Student) -> None:
    """Judge the step from gradients that are large: clipping changes those. Raises Mismatch."""
    case = _steep(_STEEP)

    def find() -> Misconception | None:
        with contextlib.suppress(StudentFault):  # of a loop for which one batch is too few
            got = case.train(student)
            if not same(got.state, train(case)):
                return _findings(case, got).get("step")
        return None

    found = student.recall("training.steep", find)
    if found and found.id in _OF_GRADIENTS:
        got = case.train(student)  # again, for the cell that repeats it
        _fail(case, got, tr("after a batch with large gradients"), found)


def _fail(case: Case, got: Trained, when: Bilingual, misconception: Misconception | None) -> None:
    require_state(got.state, train(case), when, case, misconception)


def _steep(factor: float) -> Case:
    """Return a case of one batch whose gradients are large, from parameters that are 0."""
    case = make(1, _BATCH, _BATCH)
    state = {name: torch.zeros_like(value) for name, value in case.state.items()}
    return replace(case, sequences=factor * case.sequences, state=state)


def require_runs(student: Student) -> None:
    """Assert that a training loop goes through its data and computes gradients.

    Raises StudentFault and Mismatch.
    """
    case = make(0, 7, 3)
    got = case.train(student)
    if same(got.state, case.state) and not _has_backward(case, got):
        raise Mismatch(
            tr("after the call the model has not changed, and no gradient was computed"),
            quantity=tr("calls of backward"),
            expected=tr("one per batch"),
            got=tr("not one"),
            holds=lambda code: [
                f"notas = {code(got.notes)}",
                "hechos = [nota['what'] for nota in notas]",
                "assert 'backward' in hechos, 'no hubo ningún backward'",
            ],
            misconception=NO_GRADIENT,
        )


def _has_backward(case: Case, got: Trained) -> bool:
    try:
        epoch = replay(case, got.notes, got.state)
        broken(case, epoch)  # which believes no gradient that comes from nowhere
        return bool(epoch.used)
    except NotBelieved:
        return False
