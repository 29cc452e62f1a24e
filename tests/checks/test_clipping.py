"""Clipped gradients are named as that, cost one rule, and learning keeps its points."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.checks import Mismatch
from grader.core.limits import Limits
from grader.recurrent import training_loop
from grader.recurrent.loops import make
from grader.sandbox.backends.fake import FakeSandbox
from grader.student.student import Student

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
REFERENCE = json.loads((ROOT / "solutions" / "lstm_gru" / "lstm_gru.ipynb").read_text())
NAMES = ["celdaLSTM", "modeloLSTM", "celdaGRU", "modeloGRU", "modelo_entrenamiento"]
RULES = ("zero_grad", "train_mode", "loss_function", "loss", "shapes", "every_batch")
CLIPS = {
    "by norm": "torch.nn.utils.clip_grad_norm_(modelo.parameters(), 2.0)",
    "by a small norm": "torch.nn.utils.clip_grad_norm_(modelo.parameters(), max_norm=0.25)",
    "by value": "torch.nn.utils.clip_grad_value_(modelo.parameters(), 0.5)",
    "by hand": "[p.grad.clamp_(-0.1, 0.1) for p in modelo.parameters()]",
    "by a norm by hand": (
        "n = torch.cat([p.grad.flatten() for p in modelo.parameters()]).norm()\n"
        "        [p.grad.mul_(min(1.0, 3.0 / n.item())) for p in modelo.parameters()]"
    ),
}
OTHERS = {
    "nothing": "pass",
    "half": "[p.grad.mul_(0.5) for p in modelo.parameters()]",
    "signs": "[p.grad.sign_() for p in modelo.parameters()]",
}


@contextmanager
def student(between: str) -> Iterator[Student]:
    """One whose loop does something between backward and the step."""
    loop = f"""
def modelo_entrenamiento(modelo, loss_function, optimizer, data_loader):
    modelo.train()
    for x, y in data_loader:
        optimizer.zero_grad()
        loss_function(modelo(x).squeeze(-1), y).backward()
        {between}
        optimizer.step()
"""
    cells = [
        *REFERENCE["cells"],
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": loop},
    ]
    content = json.dumps({**REFERENCE, "cells": cells}).encode()
    lane = FakeSandbox().lane()
    with lane.open(content, "a.ipynb", NAMES, Limits()) as session, session.check(0) as check:
        yield Student(check, session.report, {})


def step(one: Student) -> Mismatch | None:
    try:
        training_loop.judge(one, make(3, 10, 4), judging="step")
    except Mismatch as mismatch:
        return mismatch
    return None


@pytest.mark.parametrize("clip", CLIPS.values(), ids=CLIPS)
def test_clipping_is_named_and_costs_one_rule(clip: str) -> None:
    with student(clip) as one:
        for rule in RULES:
            training_loop.judge(one, make(3, 10, 4), judging=rule)
        found = step(one)
    assert found is not None
    assert found.misconception is not None
    assert found.misconception.id == "training.clipped"


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_what_is_no_clipping_is_not_called_so(other: str) -> None:
    with student(other) as one:
        found = step(one)
    assert (found is None) == (other == "pass")
    named = found.misconception if found else None
    assert named is None or named.id != "training.clipped"
