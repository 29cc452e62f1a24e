"""The notebooks of the benchmark: submissions, all right and no two alike, and nbgrader's source.

They are the reference and right variants of `solutions/lstm_gru`, each with a comment of its own:
as whole notebooks for `lstm_gru`, and for the four checks without what none of these needs (text,
the data set, the training at the end), so that nobody pays for it.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

from benchmarks import checks
from grader.assignments import assignment as assignments
from grader.validation import solutions

ROOT = Path(__file__).parent.parent
PARTS = ("celdaLSTM", "modeloLSTM", "celdaGRU", "modeloGRU", "modelo_entrenamiento")
HEADER = """\
import math

import torch
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cpu")"""
POINTS = 100 / len(checks.CHECKS)
LEFT_OUT = {
    "state of None; recursion": "it needs a constant from a cell that is not there",
    "tqdm around the loader; decorator no_grad": "it writes to stderr: nbgrader gives it no points",
    "closure; losses weighted by the share of the batch": "so does it: a warning of torch's",
}


def whole(count: int) -> list[bytes]:
    """Return so many right submissions of `lstm_gru`."""
    found = solutions.load(assignments.load(ROOT / "assignments" / "lstm_gru"))
    variants = [one for one in found.variants if one.name not in LEFT_OUT]
    right = [found.reference, *(solutions.vary(found.notebook, one) for one in variants)]
    made = []
    for number, content in zip(range(count), itertools.cycle(right), strict=False):
        notebook = json.loads(content)
        cell = next(one for one in notebook["cells"] if _name(one) == PARTS[0])
        cell["source"] = f"# entrega {number}\n" + "".join(cell["source"])
        made.append(json.dumps(notebook).encode())
    return made


def short(content: bytes, *, tested: bool = False) -> bytes:
    """Return a submission of the four checks, made of one of `lstm_gru`.

    `tested` is nbgrader's, with a locked cell for each check.
    """
    taken = [cell for cell in json.loads(content)["cells"] if _name(cell) in PARTS]
    cells = [_cell("cabecera", HEADER, locked=True, solution=False)]
    cells += [_cell(_name(cell), "".join(cell["source"]), solution=True) for cell in taken]
    if tested:
        imported = "import checks"  # a file of the assignment's, beside the notebook
        cells.append(_cell("comprobador", imported, locked=True, solution=False))
        cells += [_test(check.__name__) for check in checks.CHECKS]
    notebook = json.loads(content) | {"cells": cells}
    return json.dumps(notebook).encode()


def definitions(content: bytes) -> dict[str, Any]:
    """Run a submission of the four checks in this process; return what it defines."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in json.loads(content)["cells"]:
        exec("".join(cell["source"]), names)  # noqa: S102 - notebooks of ours
    return names


def otter_test(check: str) -> str:
    """Return the file of one of Otter's tests."""
    return (
        "from otter.test_files import test_case\n\n"
        f"OK_FORMAT = False\nname = {check!r}\npoints = {POINTS}\n\n\n"
        "@test_case()\ndef check(env):\n"
        f"    import checks\n\n    checks.{check}(checks.Here(env))\n"
    )


def _test(check: str) -> dict[str, Any]:
    source = f"checks.{check}(checks.Here(globals()))"
    return _cell(f"comprueba-{check}", source, grade=True, points=POINTS, locked=True)


def _name(cell: Any) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _cell(name: str, source: str, **settings: Any) -> dict[str, Any]:
    """Return a code cell as nbgrader marks it."""
    marks = {"grade": False, "locked": False, "solution": False, "task": False, **settings}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {"nbgrader": {"grade_id": name, "schema_version": 3, **marks}},
        "outputs": [],
        "source": source,
    }
