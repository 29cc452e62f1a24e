"""Measure what the checks of experimentos rest on, over many seeds.

    python tests/campaign_experimentos.py [SEEDS [RUNS]]

Checkpoints: eight steps beside five, saved, loaded, and three more: how far apart the weights end,
of the way that the last three steps go, by the reference and without what is forgotten. Gaussian
processes: how large the condition of K + ηI is in the checks' own cases, and how far two right ways
of solving lie apart. Random search: how often right draws alarm at three standard errors, over RUNS
runs, beside the derived rate. Then the three searches of the notebook's last section: who wins is
chance, which is why nothing of it is judged.
"""

from __future__ import annotations

import importlib
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from grader.assignments.assignment import load
from grader.checks.random_functions import tail
from grader.grading import suite
from grader.validation import solutions

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent
ASSIGNMENT = load(ROOT / "assignments" / "experimentos")
SOLUTIONS = solutions.load(ASSIGNMENT)
SEEDS, RUNS, CASES = 50, 10_000, 20
TRIPS = (
    "carga_punto: exp.no_optimizer_state",
    "carga_punto: exp.rate_not_restored",
    "carga_punto: exp.generator_not_restored",
)
DEVIATIONS = 3.0


def definitions(notebook: bytes) -> dict[str, Any]:
    """What a notebook defines: its parts, and the objective of its last section."""
    names: dict[str, Any] = {}
    wanted = {"importaciones", *ASSIGNMENT.names}
    for cell in json.loads(notebook)["cells"]:
        if cell["id"] in wanted:
            source = "".join(cell["source"]).replace("import matplotlib.pyplot as plt", "")
            exec(source, names)  # noqa: S102 - ours
    return names


def module(name: str) -> Any:
    """Return a module of the checks."""
    suite.collect(ASSIGNMENT)
    found = next(one for one in sys.modules if one.endswith(f"experimentos.{name}"))
    return importlib.import_module(found)


