"""Train the run of secuencias, a tagger, over many seeds, right and wrong.

    python tests/campaign_secuencias.py [SEEDS]

Tags depend on both neighbours. The threshold, ENOUGH, has to lie between the worst right run and
the best of those that read in one direction. Others show what the run does not see, and other
checks do.
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
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
RUN = importlib.import_module("assignments.secuencias.test_aprendizaje")
PROBES = importlib.import_module("assignments.secuencias.probes")
SOLUTIONS = solutions.load(load(ROOT / "assignments" / "secuencias"))
SEEDS = 50
ONE_WAY = (
    "modeloBidireccional: sec.both_forward",
    "modeloBidireccional: sec.backward_not_realigned",
)
"""What cannot know the next symbol where it is needed."""
UNSEEN = (
    "modeloBidireccional: sec.runs_over_padding",
    "modeloBidireccional: sec.flip_whole",
    "perdida_enmascarada: sec.padding_summed",
    "perdida_enmascarada: sec.divided_by_batch",
    "perdida_enmascarada: sec.mean_of_means",
    "perdida_enmascarada: sec.probabilities_for_logits",
)
"""What learns too, or nearly: checks of its own judge that."""


def definitions(notebook: bytes) -> dict[str, Any]:
    """Return what a notebook's cells to fill in define."""
    names: dict[str, Any] = {"torch": torch, "F": torch.nn.functional}
    for cell in json.loads(notebook)["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            exec("".join(cell["source"]), names)  # noqa: S102 - ours
    return names


def share(names: Mapping[str, Any], seed: int) -> float:
    """Return the share of right tags after the run of the checks."""
    weights, batches, held_out = RUN.given(seed)
    learnt = PROBES.aprende_a_etiquetar(names, RUN.HIDDEN, weights, batches, RUN.RATE)
    found: float = RUN.accuracy(learnt, held_out)
    return found


def own_share(names: Mapping[str, Any], seed: int) -> float:
    """Return the same, read by the network that learnt, right or wrong."""
    weights, batches, (x, lengths, tags) = RUN.given(seed)
    learnt = PROBES.aprende_a_etiquetar(names, RUN.HIDDEN, weights, batches, RUN.RATE)
    reader = PROBES.con_pesos(names[RUN.MODEL](1, RUN.HIDDEN), learnt["lector"])
    fc = PROBES.con_pesos(torch.nn.Linear(2 * RUN.HIDDEN, RUN.TAGS), learnt["fc"])
    with torch.no_grad():
        right = fc(reader(x, lengths)[0]).argmax(-1) == tags
    found: float = right[torch.arange(RUN.LONGEST) < lengths[:, None]].double().mean().item()
    return found


def tell(what: str, run: Callable[[int], float], seeds: Sequence[int]) -> list[float]:
    began = time.process_time()
    found = sorted(run(seed) for seed in seeds)
    cost = (time.process_time() - began) / len(found)
    sys.stdout.write(
        f"{what:60} worst {found[0]:.4f}  median {found[len(found) // 2]:.4f}"
        f"  best {found[-1]:.4f}  {cost:.2f} s of CPU\n"
    )
    sys.stdout.flush()
    return found


def main(count: int) -> None:
    torch.set_num_threads(1)
    seeds = range(count)
    rights = {
        "right": definitions(SOLUTIONS.reference),
        **{
            f"right: {one.name}": definitions(vary(SOLUTIONS.notebook, one))
            for one in SOLUTIONS.variants
            if any(place.startswith(RUN.MODEL) for place in one.code)
        },
    }
    wrong = {
        one.name: definitions(mutate(SOLUTIONS.notebook, one))
        for one in SOLUTIONS.mutants
        if one.name in {*ONE_WAY, *UNSEEN}
    }
    worst = min(tell(what, partial(share, one), seeds)[0] for what, one in rights.items())
    best = max(tell(name, partial(own_share, wrong[name]), seeds)[-1] for name in ONE_WAY)
    for name in UNSEEN:
        tell(name, partial(own_share, wrong[name]), seeds)
    if not best < RUN.ENOUGH < worst:
        sys.exit(f"{RUN.ENOUGH} is not between {best:.4f} and {worst:.4f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
