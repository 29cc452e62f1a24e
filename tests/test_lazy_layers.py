"""Layers that learn their sizes from the first input are as good as any: all of the points."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from grader.assignments import assignment as assignments
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.process import ProcessSandbox
from grader.submissions.model import Submission

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "solutions" / "lstm_gru" / "lstm_gru.ipynb"
LAZY = {
    "inputs of the LSTM": (
        r"self\.x_fc = (?:torch\.)?nn\.Linear\(input_size, ",
        "x_fc",
        "celdaLSTM",
    ),
    "states of the GRU": (
        r"self\.(hr?_\w+fc) = (?:torch\.)?nn\.Linear\(hidden_size, ",
        "",
        "celdaGRU",
    ),
    "output of the models": (r"self\.fc = (?:torch\.)?nn\.Linear\(hidden_size, ", "fc", "modelo"),
}


def lazy(pattern: str) -> bytes:
    """The reference with the layers that fit a pattern made lazy."""
    notebook = json.loads(REFERENCE.read_text())
    count = 0
    for cell in notebook["cells"]:

        def made(match: re.Match[str]) -> str:
            return re.sub(r"nn\.Linear\(\w+, $", "nn.LazyLinear(", match[0])

        cell["source"], done = re.subn(pattern, made, "".join(cell["source"]))
        cell["source"] = re.sub(
            r"\n +self\.reset_parameters\(\)", "", cell["source"]
        )  # no sizes yet
        count += done
    assert count
    return json.dumps(notebook).encode()


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "_", "part"), LAZY.values(), ids=LAZY)
def test_lazy_layers_cost_nothing(pattern: str, _: str, part: str) -> None:
    terms = Terms(assignments.load(ROOT / "assignments" / "lstm_gru"), "s", "sha256:", "process")
    lane = ProcessSandbox().lane()
    only = tuple(name for name in terms.assignment.points if name.startswith(part))
    try:
        found = grade(Submission("s", "s", "a.ipynb", lazy(pattern)), terms, lane, only=only)
    finally:
        lane.close()
    assert {one.outcome for one in found.checks} == {"passed"}, [
        (one.id, one.message) for one in found.checks if one.outcome != "passed"
    ]