def tell(what: str, found: Sequence[float]) -> None:
    ordered = sorted(found)
    middle = ordered[len(ordered) // 2]
    sys.stdout.write(
        f"{what:55} least {ordered[0]:9.3g}  median {middle:9.3g}  most {ordered[-1]:9.3g}\n"
    )
    sys.stdout.flush()


def apart(names: dict[str, Any], seed: int) -> float:
    """Return how far the weights end from where they should, of the way of the last three steps."""
    torch.set_default_dtype(torch.float64)
    answer = module("probes").ida_y_vuelta(names, seed, 5)
    torch.set_default_dtype(torch.float32)
    saved, right, got = answer[1][0], answer[6], answer[7]

    def length(one: dict[str, Any], other: dict[str, Any]) -> float:
        weights = [name for name in one if "weight" in name or "bias" in name]
        return math.sqrt(sum(float(((one[n] - other[n]) ** 2).sum()) for n in weights))

    return length(got, right) / length(right, saved)


def processes(seeds: int) -> None:
    """Tell of the checks' own cases how conditioned they are, and how far right code lies apart."""
    checks = module("test_bayesiana")
    from grader.checks.case import draw
    from grader.checks.trial import Trials

    of = checks.proceso_gaussiano.declared
    nobody: Any = None
    trials = Trials(nobody, of, ())
    conditions: list[float] = []
    gaps: list[float] = []
    for seed in range(CASES * seeds):
        case = draw(of.inputs, of.shapes, of.largest, seed).rounded(torch.float64)
        given = case.inputs
        noisy = trials.graph(case, of.right)["inversa"].inverse()
        conditions.append(float(torch.linalg.cond(noisy)))
        ours = [trials.graph(case, of.right)[name] for name in of.outputs]
        theirs = checks.by_cholesky(**given)
        gaps.append(max(float((a - b).abs().max()) for a, b in zip(ours, theirs, strict=True)))
    tell("the condition of K + ηI", conditions)
    tell("an inverse beside Cholesky", gaps)


def alarms(runs: int) -> None:
    """Tell how often right draws alarm at three standard errors, and how often they should."""
    n = module("test_azar").DRAWS
    drawn = torch.Generator().manual_seed(0)
    seen = dict.fromkeys(("mean", "distribution", "together"), 0)
    pairs = n // 2
    normal = math.erfc(DEVIATIONS / 2**0.5)
    bound = math.sqrt(math.log(2 / normal) / (2 * n))
    steps = torch.arange(n, dtype=torch.float64)
    for _ in range(runs):
        u, v = torch.rand(2, n, generator=drawn, dtype=torch.float64)
        seen["mean"] += abs(float(u.mean()) - 0.5) > DEVIATIONS / math.sqrt(12 * n)
        ordered = u.sort().values
        gap = torch.maximum((steps + 1) / n - ordered, ordered - steps / n).max()
        seen["distribution"] += float(gap) > bound
        together = int(((u[1::2] > u[::2]) == (v[1::2] > v[::2])).sum())
        seen["together"] += abs(together - pairs / 2) > DEVIATIONS * math.sqrt(pairs) / 2
    least = math.ceil(pairs / 2 + DEVIATIONS * math.sqrt(pairs) / 2 + 1e-9)
    derived = {
        "mean": f"{normal:.4f}",
        "distribution": f"at most {normal:.4f}",
        "together": f"{2 * tail(least, pairs, 0.5):.4f}",
    }
    for what, count in seen.items():
        sys.stdout.write(f"{what:15} derived {derived[what]:15} seen {count / runs:.4f}\n")


def valley(config: dict[str, float]) -> float:
    """The objective of the notebook's last section."""
    u = math.log10(config["tasa"]) + 2.3
    return u**2 - 0.6 * math.cos(3 * u) + 0.3 * (config["dropout"] - 0.2) ** 2


def searches(names: dict[str, Any], seed: int) -> tuple[float, float]:
    """Return the best of 16 random trials, and of 16 of which the last 12 are proposed."""
    drawn = torch.Generator().manual_seed(seed)
    space = {"tasa": (1e-4, 1e-1, "log"), "dropout": (0.0, 0.5, "lineal")}
    _, tried = names["busqueda_aleatoria"](space, valley, 16, drawn)
    low, wide = torch.tensor([[-4.0, 0.0], [3.0, 0.5]], dtype=torch.float64)
    candidates = low + wide * torch.rand(400, 2, generator=drawn, dtype=torch.float64)

    def value(point: torch.Tensor) -> float:
        return valley({"tasa": 10 ** float(point[0]), "dropout": float(point[1])})

    points = candidates[:4]
    y = torch.tensor([value(point) for point in points], dtype=torch.float64)
    while len(y) < len(tried):
        centred = (y - y.mean()) / y.std()
        chosen = candidates[names["propone"](points / wide, centred, candidates / wide, 0.3, 0.01)]
        points = torch.cat([points, chosen[None]])
        y = torch.cat([y, torch.tensor([value(chosen)], dtype=torch.float64)])
    return min(value for _, value in tried), float(y.min())


def main(seeds: int, runs: int) -> None:
    torch.set_num_threads(1)
    right = definitions(SOLUTIONS.reference)
    tell("a checkpoint by the reference", [apart(right, seed) for seed in range(seeds)])
    for mutant in SOLUTIONS.mutants:
        if mutant.name in TRIPS:
            wrong = definitions(solutions.mutate(SOLUTIONS.notebook, mutant))
            tell(mutant.name, [apart(wrong, seed) for seed in range(seeds)])
    processes(seeds)
    alarms(runs)
    found = [searches(right, seed) for seed in range(seeds)]
    tell("16 random trials", [one for one, _ in found])
    tell("16 trials, 12 of them proposed", [one for _, one in found])
    won = sum(proposed < drawn for drawn, proposed in found)
    sys.stdout.write(f"the proposed ones won {won} of {seeds} times\n")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(given[0] if given else SEEDS, given[1] if len(given) > 1 else RUNS)
