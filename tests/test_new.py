"""grader new: what it makes is a whole assignment, and nothing is overwritten."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.assignments.scaffold import TEMPLATE, create
from grader.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent


def grader(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grader", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def files(folder: Path) -> Sequence[str]:
    found = folder.rglob("*")
    return sorted(str(path.relative_to(folder)) for path in found if path.is_file())


@pytest.mark.slow
def test_a_new_assignment_validates_as_it_is(tmp_path: Path) -> None:
    assert grader("new", "elman", cwd=tmp_path).returncode == 0
    ran = grader("validate", "elman", "--seeds", "1", cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.slow
def test_one_part_validates_quickly_and_the_skeleton_is_the_references(tmp_path: Path) -> None:
    assert grader("new", "elman", cwd=tmp_path).returncode == 0
    notebook = tmp_path / "assignments" / "elman" / "elman.ipynb"
    reference = tmp_path / "solutions" / "elman" / "elman.ipynb"
    shipped = notebook.read_text()
    notebook.write_text(reference.read_text())
    ran = grader("validate", "elman", "--part", "celdaRNN", "--fast", cwd=tmp_path)
    assert ran.returncode == 1
    assert "skeleton: celdaRNN/parameters passed" in ran.stdout.replace("\n", " ")
    assert "7 of 8 as expected" in ran.stdout
    assert grader("skeleton", "elman", cwd=tmp_path).returncode == 0
    assert notebook.read_text() == shipped


def test_its_files_bear_its_name(tmp_path: Path) -> None:
    create("elman", tmp_path / "assignments")
    assert files(tmp_path) == [
        "assignments/elman/assignment.toml",
        "assignments/elman/elman.ipynb",
        "assignments/elman/test_celda_rnn.py",
        "assignments/elman/words.toml",
        "solutions/elman/elman.ipynb",
        "solutions/elman/mutants.py",
        "solutions/elman/variants.py",
    ]


def test_so_does_what_is_in_them(tmp_path: Path) -> None:
    created = create("elman", tmp_path / "assignments")
    config = tmp_path / "assignments" / "elman" / "assignment.toml"
    assert tomllib.loads(config.read_text())["name"] == "elman"
    assert not any("NAME" in path.read_text() for path in created)


def test_the_command_says_what_it_made_and_how_to_go_on(tmp_path: Path) -> None:
    ran = grader("new", "elman", "--assignments", "course/tasks", cwd=tmp_path)
    lines = ran.stdout.splitlines()
    assert "course/solutions/elman/mutants.py" in lines
    assert "grader validate elman --assignments course/tasks" in lines
    assert all((tmp_path / line).is_file() for line in lines[:7])


@pytest.mark.parametrize("name", ["", "2d", "a b", "../a", "class", "a-b", "a/b"])
def test_a_name_that_python_could_not_use_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="letters, digits and _"):
        create(name, tmp_path / "assignments")
    assert files(tmp_path) == []


@pytest.mark.parametrize("there", ["assignments/elman", "solutions/elman"])
def test_what_is_there_is_left_alone(tmp_path: Path, there: str) -> None:
    (tmp_path / there).mkdir(parents=True)
    (tmp_path / there / "notes.txt").touch()
    with pytest.raises(UsageError, match=f"{there} already exists"):
        create("elman", tmp_path / "assignments")
    assert files(tmp_path) == [f"{there}/notes.txt"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "assignments").touch()
    with pytest.raises(UsageError, match=r"assignments.* cannot be created"):
        create("elman", tmp_path / "assignments")


def test_the_templates_skeleton_is_made_from_its_reference() -> None:
    pytest.importorskip("nbconvert")
    from grader.integrations.nbgrader.release import skeleton

    """It is shipped ready-made, so that nobody needs nbgrader for a new assignment."""
    committed = TEMPLATE / "assignments" / "NAME" / "NAME.ipynb"
    assert skeleton(TEMPLATE / "solutions" / "NAME" / "NAME.ipynb") == committed.read_text()


def test_the_template_goes_with_the_package() -> None:
    """The wheel holds the folder grader/ but for what git ignores."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert config["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["grader"]
    sources = [TEMPLATE / kind / "NAME" for kind in ("assignments", "solutions")]
    paths = [str(path) for folder in sources for path in folder.iterdir() if path.suffix != ""]
    ignored = subprocess.run(
        ["git", "check-ignore", *paths],  # noqa: S607 - whichever git there is
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert ignored.stdout == ""
    assert all(Path(path).is_relative_to(ROOT / "grader") for path in paths)
