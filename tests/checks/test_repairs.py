"""Where no equation explains what code gives, the edit that makes it right says where to look."""

from __future__ import annotations

import ast
import json
import linecache
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch

from grader.assignments import assignment as assignments
from grader.checks.repairs import edits, search
from grader.grading.grade import Terms, grade
from grader.sandbox.backends.fake import FakeSandbox
from grader.sandbox.backends.process import ProcessSandbox
from grader.submissions.model import Submission
from grader.validation import solutions
from grader.validation.solutions import Mutant

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.core.results import Grade
    from grader.sandbox.api import Sandbox

ROOT = Path(__file__).parents[2]
ATENCION = assignments.load(ROOT / "assignments" / "atencion")
REFERENCE = solutions.load(ATENCION).reference

# What is edited in the reference, and the line and piece that are to be looked at.
WRONG = {
    "half of the scores": (
        "AtencionAditiva",
        ("e = self.v_a(", "e = 0.5 * self.v_a("),
        "e = 0.5 * self.v_a(torch.tanh(del_decoder + del_encoder)).squeeze(-1)",
    ),
    "over the batch, without a mask": (
        "AtencionAditiva",
        ("alfa = torch.softmax(e, dim=-1)", "alfa = torch.softmax(e, dim=0)"),
        "alfa = torch.softmax(e, dim=0)",
    ),
    "another function": (
        "AtencionAditiva",
        ("torch.tanh(", "torch.relu("),
        "e = self.v_a(torch.relu(del_decoder + del_encoder)).squeeze(-1)",
    ),
    "one line too many": (
        "pasoDecoder",
        ("        entrada =", "        contexto = contexto.roll(1, 0)\n        entrada ="),
        "contexto = contexto.roll(1, 0)",
    ),
    "made to sum to one again": (
        "mapa_atencion",
        ("return mapa.masked_fill(", "return (mapa / (1 + mapa)).masked_fill("),
        "return (mapa / (1 + mapa)).masked_fill(relleno.unsqueeze(1), 0.0)",
    ),
}


def graded(part: str, *changes: tuple[str, str], sandbox: Sandbox | None = None) -> Grade:
    content = solutions.mutate(json.loads(REFERENCE), Mutant("wrong", part, changes, ()))
    terms = Terms(ATENCION, "a seed", FakeSandbox.image, FakeSandbox.name, only=(part,))
    lane = (sandbox or FakeSandbox()).lane()
    try:
        return grade(Submission("me", "me", "me.ipynb", content), terms, lane)
    finally:
        lane.close()


@pytest.mark.slow
@pytest.mark.parametrize("what", WRONG)
def test_the_line_is_shown_and_the_mistake_costs_once(what: str) -> None:
    part, change, line = WRONG[what]
    lost = [check for check in graded(part, change).checks if check.outcome != "passed"]
    rule, whole = lost
    assert (rule.kind, whole.kind) == ("rule", "whole")
    for check in lost:
        assert check.reading
        assert check.reading.equation == line
        repair = check.data["repair"]
        said = f"one small change in line {repair['line']} of its cell, “{line}”, makes {part} give"
        more = "" if repair["was"] == line else f"; look at “{repair['was']}”"
        assert check.reading.text_en == f"{said} what it should{more}"
        assert check.misconception is None


@pytest.mark.slow
def test_its_author_is_not_told_the_edit(tmp_path: Path) -> None:
    part, change, line = WRONG["half of the scores"]
    wrong = Mutant("wrong", part, (change,), ())
    (tmp_path / "atencion.ipynb").write_bytes(solutions.mutate(json.loads(REFERENCE), wrong))
    asked = ("check", "atencion.ipynb", "--part", part, "--json", "--assignments")
    command = [sys.executable, "-m", "grader", *asked, str(ROOT / "assignments")]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    told = json.loads(ran.stdout)
    readings = [one["reading"]["equation"] for one in told["checks"] if one.get("reading")]
    assert readings == [line, line]
    assert "repair" not in ran.stdout


@pytest.mark.slow
def test_two_mistakes_have_no_repair_and_each_costs() -> None:
    changes = (("e = self.v_a(", "e = 0.5 * self.v_a("), ("* hs).sum", "* hs.flip(-1)).sum"))
    lost = [one for one in graded("AtencionAditiva", *changes).checks if one.outcome != "passed"]
    assert not any("repair" in one.data for one in lost)
    assert {one.id.partition("/")[2] for one in lost} >= {"puntajes", "contexto", "whole"}


