"""How often the timed run lets through what it should, and what it should not, over many seeds.

    make seeds                               200 seeds: some twenty minutes on two cores
    python tests/campaign_training.py 10     ten seeds

The reference and the stand-ins must pass on all seeds but one in 200; an untrained network, one
trained by each wrong loop, on other data or not at all, one that only counts, and one with weights
from elsewhere on none. Everything runs in this process: these are definitions of ours.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import sys
import warnings
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from grader.assignments import assignment
from grader.checks.asserts import Mismatch
from grader.recurrent import models, network, training
from grader.recurrent.network import Data
from grader.recurrent.stand_ins import epoch
from grader.validation import solutions
from grader.worker.definitions import load
from grader.worker.reading import read

if TYPE_CHECKING:
    from collections.abc import Callable

    Loop = Callable[..., Any]

ROOT = Path(__file__).parent.parent
RIGHT = ("reference", "stand-in")
HARMLESS = {
    "training.no_train_mode": "no layer of these networks behaves differently in training",
    "training.own_loss": "the mean squared error is the loss that the run is given",
    "training.loss_divided_by_batch": "Adam's steps hardly depend on the loss's scale",
    "training.loss_times_batch": "the same",
    "step_before_backward": "its steps come a batch late: of 240, the last alone is missing",
}
"""Wrong loops that train as a right one does here; they lose their own checks elsewhere."""


def nothing(*_: Any) -> None:
    """Train nothing, and say that all went well."""


def other_data(model: Any, loss: Any, optimizer: Any, loader: Any) -> None:
    """Train rightly, but on sequences of its own."""
    for sequences, _ in loader:
        own = torch.randint(0, 2, sequences.shape).float()
        optimizer.zero_grad()
        loss(model(own)[:, 0], own.sum((1, 2))).backward()
        optimizer.step()


def embedded(kind: models.Kind) -> Loop:
    """Return a loop that loads weights which were trained before, elsewhere."""
    trained = network.right_course(Data(kind, 10**6, stand_in=False)).states[-1]
    return lambda model, *_: model.load_state_dict(trained)


def counted(model: Any, loss: Any, optimizer: Any, loader: Any) -> None:
    """Train a network whose forward counts the ones: its weights take no part in what it says."""
    for sequences, labels in loader:
        still = torch.stack([p.sum() for p in model.parameters()]).sum() * 0
        optimizer.zero_grad()
        loss(sequences.sum((1, 2)) + still, labels).backward()
        optimizer.step()


@cache
def wrong_loops() -> dict[str, Loop]:
    """Return the loops of the mutants of `modelo_entrenamiento`, by the mutants' names."""
    known = solutions.load(assignment.load(ROOT / "assignments" / "lstm_gru"))
    loops = {"untrained": nothing, "trained on other data": other_data, "counts": counted}
    for mutant in known.mutants:
        if mutant.where == training.LOOP and mutant.name not in HARMLESS:
            content = solutions.mutate(known.notebook, mutant)
            program = read(content, known.filename, [training.LOOP]).program
            namespace = load(program, [training.LOOP]).namespace
            loops[mutant.name] = namespace[training.LOOP]
    return loops


def passes(data: Data, loop: Loop) -> bool:
    """Whether the check would pass a network that this loop trained."""
    torch.set_grad_enabled(True)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
            training.require_learned(data, network.run(data, loop), "")
    except Exception as fault:  # noqa: BLE001 - a wrong loop may raise anything
        return not isinstance(fault, Mismatch) and not str(fault)
    return True


def is_let_through(kind: models.Kind, seed: int, loop: Loop, *, stand_in: bool = False) -> bool:
    """Whether the check would pass it on the data that it tries from this seed on."""
    for data in network.learnable(kind, seed, stand_in=stand_in):
        passed = passes(data, loop)
        if passed or network.is_steady(data):
            return passed
    raise AssertionError  # there is no last seed


def one(seed: int) -> list[str]:
    """Return what passed for a seed."""
    torch.set_num_threads(1)
    passed = []
    for kind in (models.LSTM, models.GRU):
        tried = {"reference": epoch, "weights from elsewhere": embedded(kind)}
        for name, loop in (tried | wrong_loops()).items():
            if is_let_through(kind, seed, loop):
                passed.append(f"{kind.name}: {name}")
        if is_let_through(kind, seed, epoch, stand_in=True):
            passed.append(f"{kind.name}: stand-in")
    return passed


def main(seeds: int) -> int:
    """Print a table; return 0 if it is as it should be."""
    names = [*RIGHT, "weights from elsewhere", *wrong_loops()]
    counts: Counter[str] = Counter()
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        for done, passed in enumerate(pool.imap_unordered(one, range(seeds)), start=1):
            counts.update(passed)
            print(f"\r{done} of {seeds} seeds", end="", file=sys.stderr)  # noqa: T201
    wrong = 0
    print(f"\n{'passed, of ' + str(seeds):40} modeloLSTM modeloGRU")  # noqa: T201
    for name in names:
        got = [counts[f"{kind.name}: {name}"] for kind in (models.LSTM, models.GRU)]
        good = min(got) >= seeds - max(1, seeds // 200) if name in RIGHT else max(got) == 0
        wrong += not good
        print(f"{name:40} {got[0]:10} {got[1]:9}{'' if good else '  <- not as expected'}")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
