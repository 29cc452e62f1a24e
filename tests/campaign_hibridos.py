"""Train the runs of `hibridos` over many seeds, right and wrong.

    python tests/campaign_hibridos.py [SEEDS]

The runs are those of the checks. The threshold has to lie between the worst right seed and the best
of what lacks something: a state that starts anew at each step, an answer without the last frames,
frames or windows in no order. A cell without filters is told beside them: it learns an order too,
so that what the filters do is judged by checks of their own. No check here is statistical but for
the runs: a seed on which the reference does not learn is drawn again.
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
from grader.validation.solutions import mutate

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
SOLUTIONS = solutions.load(load(ROOT / "assignments" / "hibridos"))
SEEDS = 50
NAMES = ("modeloConvRNN", "modeloCNNLSTM")


def checks() -> Any:
    """The module that has the runs."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return importlib.import_module("assignments.hibridos.test_aprendizaje")


RUN = checks()


def definitions(notebook: bytes) -> dict[str, Any]:
    """What the cells of a notebook define."""
    names: dict[str, Any] = {}
    for cell in json.loads(notebook)["cells"]:
        to_fill_in = cell["metadata"].get("nbgrader", {}).get("solution")
        if to_fill_in or cell.get("id") == "importaciones":
            source = "".join(cell["source"]).replace("import matplotlib.pyplot as plt\n", "")
            exec(source, names)  # noqa: S102 - ours
    return names


def own(make: Callable[..., Any], name: str, seed: int, *, shuffled: bool = False) -> float:
    """What a network comes to on the data of a seed, measured with its own forward."""
    weights, batches, held_out = RUN.given(name, seed)
    torch.manual_seed(seed)
    network = make(*RUN.SIZES[name])
    held = network.state_dict()
    fitting = {
        key: one for key, one in weights.items() if key in held and held[key].shape == one.shape
    }
    network.load_state_dict(fitting, strict=False)
    order = torch.Generator().manual_seed(seed)

    def seen(x: torch.Tensor) -> torch.Tensor:
        places = torch.rand(x.shape[:2], generator=order).argsort(1)
        return x[torch.arange(len(x))[:, None], places] if shuffled else x

    optimizer = torch.optim.Adam(network.parameters(), RUN.RATE)
    for x, y in batches:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(seen(x))[:, -1], y)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    x, y = held_out
    with torch.no_grad():
        return float((network(seen(x))[:, -1].argmax(-1) == y).double().mean())


class CellAlone(torch.nn.Module):
    """A cell that reads a series without filters."""

    def __init__(self, channels: int, _filters: int, _taps: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.gru = torch.nn.GRU(channels, hidden, batch_first=True)
        self.fc = torch.nn.Linear(hidden, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        answers: torch.Tensor = self.fc(self.gru(x)[0])
        return answers


class Bag(torch.nn.Module):
    """Filters, and the mean of what they found: it knows no order."""

    def __init__(self, name: str, *sizes: int) -> None:
        super().__init__()
        self.right = RUN.RIGHT[name](*sizes)
        width = sizes[1] if name == NAMES[0] else sizes[1] * sizes[2] ** 2
        self.fc = torch.nn.Linear(width, sizes[-1])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        answers: torch.Tensor = self.fc(self.right.features(x).mean(1, keepdim=True))
        return answers


def tell(what: str, run: Callable[[int], float], seeds: int) -> list[float]:
    began = time.process_time()
    found = sorted(run(seed) for seed in range(seeds))
    cost = (time.process_time() - began) / seeds
    sys.stdout.write(
        f"{what:45} worst {found[0]:.4f}  median {found[seeds // 2]:.4f}"
        f"  best {found[-1]:.4f}  {cost:.2f} s of CPU\n"
    )
    sys.stdout.flush()
    return found


def wrongs(name: str) -> dict[str, Callable[[int], float]]:
    """What lacks something that the task needs."""
    reset = next(one for one in SOLUTIONS.mutants if one.name == f"{name}: hib.state_reset")
    return {
        "a state that starts anew": partial(
            own, definitions(mutate(SOLUTIONS.notebook, reset))[name], name
        ),
        "filters without an order": partial(own, partial(Bag, name), name),
        "steps in no order": partial(own, RUN.RIGHT[name], name, shuffled=True),
    }


def main(count: int) -> None:
    torch.set_num_threads(1)
    for name in NAMES:
        right = partial(RUN.trained, definitions(SOLUTIONS.reference), name)
        worst = tell(f"{name}, the reference", right, count)[0]
        best = max(tell(f"{name}, {what}", run, count)[-1] for what, run in wrongs(name).items())
        if name == NAMES[0]:
            tell(f"{name}, a cell without filters", partial(own, CellAlone, name), count)
        if not best < RUN.ENOUGH < worst:
            sys.exit(f"{RUN.ENOUGH} is not between {best:.4f} and {worst:.4f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
