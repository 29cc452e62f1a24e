"""Notebooks: whatever the bytes, reading them ends in a report or says what is wrong with them.

This is what the reader does; nothing of a notebook is run.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from choices import Choices, mutated

from grader.protocol import wire
from grader.worker import reading

ROOT = Path(__file__).parents[2]
SHUT = {"": ["torch.nn.LSTM*", "torch.nn.GRU*", "torch.nn.RNN*"]}
WANTED = [
    *("celdaLSTM", "celdaGRU", "modeloLSTM", "modeloGRU"),
    *("genera_dataset", "modelo_entrenamiento", "modelo_prueba"),
]
CAPS = wire.Caps(header=1 << 19, body=0)  # as the supervisor reads a report
SNIPPETS = [
    *("x = f'''{\"\"\"\n\"\"\"}'''", "x = 0x" + "f" * 5000, "x = (yield)", "global x", "del x"),
    *("%%time", "%%bash", "!ls", "%matplotlib inline", "x = !ls", "print?", "%%time\n%%time"),
    *("from torch import *", "import torch.nn as nn", "from . import a", "x: int", "(x := 1)"),
    *("celdaLSTM.forward = f", "setattr(celdaLSTM, 'f', x)", "x += x", "x = x + x", "x.a = x.b.a"),
    *("exec('import torch.nn as n')", "getattr(x, 'LS' + 'TM')", "eval(x)", "x = [*x, *x]"),
    *("x = ''.join(map(chr, x))", "x = 'a' * 999999", "x = (x, x, x)", "x = x[::-1]", "x()()()"),
    *("for x in x: x = x", "while x: pass", "match x:\n case [*x]: pass", "async def x(): await x"),
    *("class x(x, metaclass=x): x = x", "def x(x=x): return x", "x = lambda: x", "@x\ndef x(): 0"),
    *("try:\n x\nexcept* x as x: pass", "with x as x: pass", "x = {**x, x: x}", "\\", '"""', "'''"),
    *("\u202e", "\0", "\ud800", "\ufeff", "\x0c", "\t", "(" * 250, "-" * 3000 + "1"),
    "x" + ".x" * 999,
]  # fmt: skip


def target(data: bytes) -> None:
    choices = Choices(data)
    module = choices.below(8) == 7
    content = _content(choices)
    found = reading.read(content, "a.py" if module else "a.ipynb", WANTED, SHUT)
    wire.encode({"nonce": b"", "report": found.report()}, CAPS)
    found.program.to_bytes()


def _content(choices: Choices) -> bytes:
    """Return any bytes, or a notebook that was changed as bytes, as JSON or in its sources."""
    kind = choices.below(5)
    if kind == 0:
        return choices.rest()
    everything = choices.pick(seeds())
    first = choices.below(len(everything) or 1)
    sources = everything[first : first + choices.pick([3, 1, 6, 100])]
    if kind == 1:
        return mutated(as_notebook(sources), choices)
    if kind == 2:
        document = json.loads(as_notebook(sources))
        return json.dumps(json_mutated(document, choices)).encode()
    _mutate_sources(sources, choices)
    return as_notebook(sources) if kind == 3 else "\n".join(sources).encode(errors="replace")


def as_notebook(sources: list[str]) -> bytes:
    """Return the bytes of a notebook of these code cells."""
    plain: dict[str, Any] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    cells = [{**plain, "source": source} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@cache
def seeds() -> list[list[str]]:
    """Return the sources of the cells of real notebooks."""
    paths = sorted((ROOT / "tests" / "submissions").glob("*/*.ipynb"))
    found = [SNIPPETS[:8], SNIPPETS[8:]]
    for path in paths[::3]:
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        except (ValueError, KeyError):
            continue
        found.append(["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"])
    return found


def _mutate_sources(sources: list[str], choices: Choices) -> None:
    """Put lines in, take them out, repeat them and let them change places."""
    for _ in choices.times(8):
        place = choices.below(len(sources) + 1)
        lines = sources[place].split("\n") if place < len(sources) else []
        at = choices.below(len(lines) + 1)
        indent = " " * (len(lines[at - 1]) - len(lines[at - 1].lstrip())) if at else ""
        new = choices.pick(SNIPPETS).replace("x", choices.pick(["x", *WANTED, "torch", "nn"]))
        match choices.below(5):
            case 0:
                lines[at:at] = [indent + line for line in new.split("\n")]
            case 1:
                del lines[at : at + choices.below(6)]
            case 2:
                lines[at:at] = lines[at : at + 1 + choices.below(3)] * choices.pick([1, 3, 40])
            case 3:
                lines[at : at + 1] = [
                    mutated(line.encode(errors="replace"), choices).decode(errors="replace")
                    for line in lines[at : at + 1]
                ]
            case _:
                lines[at : at + 1] = [new * choices.pick([1, 2, 50])]
        sources[place : place + 1] = ["\n".join(lines)]


ODD: list[Any] = [
    None, True, -1, 10**400, 1.5, "", "code", "\ud800", [], {}, [[]], ["a", 1], {"a": None},
    {"cell_type": "code"}, {"cell_type": "code", "source": {"a": 1}}, ["x = 1\n", None], "x = 1",
]  # fmt: skip


def json_mutated(value: Any, choices: Choices, depth: int = 0) -> Any:
    """Return a document with something in it replaced, dropped or put in."""
    if depth > 6 or choices.below(4) == 3 or not isinstance(value, (list, dict)) or not value:
        return choices.pick(ODD)
    keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = choices.pick(keys)
    changed: Any = dict(value) if isinstance(value, dict) else list(value)
    if choices.below(5) == 4:
        del changed[key]
    else:
        changed[key] = json_mutated(changed[key], choices, depth + 1)
    return changed


def corpus() -> list[bytes]:
    """Return bytes to begin with: each notebook, to be changed in each way."""
    count = len(seeds())
    ways = [
        bytes([0, kind, seed, 0, kind - 1, *range(40)])
        for kind in (1, 2, 3, 4)
        for seed in range(count)
    ]
    return ways + [bytes([0, 0]) + as_notebook([snippet]) for snippet in SNIPPETS[:12]]
