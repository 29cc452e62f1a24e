"""Train the run of `series` over many seeds, right and wrong.

    python tests/campaign_series.py [SEEDS]

The run is the check's: the error of a network on days that nobody saw, as a share of that of
persistence. The threshold, MOST, has to lie between the worst right run and 1, which is persistence
itself; a network that forgets, one that reads backwards, and the last season again are beside it.
Others show what the run does not see, and other checks do.

No check of `series` draws from a student's random numbers. The run's own chance is its seed: one on
which the reference comes within a tenth of the threshold is drawn again, and then what is right has
the same weights, data and order of windows, and differs by rounding alone.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from grader.assignments.assignment import load
from grader.validation import solutions
from grader.validation.solutions import mutate, vary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
RUN = importlib.import_module("assignments.series.test_aprendizaje")
PROBES = importlib.import_module("assignments.series.probes")
SOLUTIONS = solutions.load(load(ROOT / "assignments" / "series"))
SEEDS, SEASON, DRAWN_AGAIN = 50, 12, 0.9
WRONG = (
    "modeloSerie: ser.state_reset",
    "modeloSerie: ser.read_backwards",
    "modeloSerie: ser.last_value_unread",
    "modeloSerie: ser.change_for_value",
    "ventanas: ser.target_inside",
)
"""What a right network of ours cannot use: weights that were learned otherwise."""
UNSEEN = (
    "prepara: ser.scaled_with_all",
    "prepara: ser.windows_divided",
    "Escalador: ser.n_minus_one",
)
"""What learns too: checks of its own judge that."""


def definitions(notebook: bytes) -> dict[str, Any]:
    """Return what a notebook's cells to fill in define."""
    names: dict[str, Any] = {"torch": torch, "math": importlib.import_module("math")}
    for cell in json.loads(notebook)["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            exec("".join(cell["source"]), names)  # noqa: S102 - ours
    return names


def share(names: Mapping[str, Any], seed: int) -> float:
    """Return what a notebook's network comes to in the check's run."""
    return float(RUN.trained(names, seed))


def of_season(seed: int) -> float:
    """Return the error of who repeats the value of a season before."""
    series, _, _ = RUN.given(seed)
    read, came = PROBES.prepara_bien(series, RUN.WINDOW, 1, *RUN.SPLIT)["prueba"]
    off = (read[:, -SEASON] - came[:, 0]).abs().mean()
    return float(off / (read[:, -1] - came[:, 0]).abs().mean())


def tell(what: str, find: Callable[[int], float], seeds: int) -> None:
    began = time.process_time()
    found = sorted(find(seed) for seed in range(seeds))
    cost = (time.process_time() - began) / seeds
    again = sum(one >= DRAWN_AGAIN * RUN.MOST for one in found)
    sys.stdout.write(
        f"{what:40} least {found[0]:.3f}  median {found[seeds // 2]:.3f}  most {found[-1]:.3f}"
        f"  {again:3} of {seeds} above {DRAWN_AGAIN * RUN.MOST:.3f}  {cost:.2f} s of CPU\n"
    )
    sys.stdout.flush()


def main(arguments: list[str]) -> None:
    torch.set_num_threads(1)
    seeds = int(arguments[0]) if arguments else SEEDS
    tell("ours", partial(share, RUN.RIGHT), seeds)
    tell("reference", partial(share, definitions(SOLUTIONS.reference)), seeds)
    variant = SOLUTIONS.variants[0]
    tell(variant.name[:40], partial(share, definitions(vary(SOLUTIONS.notebook, variant))), seeds)
    tell("the last season again", of_season, seeds)
    mutants = {one.name: one for one in SOLUTIONS.mutants}
    for name in (*WRONG, *UNSEEN):
        made = definitions(mutate(SOLUTIONS.notebook, mutants[name]))
        tell(name, partial(share, made), seeds)


if __name__ == "__main__":
    main(sys.argv[1:])
