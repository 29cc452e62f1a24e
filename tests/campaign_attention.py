"""Train the attention assignment's run and its last section over many seeds, right and wrong.

    python tests/campaign_attention.py [SEEDS]

A table is looked up (2 to 5 pairs of 6 symbols, A=16, B=32, Adam 0.02, 200 steps) by each way of
looking, and by wrong solutions; a threshold has to lie between the worst right seed and the best
wrong one. So does the run of the checks, on its own network, without masks. Words are written
backwards by the decoder's step.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from test_atencion_solutions import ASSIGNMENT, SOLUTIONS, definitions

from grader.validation.solutions import mutate

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = 50
STEPS = 200
BATCH = 32
HELD_OUT = 1000
MUTANTS = (
    "AtencionAditiva: att.no_tanh",
    "AtencionAditiva: att.state_ignored",
    "AtencionAditiva: att.unweighted",
    "AtencionAditiva: att.mask_after",
    "softmax_enmascarado: att.mask_inverted",
)
MUTANTS_OF_THE_RUN = (
    "AtencionAditiva: att.no_tanh",
    "AtencionAditiva: att.state_ignored",
    "AtencionAditiva: att.unweighted",
    "atencion_producto: att.unweighted",
    "atencion_producto: att.softmax_other_axis",
)


def given(names: dict[str, Any]) -> dict[str, Any]:
    """Add to the definitions what the notebook gives: constants, tables, words, networks."""
    for cell in SOLUTIONS.notebook["cells"]:
        if cell["id"] in {"constantes", "tabla", "palabras"}:
            exec("".join(cell["source"]), names)  # noqa: S102 - ours
    names["device"] = torch.device("cpu")
    return names


def trained(parameters: Any, loss: Callable[[], torch.Tensor], rate: float, steps: int) -> None:
    optimizer = torch.optim.Adam(parameters, lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        loss().backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def looks_up(names: dict[str, Any], way: str, seed: int, *, masked: bool = True) -> float:
    """Return the accuracy on fresh tables after training."""
    torch.manual_seed(seed)
    network = names["Buscador"](way)

    def asked(samples: int) -> tuple[torch.Tensor, torch.Tensor]:
        keys, values, mask, question, answer = names["genera_tabla"](samples)
        return network(keys, values, mask if masked else mask | True, question)[0], answer

    trained(
        network.parameters(), lambda: torch.nn.functional.cross_entropy(*asked(BATCH)), 0.02, STEPS
    )
    with torch.no_grad():
        logits, answer = asked(HELD_OUT)
    return (logits.argmax(dim=-1) == answer).double().mean().item()


def writes_backwards(names: dict[str, Any], seed: int) -> float:
    """Return how many whole words are right after training."""
    torch.manual_seed(seed)
    encoder = names["Codificador"]()
    sizes = (names["VOCABULARIO"], names["TAM_ATENCION"], names["UNIDADES_OCULTAS"])
    step = names["pasoDecoder"](*sizes)

    def loss() -> torch.Tensor:
        words, wanted, lengths = names["genera_palabras"](BATCH)
        logits, _, _ = names["escribe"](encoder, step, words, lengths, wanted)
        return torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), wanted.flatten(), ignore_index=names["RELLENO"]
        )

    trained([*encoder.parameters(), *step.parameters()], loss, 0.01, 2 * STEPS)
    words, wanted, lengths = names["genera_palabras"](HELD_OUT)
    with torch.no_grad():
        _, written, _ = names["escribe"](encoder, step, words, lengths)
    right = ((written == wanted) | (wanted == names["RELLENO"])).all(dim=1)
    share: float = right.double().mean().item()
    return share


def learns(run: Any, way: str, attention: Any, seed: int) -> float:
    """Return what the run of the checks comes to with an attention, on the data of a seed."""
    weights, seen, held_out = run.given(way, seed)
    share: float = run.accuracy(way, run.train({way: attention}, way, weights, seen), held_out)
    return share


def the_run() -> Any:
    """Return the module of the run's checks."""
    spec = importlib.util.spec_from_file_location("run", ASSIGNMENT.folder / "test_aprendizaje.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tell(what: str, run: Callable[[int], float], seeds: int) -> None:
    began = time.process_time()
    found = sorted(run(seed) for seed in range(seeds))
    cost = (time.process_time() - began) / seeds
    median = found[len(found) // 2]
    sys.stdout.write(
        f"{what:45} worst {found[0]:.4f}  median {median:.4f}  best {found[-1]:.4f}"
        f"  {cost:.2f} s of CPU\n"
    )
    sys.stdout.flush()


def main(seeds: int) -> None:
    torch.set_num_threads(1)
    right, run = given(definitions(SOLUTIONS.reference)), the_run()
    for way in ("AtencionAditiva", "atencion_producto"):
        tell(f"the run: {way}", partial(learns, run, way, right[way]), seeds)
    for mutant in SOLUTIONS.mutants:
        if mutant.name in MUTANTS_OF_THE_RUN:
            way = mutant.where
            wrong = definitions(mutate(SOLUTIONS.notebook, mutant))[way]
            tell(f"the run: {mutant.name}", partial(learns, run, way, wrong), seeds)
    for way in ("aditiva", "producto", "por igual"):
        tell(way, partial(looks_up, right, way), seeds)
    for way in ("aditiva", "producto"):
        tell(f"{way}, no masks", partial(looks_up, right, way, masked=False), seeds)
    for mutant in SOLUTIONS.mutants:
        if mutant.name in MUTANTS:
            wrong = given(definitions(mutate(SOLUTIONS.notebook, mutant)))
            tell(mutant.name, partial(looks_up, wrong, "aditiva"), seeds)
    tell("words backwards", partial(writes_backwards, right), max(1, seeds // 5))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
