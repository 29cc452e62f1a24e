"""Train the runs of `lenguaje` over many seeds, right and wrong, and see its draws alarm.

    python tests/campaign_lenguaje.py [SEEDS]
    python tests/campaign_lenguaje.py alarms [RUNS]

The runs are those of the checks. A threshold has to lie between the worst right seed and what no
model can reach that lacks something: one word's memory, or words that are only counted. `alarms`
draws from right probabilities, as often as a check does, and asks at three standard errors: the
rate is the one that is derived.
"""

from __future__ import annotations

import importlib
import sys
import time
from math import erfc, sqrt
from pathlib import Path
from typing import Any

import torch

from grader.assignments.assignment import load
from grader.validation import solutions

ROOT = Path(__file__).parent.parent
SOLUTIONS = solutions.load(load(ROOT / "assignments" / "lenguaje"))
SEEDS, RUNS = 50, 10_000
NAMES = ("modeloLenguaje", "clasificadorSentimiento")
DEVIATIONS = 3.0


def module(name: str) -> Any:
    """A module of the assignment's checks."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return importlib.import_module(f"assignments.lenguaje.{name}")


def forgetful(run: Any) -> type[torch.nn.Module]:
    """A network that starts from nothing at each step."""

    class Forgetful(run.Reader):  # type: ignore[misc]
        def forward(self, x: torch.Tensor, lengths: torch.Tensor | None = None) -> torch.Tensor:
            hs = torch.stack([self.lstm(self.embedding(words))[0] for words in x.unbind(1)], 1)
            every: torch.Tensor = self.fc(
                hs if lengths is None else hs[torch.arange(len(x)), lengths - 1]
            )
            return every

    return Forgetful


def counting(run: Any) -> type[torch.nn.Module]:
    """A network that adds words up, and does not know their order."""

    class Counting(run.Reader):  # type: ignore[misc]
        def __init__(self, *sizes: int) -> None:
            super().__init__(*sizes)
            self.fc = torch.nn.Linear(run.EMBEDDING, sizes[-1])

        def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
            real = torch.arange(x.shape[1]) < lengths[:, None]
            words = (self.embedding(x) * real[..., None]).sum(1)
            every: torch.Tensor = self.fc(words)
            return every

    return Counting


def own(run: Any, name: str, made: type[torch.nn.Module], seed: int) -> float:
    """What a network comes to on the data of a seed, measured with its own forward."""
    weights, batches, held_out = run.given(name, seed)
    network: Any = made(*run.sizes(name))
    if network.fc.weight.shape == weights["fc.weight"].shape:
        network.load_state_dict(weights)
    optimizer = torch.optim.Adam(network.parameters(), run.RATE)
    for read, said in batches:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(*read).flatten(0, -2), said.flatten())
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    read, said = held_out
    with torch.no_grad():
        logits = network(*read)
        if name == NAMES[0]:
            pairs = (logits.flatten(0, 1), said.flatten())
            return float(torch.nn.functional.cross_entropy(*pairs).exp())
        return float((logits.argmax(-1) == said).double().mean())


def values(run: Any, name: str, way: str, seeds: int) -> list[float]:
    """What a way comes to on each seed."""
    if way == "right":
        return [run.trained(run.RIGHT, name, seed) for seed in range(seeds)]
    made = {"forgetful": forgetful, "counting": counting}[way](run)
    return [own(run, name, made, seed) for seed in range(seeds)]


def tell(run: Any, name: str, way: str, seeds: int) -> None:
    began = time.process_time()
    found = sorted(values(run, name, way, seeds))
    cost = (time.process_time() - began) / seeds
    sys.stdout.write(
        f"{name:25} {way:10} least {found[0]:.4f}  median {found[seeds // 2]:.4f}"
        f"  most {found[-1]:.4f}  {cost:.2f} s of CPU\n"
    )
    sys.stdout.flush()


def definitions() -> dict[str, Any]:
    """What the reference defines."""
    names: dict[str, Any] = {}
    for cell in SOLUTIONS.notebook["cells"]:
        to_fill_in = cell["metadata"].get("nbgrader", {}).get("solution")
        if to_fill_in or cell.get("id") in ("importaciones", "constantes"):
            source = "".join(cell["source"]).replace("import matplotlib.pyplot as plt\n", "")
            exec(source, names)  # noqa: S102 - ours
    return names


def alarms(runs: int) -> tuple[float, float, int]:
    """How often three standard errors alarm: derived, and seen; and how often the check's bound.

    Of the reference's draws, for each word of each row of a check's settings.
    """
    draws, names = module("test_muestreo"), definitions()
    beyond = asked = wrong = 0
    torch.manual_seed(0)
    for temperature, k in draws.SETTINGS:
        law = names["probabilidades"](draws.LOGITS, temperature, k).double()
        rows = draws.LOGITS.repeat(draws.DRAWS, 1)
        some = (law > 0) & (law < 1)
        spread = (draws.DRAWS * law * (1 - law)).sqrt()
        for _ in range(runs):
            drawn = names["muestrea"](rows, temperature, k).view(draws.DRAWS, -1).T
            counts = torch.stack([one.bincount(minlength=law.shape[1]) for one in drawn])
            off = (counts - draws.DRAWS * law).abs()[some] / spread[some]
            beyond, asked = beyond + int((off > DEVIATIONS).sum()), asked + len(off)
            if bool((off > 2 * DEVIATIONS).any()):
                wrong += not draws.could_be([({"p": law}, drawn)], draws.Law())
    return erfc(DEVIATIONS / sqrt(2)), beyond / asked, wrong


def main(arguments: list[str]) -> None:
    torch.set_num_threads(1)
    if arguments[:1] == ["alarms"]:
        derived, seen, wrong = alarms(int(arguments[1]) if arguments[1:] else RUNS)
        sys.stdout.write(f"derived {derived:.4f}  seen {seen:.4f}  by the check's bound {wrong}\n")
        return
    run, seeds = module("test_aprendizaje"), int(arguments[0]) if arguments else SEEDS
    texts = module("texts")
    sys.stdout.write(
        f"best possible {texts.best_perplexity():.4f}  with one word's memory "
        f"{texts.of_bigrams():.4f}\n"
    )
    for name, way in (
        *((name, way) for name in NAMES for way in ("right", "forgetful")),
        (NAMES[1], "counting"),
    ):
        tell(run, name, way, seeds)


if __name__ == "__main__":
    main(sys.argv[1:])
