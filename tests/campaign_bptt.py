"""Train the run of rnn_bptt, the echo, over many seeds, right and wrong.

How far apart do weights end?

    python tests/campaign_bptt.py [SEEDS]

Weights are compared with those of torch's own network, gradients and clipping, of the way that
these went. The threshold, APART, has to lie between the worst right run and the best wrong one.
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
RUN = importlib.import_module("assignments.rnn_bptt.test_entrena")
PROBES = importlib.import_module("assignments.rnn_bptt.probes")
SOLUTIONS = solutions.load(load(ROOT / "assignments" / "rnn_bptt"))
SEEDS = 50
WRONG = (
    "entrena_rnn: bptt.step_before_clip",
    "entrena_rnn: bptt.norm_per_tensor",
    "entrena_rnn: bptt.gradients_kept",
    "celdaRNN: bptt.no_derivative",
    "celdaRNN: bptt.transposed_next",
    "celdaRNN: bptt.sigmoid",
    "modeloRNN: bptt.chain_cut",
    "modeloRNN: bptt.first_step_skipped",
    "recorta_por_norma: bptt.always_rescaled",
)
"""Mutants of the checks' own mistakes."""


def definitions(notebook: bytes, **more: Any) -> dict[str, Any]:
    """Return what a notebook's cells to fill in define."""
    names: dict[str, Any] = {"torch": torch, "math": importlib.import_module("math"), **more}
    for cell in json.loads(notebook)["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            exec("".join(cell["source"]), names)  # noqa: S102 - ours
    return names


def truncated(names: dict[str, Any], k: int) -> dict[str, Any]:
    """Return the definitions with a model that always goes back in blocks."""

    class Truncated(names["modeloRNN"]):  # type: ignore[misc,name-defined,valid-type]
        def backward(self, ys_grad: Any, xs: Any, hs: Any, _k: Any = None) -> Any:
            return super().backward(ys_grad, xs, hs, k)

    return {**names, "modeloRNN": Truncated}


def distance(names: Mapping[str, Any], dtype: torch.dtype, seed: int) -> float:
    """Return how far apart the weights end."""
    weights, xs, ts = RUN.echo(seed)
    right, _ = RUN.trained_by_torch(weights, xs, ts)
    torch.set_default_dtype(dtype)
    try:
        got, _ = PROBES.aprende_el_eco(
            names,
            {name: one.to(dtype) for name, one in weights.items()},
            xs.to(dtype),
            ts.to(dtype),
            RUN.RATE,
            RUN.LIMIT,
        )
    finally:
        torch.set_default_dtype(torch.float32)
    found: float = RUN.apart([one.detach() for one in got], right, list(weights.values()))
    return found


def tell(what: str, run: Callable[[int], float], seeds: Sequence[int]) -> list[float]:
    began = time.process_time()
    found = sorted(run(seed) for seed in seeds)
    cost = (time.process_time() - began) / len(found)
    sys.stdout.write(
        f"{what:45} least {found[0]:.2e}  median {found[len(found) // 2]:.2e}  most {found[-1]:.2e}"
        f"  {cost:.2f} s of CPU\n"
    )
    sys.stdout.flush()
    return found


def main(count: int) -> None:
    torch.set_num_threads(1)
    seeds, reference = range(count), definitions(SOLUTIONS.reference)
    rights = {
        "right, float64": (reference, torch.float64),
        "right, float32": (reference, torch.float32),
        **{
            f"right: {one.name}": (definitions(vary(SOLUTIONS.notebook, one)), torch.float64)
            for one in SOLUTIONS.variants
        },
    }
    wrongs = {
        "back in blocks of 4": truncated(reference, 4),
        "back in blocks of 1": truncated(reference, 1),
        **{
            one.name: definitions(mutate(SOLUTIONS.notebook, one))
            for one in SOLUTIONS.mutants
            if one.name in WRONG
        },
    }
    most = max(tell(what, partial(distance, *of), seeds)[-1] for what, of in rights.items())
    least = min(
        tell(what, partial(distance, of, torch.float64), seeds)[0] for what, of in wrongs.items()
    )
    sys.stdout.write(
        f"right {most:.2e} at most, threshold {RUN.APART}, wrong {least:.2e} at least\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