@pytest.mark.slow
def test_a_source_that_is_not_what_runs_explains_nothing() -> None:
    """The lines that are shown are right but for a slip; what runs is something else."""
    other = "torch.sin(17 * hs.sum(-1)) # "
    forge = (
        "\n\nimport linecache\n\ndef forge():\n"
        "    n = AtencionAditiva.forward.__code__.co_filename\n"
        f"    t = ''.join(linecache.getlines(n)).replace('e = {other}', 'e = 0.5 * ')\n"
        "    linecache.cache[n] = (1, None, t.splitlines(True), n)\n"
    )
    lost = {}
    for what in ("pass", "forge()"):
        changes = (
            ("e = self.v_a(", f"e = {other}self.v_a("),
            ("        del_decoder =", f"        {what}\n        del_decoder ="),
            ("        return contexto, alfa\n", f"        return contexto, alfa\n{forge}"),
        )
        checks = graded("AtencionAditiva", *changes, sandbox=ProcessSandbox()).checks
        lost[what] = [one.id for one in checks if one.outcome != "passed"]
        assert not any("repair" in one.data for one in checks)
    assert lost["forge()"] == lost["pass"]


# The edits alone

HALVED = "def f(x, y):\n    z = 0.5 * x  # a half\n    return z + y\n"


def defined(source: str, name: str = "f") -> dict[str, Any]:
    """A notebook whose cell has this source."""
    linecache.cache["celda [1]"] = (
        len(source),
        None,
        source.splitlines(keepends=True),
        "celda [1]",
    )
    notebook: dict[str, Any] = {"torch": torch}
    exec(compile(source, "celda [1]", "exec"), notebook)  # noqa: S102 - ours
    assert name in notebook
    return notebook


def call(notebook: dict[str, Any], casos: list[Any]) -> Any:
    return [notebook["f"](*one) for one in casos]


def tried(notebook: dict[str, Any], first: int = 0, most: int = 1000) -> list[Any]:
    return edits.tried(notebook, "f", call, [(torch.ones(2), torch.ones(2))], first, most)


def test_an_edit_is_tried_and_told_with_its_line() -> None:
    found = tried(defined(HALVED))
    right = [one[:4] for one in found if one[4] and torch.equal(one[4][0], 2 * torch.ones(2))]
    assert right[0] == [2, "z = 0.5 * x", "0.5 * x", "x"]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def f(x, y):\n    x = x + y\n    x *= 0.5\n    return x\n", "x *= 0.5"),
        ("def f(x, y):\n    z = x + y\n    z[0] = 3\n    return z\n", "z[0] = 3"),
        ("def f(x, y):\n    return (x + y if x.sum() > 9 else x)\n", "x.sum() > 9"),
        ("def f(x, y):\n    for _ in range(2):\n        x = x + y\n    return x\n", "2"),
        ("def f(x, y):\n    if x.sum() > 1:\n        x = -x\n    return x + y\n", "-x"),
    ],
)
def test_statements_of_every_kind_are_edited(source: str, line: str) -> None:
    found = tried(defined(source))
    wanted = str([2 * torch.ones(2)])
    assert line in [was for _, _, was, _, answer in found if str(answer) == wanted]


def test_chunks_are_the_same_edits_and_nothing_is_left_changed() -> None:
    notebook = defined(HALVED)
    everything = tried(notebook)
    some = [one for first in range(0, len(everything), 7) for one in tried(notebook, first, 7)]
    assert [one[:4] for one in some] == [one[:4] for one in everything]
    tree, _ = edits.source_of(notebook["f"])
    before = ast.unparse(tree)
    assert sum(1 for _ in edits.edits(tree)) == len(everything)
    assert ast.unparse(tree) == before


@pytest.mark.parametrize(
    "source",
    [
        "def f(x, y):\n    while True:\n        return x\n",
        "def f(x, y):\n" + "".join(f"    a{n} = x + {n}\n" for n in range(1000)) + "    return x\n",
        "f = eval('lambda x, y: x')\n",
        "class f:\n    pass\n",
    ],
    ids=["may never end", "a thousand lines", "without a source", "without a method"],
)
def test_what_cannot_be_searched_is_left_alone(source: str) -> None:
    assert tried(defined(source)) == []


@pytest.mark.parametrize(
    "result",
    ["open", "torch.ones(5000)", "torch.ones(2).to_sparse()", "{1: 2}", "[torch.nn.Linear(1, 1)]"],
)
def test_what_cannot_be_sent_is_nothing(result: str) -> None:
    """Nothing of the code under search breaks the reply."""
    found = tried(defined(f"def f(x, y):\n    return ({result}, x)[0]\n"))
    assert found
    for *_, answer in found:
        edits.plain(answer)


@pytest.mark.parametrize(
    "answer",
    [None, [1], [[1, "a", "b"]], [["1", "a", "b", "c", None]], [[1, "a" * 900, "b", "c", None]]],
)
def test_a_forged_answer_is_no_answer(answer: Any) -> None:
    is_answer: Callable[[Any], bool] = search._is_answer
    assert not is_answer(answer)
    assert is_answer([[1, "a", "b", "c", None]])
