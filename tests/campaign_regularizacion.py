"""How often chance alarms where the masks are right, and what the last section comes to.

    python tests/campaign_regularizacion.py alarms [RUNS]
    python tests/campaign_regularizacion.py last [SEEDS]

Alarms: the reference draws masks again and again, as many entries as the checks read, and the rate
is asked at three standard errors, where right code alarms often enough to be counted. The rate seen
is compared with the one that the binomial distribution gives there, and the checks' own bound is
asked of the same masks. A mask that repeats where it should not is looked for too.

Last: the notebook's last section, over seeds of its data. Nothing of it is judged.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from grader.assignments.assignment import load
from grader.checks.random_functions import ALARM, tail
from grader.validation import solutions

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
SOLUTIONS = solutions.load(load(ROOT / "assignments" / "regularizacion"))
RUNS, SEEDS = 10_000, 50
THREE_SIGMA = math.erfc(3 / 2**0.5)
SHARES = (0.3, 0.6, 0.17)
"""Of a check, of a diagnosis, and one of a check of the whole."""


def definitions() -> dict[str, Any]:
    """What the reference defines, and what its last section needs, without the run."""
    names: dict[str, Any] = {}
    for cell in SOLUTIONS.notebook["cells"]:
        source = "".join(cell["source"])
        to_fill_in = cell["metadata"].get("nbgrader", {}).get("solution")
        if to_fill_in or cell.get("id") in ("importaciones", "constantes", "datos"):
            exec(source.replace("import matplotlib.pyplot as plt\n", ""), names)  # noqa: S102 - ours
    return names


def one_by_one(names: dict[str, Any], p: float) -> torch.Tensor:
    """Two calls of `Dropout` on (40, 500)."""
    layer, x = names["Dropout"](p), torch.ones(40, 500)
    return torch.stack([layer(x), layer(x)]) == 0


def at_all_steps(names: dict[str, Any], p: float) -> torch.Tensor:
    """Two calls of `DropoutVariacional` on (40, 5, 500), of the steps the first."""
    layer, x = names["DropoutVariacional"](p), torch.ones(40, 5, 500)
    return torch.stack([layer(x)[:, 0], layer(x)[:, 0]]) == 0


def of_weights(names: dict[str, Any], p: float) -> torch.Tensor:
    """A mask of `celdaDropConnect` with 150 units."""
    mask: torch.Tensor = names["celdaDropConnect"](3, 150, p).mascara
    return ~mask[None]


def derived(of: int, p: float, alarm: float) -> float:
    """How often a count of right trials has a tail below half of an alarm."""
    spread = 12 * math.sqrt(of * p * (1 - p))
    low = max(0, int(of * p - spread))
    counts = torch.arange(low, min(of, int(of * p + spread)) + 1, dtype=torch.float64)
    ways = math.lgamma(of + 1) - torch.lgamma(counts + 1) - torch.lgamma(of - counts + 1)
    chances = (ways + counts * math.log(p) + (of - counts) * math.log1p(-p)).exp()
    middle = of * p
    upto, beyond = chances.cumsum(0), chances.flip(0).cumsum(0).flip(0)
    out = torch.where(counts <= middle, upto, beyond) < alarm / 2
    return float(chances[out].sum())


def repeats(zeros: torch.Tensor) -> bool:
    """Whether along some axis all places of a mask are the same."""
    return any(
        bool((zeros == zeros.select(axis, 0).unsqueeze(axis)).all())
        for axis in range(zeros.ndim)
        if zeros.shape[axis] > 1
    )


def alarms(runs: int) -> None:
    names = definitions()
    draws: tuple[Callable[..., torch.Tensor], ...] = (one_by_one, at_all_steps, of_weights)
    for number, draw in enumerate(draws):
        for p in SHARES:
            torch.manual_seed(number)
            seen = bounds = alike = of = 0
            for _ in range(runs):
                zeros = draw(names, p)
                of = zeros.numel()
                chance = tail(int(zeros.sum()), of, p)
                seen += chance < THREE_SIGMA / 2
                bounds += chance < ALARM / 2
                alike += repeats(zeros)
            sys.stdout.write(
                f"{draw.__name__:14} p={p:<5} {of} entries: derived "
                f"{derived(of, p, THREE_SIGMA):.5f}, seen {seen / runs:.5f} of {runs}; by the "
                f"checks' own bound {bounds}, masks that repeat {alike}\n"
            )
            sys.stdout.flush()


def last(seeds: int) -> None:
    names = definitions()
    source = next(
        "".join(cell["source"])
        for cell in SOLUTIONS.notebook["cells"]
        if cell.get("id") == "entrena"
    )
    found: dict[str, list[float]] = {}
    for seed in range(seeds):
        there = dict(names, print=lambda text: found.setdefault(text[:16].strip(), []).append(
            float(text.split("pérdida")[1].split()[0])
        ))  # fmt: skip
        exec(source.replace("manual_seed(3)", f"manual_seed({seed})"), there)  # noqa: S102 - ours
    for name, losses in found.items():
        losses.sort()
        sys.stdout.write(
            f"{name:16} loss on the test set: best {losses[0]:.3f}  median "
            f"{losses[len(losses) // 2]:.3f}  worst {losses[-1]:.3f}\n"
        )


if __name__ == "__main__":
    torch.set_num_threads(1)
    what, count = [*sys.argv[1:], "alarms", ""][:2] if len(sys.argv) > 1 else ("alarms", "")
    if what == "last":
        last(int(count) if count.isdigit() else SEEDS)
    else:
        alarms(int(count) if count.isdigit() else RUNS)
