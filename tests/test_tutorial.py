"""The tutorial for authors, followed to the letter: it ends with an assignment that validates."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parent.parent / "docs" / "authors" / "tutorial.md").read_text("utf-8")
NOTEBOOK = Path("solutions", "suave", "suave.ipynb")
STEPS = re.compile(
    r"`(?P<path>[\w/.]+)`:\n\n```\w+\n(?P<text>.*?)^```$"  # a file to write
    r"|becomes[^\n]*:\n\n```\w+\n(?P<cell>.*?)^```$"
    r"|becomes the solution[^\n]*\n\n```\w+\n(?P<solution>.*?)^```$"
    r"|^ {4}(?P<command>(?:grader|rm) [^\n]*)$",
    re.MULTILINE | re.DOTALL,
)


def runs(command: str, folder: Path) -> str:
    words = shlex.split(command)
    if words[0] == "grader":
        words = [sys.executable, "-m", *words]
    ran = subprocess.run(words, check=False, cwd=folder, capture_output=True, text=True)
    return ran.stdout + ran.stderr


def put(source: str, place: int, folder: Path) -> None:
    """Write a cell of the reference: its first, the one with the solution, its last."""
    notebook = json.loads((folder / NOTEBOOK).read_text("utf-8"))
    cells = notebook["cells"]
    solution = next(n for n, one in enumerate(cells) if one["metadata"]["nbgrader"]["solution"])
    cells[(0, solution, -1)[place]]["source"] = source.rstrip("\n")
    (folder / NOTEBOOK).write_text(json.dumps(notebook), "utf-8")


@pytest.mark.slow
def test_who_follows_the_tutorial_has_an_assignment(tmp_path: Path) -> None:
    said, cells = [], 0
    for step in STEPS.finditer(PAGE):
        if step["path"]:
            (tmp_path / step["path"]).write_text(step["text"], "utf-8")
        elif step["command"]:
            said.append(runs(step["command"], tmp_path))
        else:
            put(step["cell"] or step["solution"], cells, tmp_path)
            cells += 1
    assert cells == 3
    promised = re.findall(r"`(?:suave: )?(\d+ of \d+ as expected)`", PAGE)
    told = re.findall(r"suave: (\d+ of \d+ as expected)", "\n".join(said))
    assert told == promised, said
    assert "Aún sin escribir" in said[-1]
