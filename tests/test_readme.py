"""What the README shows can be run: its check, and the test of that check."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.assignments.scaffold import create

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
CHECK, TEST = BLOCKS


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course as after `grader new elman`, with the README's check and its test."""
    create("elman", tmp_path / "assignments")
    checks = tmp_path / "assignments" / "elman" / "test_celda_rnn.py"
    checks.write_text(CHECK, encoding="utf-8")
    (tmp_path / "test_elman.py").write_text(TEST, encoding="utf-8")
    return tmp_path


def run(*arguments: str, cwd: Path) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", *arguments], check=False, capture_output=True, text=True, cwd=cwd
    )
    return ran.stdout


@pytest.mark.slow
def test_the_example_tells_a_right_cell_from_a_wrong_one(course: Path) -> None:
    assert "2 passed" in run("pytest", "-q", "test_elman.py", cwd=course)


@pytest.mark.slow
def test_the_example_runs_as_plain_pytest_on_the_reference(course: Path) -> None:
    line = re.search(r"^    (pytest assignments/elman .*)$", TEXT, re.MULTILINE)
    assert line
    assert "2 passed" in run(*line[1].split(), "-q", cwd=course)


@pytest.mark.parametrize("block", BLOCKS, ids=["check", "test"])
def test_the_example_is_written_as_our_own_code(block: str) -> None:
    ruff = [sys.executable, "-m", "ruff", "format", "--check", "--config", "pyproject.toml", "-"]
    ran = subprocess.run(ruff, check=False, input=block, capture_output=True, text=True, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr


def test_every_command_that_is_named_is_there() -> None:
    import typer

    from grader.cli.main import app

    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"(?:^    |`)grader ([a-z]+)", TEXT, re.MULTILINE))
    assert named <= known
