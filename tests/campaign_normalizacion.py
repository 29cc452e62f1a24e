"""Train the normalisation assignment's run and its last section over many seeds, right and wrong.

    python tests/campaign_normalizacion.py [SEEDS]

Which two bits were marked, T=12, inputs times 100, H=16, B=32, Adam 0.02, 100 steps: by the
reference's cell, without norms, and by wrong cells. The threshold of the checks has to lie between
the worst right seed and the best one without norms. Then how far the cell's answer moves when W_x
is ten times as large, over as many draws as the last argument says: the check of `gradientes` must
allow all of them.
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
from grader.grading import suite
from grader.validation import solutions

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
ASSIGNMENT = load(ROOT / "assignments" / "normalizacion")
SOLUTIONS = solutions.load(ASSIGNMENT)
SEEDS, DRAWS = 50, 10_000
PARTS = ("CapaNorm", "celdaLSTMNorm", "NormLote", "NormLotePorPaso")
MUTANTS = (
    "celdaLSTMNorm: norm.x_not_normalised",
    "celdaLSTMNorm: norm.h_not_normalised",
    "celdaLSTMNorm: norm.sum_normalised",
    "celdaLSTMNorm: norm.c_replaced",
    "celdaLSTMNorm: norm.c_not_normalised",
)


def definitions(notebook: bytes) -> dict[str, Any]:
    """What a notebook defines, and what its last section needs."""
    names: dict[str, Any] = {}
    for cell in json.loads(notebook)["cells"]:
        if cell["id"] in {"importaciones", "constantes", *PARTS, "marcados"}:
            source = "".join(cell["source"]).replace("import matplotlib.pyplot as plt", "")
            exec(source, names)  # noqa: S102 - ours
    names["device"] = torch.device("cpu")
    return names


def without_norms(names: dict[str, Any]) -> dict[str, Any]:
    """The reference's cell with nothing in the places of its norms."""

    def plain(inputs: int, hidden: int) -> Any:
        cell = names["celdaLSTMNorm"](inputs, hidden)
        cell.ln_x = cell.ln_h = cell.ln_c = torch.nn.Identity()
        return cell

    return {"celdaLSTMNorm": plain}


def the_run() -> Any:
    """Return the module of the run's checks."""
    suite.collect(ASSIGNMENT)
    return importlib.import_module(
        next(name for name in sys.modules if name.endswith("normalizacion.test_aprendizaje"))
    )


def learns(run: Any, names: dict[str, Any], seed: int) -> float:
    """Return what the run of the checks comes to; what has no norms is asked itself."""
    weights, seen, held_out = run.given(seed)
    found = run.train(names, "celdaLSTMNorm", weights, *seen)
    if found.keys() == weights.keys():
        share: float = run.accuracy(found, held_out)
        return share
    network, (xs, answers) = run.Reader(names["celdaLSTMNorm"]), held_out
    network.load_state_dict(found)
    with torch.no_grad():
        return float((network(xs).argmax(-1) == answers).double().mean())


def last(names: dict[str, Any], with_norms: bool, seed: int) -> float:  # noqa: FBT001 - one of two
    """Return what the notebook's last section comes to."""
    torch.manual_seed(seed)
    reader = names["Lector"](with_norms)
    optimizer = torch.optim.Adam(reader.parameters(), lr=names["TASA"])
    for _ in range(names["PASOS"]):
        xs, answer = names["genera_marcados"](names["TAM_BATCH"])
        loss = torch.nn.functional.cross_entropy(reader(xs)[0], answer)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    xs, answer = names["genera_marcados"](1000)
    with torch.no_grad():
        return float((reader(xs)[0].argmax(-1) == answer).double().mean())


def moved(names: dict[str, Any], draws: int) -> float:
    """Return the most that W_x times 10 moves what the cell gives, x_t being as long as asked."""
    worst = 0.0
    drawn = torch.Generator().manual_seed(0)
    cell = names["celdaLSTMNorm"](3, 3).double()
    for _ in range(draws // 4):
        with torch.no_grad():
            for parameter in cell.parameters():
                parameter.copy_(0.7 * torch.randn(parameter.shape, generator=drawn))
            x, h, c = torch.randn(3, 4, 3, generator=drawn, dtype=torch.float64)
            x = 10 * x / x.norm(dim=1, keepdim=True)
            before = cell(x, (h, c))
            cell.x_fc.weight.mul_(10)
            after = cell(x, (h, c))
        gaps = [float((a - b).abs().max()) for a, b in zip(after, before, strict=True)]
        worst = max(worst, *gaps)
    return worst


def tell(what: str, run: Callable[[int], float], seeds: int) -> None:
    began = time.process_time()
    found = sorted(run(seed) for seed in range(seeds))
    cost = (time.process_time() - began) / seeds
    sys.stdout.write(
        f"{what:45} worst {found[0]:.3f}  median {found[len(found) // 2]:.3f}  "
        f"best {found[-1]:.3f}  {cost:.2f} s of CPU\n"
    )
    sys.stdout.flush()


def main(seeds: int, draws: int) -> None:
    torch.set_num_threads(1)
    right, run = definitions(SOLUTIONS.reference), the_run()
    tell("the run", partial(learns, run, right), seeds)
    tell("the run without norms", partial(learns, run, without_norms(right)), seeds)
    for mutant in SOLUTIONS.mutants:
        if mutant.name in MUTANTS:
            wrong = definitions(solutions.mutate(SOLUTIONS.notebook, mutant))
            tell(f"the run: {mutant.name}", partial(learns, run, wrong), seeds)
    for with_norms in (True, False):
        what = "the last section, with norms" if with_norms else "the same without"
        tell(what, partial(last, right, with_norms), seeds)
    sys.stdout.write(f"W_x times 10 moves h_t and c_t by {moved(right, draws):.2e} at most\n")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(given[0] if given else SEEDS, given[1] if len(given) > 1 else DRAWS)
