"""Train the run of `seq2seq` over many seeds, right and wrong, and count how often chance alarms.

    python tests/campaign_seq2seq.py [SEEDS]
    python tests/campaign_seq2seq.py alarms [RUNS]

The threshold of the run has to lie between the worst right seed and the best wrong one. Alarms: the
reference decides 800 times, as often as the check counts, and the rate is asked at three standard
errors, where right code alarms often enough to be counted; the checks' own bound is asked as well.
"""

from __future__ import annotations

import importlib
import json
import math
import random
import sys
import time
from pathlib import Path
from typing import Any

import torch

from grader.assignments.assignment import load
from grader.checks.random_functions import ALARM, tail
from grader.validation import solutions
from grader.validation.solutions import mutate

ROOT = Path(__file__).parent.parent
ASSIGNMENT = load(ROOT / "assignments" / "seq2seq")
SOLUTIONS = solutions.load(ASSIGNMENT)
SEEDS, RUNS = 50, 10_000
THREE_SIGMA = math.erfc(3 / 2**0.5)
RATIO, TIMES = 0.3, 800
MUTANTS = (
    "Seq2Seq: s2s.starts_from_zero",
    "Seq2Seq: s2s.state_not_carried",
    "Seq2Seq: s2s.rows_early",
    "Seq2Seq: s2s.next_word_shown",
    "perdida_seq2seq: s2s.loss_not_shifted",
    "perdida_seq2seq: s2s.end_left_out",
    "perdida_seq2seq: s2s.sign_of_loss",
    "Encoder: s2s.state_reset",
    "Encoder: s2s.mean_of_states",
    "Decoder: s2s.word_ignored",
    "Decoder: s2s.state_reset",
)


def definitions(content: bytes | None = None) -> dict[str, Any]:
    """What the reference defines, or a mutant of it."""
    names: dict[str, Any] = {}
    cells = json.loads(content)["cells"] if content else SOLUTIONS.notebook["cells"]
    for cell in cells:
        to_fill_in = cell["metadata"].get("nbgrader", {}).get("solution")
        if to_fill_in or cell.get("id") in ("importaciones", "constantes"):
            source = "".join(cell["source"]).replace("import matplotlib.pyplot as plt\n", "")
            exec(source, names)  # noqa: S102 - ours
    return names


def the_run() -> Any:
    """Return the module of the run's checks."""
    sys.path.insert(0, str(ASSIGNMENT.folder))
    return importlib.import_module("test_aprendizaje")


def runs(seeds: int) -> None:
    run = the_run()
    wrong = {mutant.name: mutant for mutant in SOLUTIONS.mutants}
    tried = {"right": definitions()} | {
        name: definitions(mutate(SOLUTIONS.notebook, wrong[name])) for name in MUTANTS
    }
    for name, names in tried.items():
        shares, started = [], time.process_time()
        for seed in range(seeds):
            weights, batches, held_out = run.given(seed)
            *own, _ = run.entrena(names, run.SIZES, weights, batches, run.RATE)
            shares.append(run.exact(own, held_out))
        shares.sort()
        sys.stdout.write(
            f"{name:40} worst {shares[0]:.3f}  median {shares[len(shares) // 2]:.3f}  best "
            f"{shares[-1]:.3f}  {(time.process_time() - started) / seeds:.2f} s\n"
        )
        sys.stdout.flush()


def alarms(runs_: int) -> None:
    """The reference's own draws: `random.random() < ratio`, one of each call."""
    random.seed(0)
    seen = bounds = 0
    for _ in range(runs_):
        forced = sum(random.random() < RATIO for _ in range(TIMES))  # noqa: S311 - no secret
        chance = tail(forced, TIMES, RATIO)
        seen += chance < THREE_SIGMA / 2
        bounds += chance < ALARM / 2
    chances = [tail(count, TIMES, RATIO) for count in range(TIMES + 1)]
    logs = [
        math.lgamma(TIMES + 1) - math.lgamma(k + 1) - math.lgamma(TIMES - k + 1)
        + k * math.log(RATIO) + (TIMES - k) * math.log1p(-RATIO)
        for k in range(TIMES + 1)
    ]  # fmt: skip
    derived = sum(
        math.exp(log) for log, chance in zip(logs, chances, strict=True) if chance < THREE_SIGMA / 2
    )
    sys.stdout.write(
        f"{TIMES} decisions at {RATIO}: derived {derived:.5f}, seen {seen / runs_:.5f} of {runs_}; "
        f"by the checks' own bound {bounds}\n"
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    what = sys.argv[1] if len(sys.argv) > 1 else ""
    if what == "alarms":
        alarms(int(sys.argv[2]) if len(sys.argv) > len(("", "alarms")) else RUNS)
    else:
        runs(int(what) if what.isdigit() else SEEDS)
