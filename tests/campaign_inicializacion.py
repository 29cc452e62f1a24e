"""What the initialisation assignment's run comes to over many seeds, and how often chance alarms.

    python tests/campaign_inicializacion.py [SEEDS]
    python tests/campaign_inicializacion.py alarms [RUNS]

The run: an LSTM that begins with the reference's `inicializa_lstm`, or a wrong one, is trained to
remember a symbol for 40 steps; a threshold has to lie between the worst right seed and the best
wrong one. Then what a signal's second moment is after 20 layers, for the notebook's pictures.

Alarms: right weights are drawn again and again, as many as the checks draw, and each statistic of
the checks is asked at three standard errors, where right code alarms often enough to be counted.
The rate seen is compared with the one that the same derivation gives there.
"""

from __future__ import annotations

import importlib
import json
import math
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from grader.assignments.assignment import load
from grader.checks import Mismatch, laws
from grader.checks.random_functions import rate
from grader.validation import solutions

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
ASSIGNMENT = load(ROOT / "assignments" / "inicializacion")
SOLUTIONS = solutions.load(ASSIGNMENT)
SEEDS, RUNS = 60, 10_000
WRONG = {"no_forget_bias", "bias_fixed", "bias_on_input_gate", "bias_on_candidate", "bias_in_h_fc"}
WRONG |= {"stacked_orthogonal", "recurrent_by_xavier", "stacked_fans"}
WIDTH, LAYERS, BATCH = 128, 20, 256
WEIGHTS = 60_000
"""What a check of a law draws."""
THREE_SIGMA = math.erfc(3 / 2**0.5)


def definitions(notebook: bytes) -> dict[str, Any]:
    """What a notebook's cells define that are to be filled in."""
    names: dict[str, Any] = {"torch": torch, "math": math}
    for cell in json.loads(notebook)["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            exec("".join(cell["source"]), names)  # noqa: S102 - ours
    return names


def the_run() -> Any:
    """The module of the run's checks."""
    return importlib.import_module("assignments.inicializacion.test_aprendizaje")


def remembers(run: Any, begins: Callable[..., Any], seed: int) -> float:
    """What the run comes to with an `inicializa_lstm`, on the data of a seed."""
    cells = importlib.import_module("assignments.inicializacion.cells")
    torch.manual_seed(seed)
    cell = cells.Celda(1, run.HIDDEN, 4)
    begins(cell, run.BIAS)
    share: float = run.accuracy(cell.state_dict(), seed)
    return share


def kept(draws: Callable[..., torch.Tensor], act: Callable[..., torch.Tensor], seed: int) -> float:
    """How much of the second moment is left after the layers."""
    torch.manual_seed(seed)
    names = definitions(SOLUTIONS.reference)
    weights = [draws((WIDTH, WIDTH)) for _ in range(LAYERS)]
    moments: list[float] = names["propaga"](weights, torch.randn(BATCH, WIDTH), act)
    return moments[-1] / moments[0]


def tell(what: str, run: Callable[[int], float], seeds: int) -> None:
    began = time.process_time()
    found = sorted(run(seed) for seed in range(seeds))
    cost = (time.process_time() - began) / seeds
    sys.stdout.write(
        f"{what:32} worst {found[0]:.4g}  median {found[len(found) // 2]:.4g}  "
        f"best {found[-1]:.4g}  {cost:.2f} s of CPU\n"
    )
    sys.stdout.flush()


def runs(seeds: int) -> None:
    run, right = the_run(), definitions(SOLUTIONS.reference)
    tell("right", partial(remembers, run, right["inicializa_lstm"]), seeds)
    for mutant in SOLUTIONS.mutants:
        where, _, what = mutant.name.partition(": init.")
        if where == "inicializa_lstm" and what in WRONG:
            wrong = definitions(solutions.mutate(SOLUTIONS.notebook, mutant))
            tell(what, partial(remembers, run, wrong["inicializa_lstm"]), seeds)
    for draws, act in (
        ("xavier_normal", "linear"),
        ("ortogonal", "linear"),
        ("he_normal", "relu"),
        ("xavier_normal", "relu"),
        ("xavier_normal", "tangente"),
    ):
        f = right.get(act, lambda z: z)
        tell(f"{draws}, {act}: last / first", partial(kept, right[draws], f), seeds)


def alarms(values: torch.Tensor, law: laws.Law) -> dict[str, bool]:
    """Which statistics of right draws are beyond three standard errors.

    The mean and the mean square are nearly normal; the distance between the distributions is
    beyond √(ln(2/a)/2n) with a chance of at most a, and of nearly a where a is small and n large.
    """
    n, deviation = values.numel(), law.deviation
    kurtosis = 3.0 if law.kind == "normal" else 1.8
    mean = float(values.mean()) / (deviation / n**0.5)
    square = (float(values.square().mean()) / deviation**2 - 1) / ((kurtosis - 1) / n) ** 0.5
    wide = values.sort().values / deviation
    right = torch.special.ndtr(wide) if law.kind == "normal" else wide / 12**0.5 + 0.5
    steps = torch.arange(1, n + 1) / n
    gap = torch.maximum((steps - right).abs(), (steps - 1 / n - right).abs()).max()
    beyond = float(gap) > math.sqrt(math.log(2 / THREE_SIGMA) / (2 * n))
    return {"mean": abs(mean) > 3, "mean square": abs(square) > 3, "distance": beyond}


def count_alarms(times: int) -> None:
    """Tell how often each statistic alarms, and each check as it stands, at three sigma."""
    torch.manual_seed(0)
    for law in (laws.uniform(-(3**0.5), 3**0.5), laws.normal(1.0)):
        seen: dict[str, int] = {}
        for _ in range(times):
            unit = torch.rand(WEIGHTS).double() if law.kind == "uniform" else None
            values = torch.randn(WEIGHTS).double() if unit is None else (unit - 0.5) * 12**0.5
            found = alarms(values, law)
            found["check"] = not law.could_give(values, THREE_SIGMA)
            for name, alarmed in found.items():
                seen[name] = seen.get(name, 0) + alarmed
        for name, count in seen.items():
            bound = name == "check"  # made of bounds: it alarms no more often than derived
            try:
                rate(count, times, THREE_SIGMA, quantity=name, alarm=1e-3)
                fits = True
            except Mismatch:
                fits = bound and count < THREE_SIGMA * times
            sys.stdout.write(
                f"{law.kind:8} {name:12} {count / times:.4f}  derived: "
                f"{'at most ' * bound}{THREE_SIGMA:.4f}  {'so it is' if fits else 'NOT SO'}\n"
            )
            sys.stdout.flush()


def main(arguments: list[str]) -> None:
    torch.set_num_threads(1)
    if arguments[:1] == ["alarms"]:
        count_alarms(int(arguments[1]) if len(arguments) > 1 else RUNS)
    else:
        runs(int(arguments[0]) if arguments else SEEDS)


if __name__ == "__main__":
    main(sys.argv[1:])
