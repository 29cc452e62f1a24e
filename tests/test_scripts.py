"""The scripts that install things, as far as they can be run without changing the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from grader.sandbox.backends.recipe import PACKAGE, docker_folder

BROWSER = Path(__file__).parent / "browser" / "chromium.sh"
GRADESCOPE = [
    PACKAGE / "integrations" / "gradescope" / name for name in ("setup.sh", "run_autograder")
]
SCRIPTS = [*sorted(docker_folder().glob("*.sh")), BROWSER, *GRADESCOPE]


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_bash_can_read_it(script: os.PathLike[str]) -> None:
    assert run("bash", "-n", os.fspath(script)).returncode == 0


def test_an_unwanted_engine_is_refused_in_one_sentence() -> None:
    done = run("bash", str(docker_folder() / "engine.sh"), GRADER_ENGINE="no")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "engine.sh: GRADER_ENGINE=no: no Docker engine is wanted\n"


def test_an_engine_elsewhere_that_does_not_answer_is_not_replaced_by_one_here() -> None:
    nowhere = "unix:///nonexistent/docker.sock"
    done = run("bash", str(docker_folder() / "engine.sh"), DOCKER_HOST=nowhere, GRADER_ENGINE="")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert nowhere in done.stderr


TOOLS = [
    (docker_folder() / "bubblewrap.sh", "apt-get install bubblewrap uidmap"),
    (BROWSER, "apt-get install chromium"),
]


@pytest.mark.parametrize(("script", "advice"), TOOLS, ids=["bubblewrap", "chromium"])
def test_tools_are_not_installed_without_root(tmp_path: Path, script: Path, advice: str) -> None:
    tools = {name: shutil.which(name) for name in ("bash", "dirname")}
    for tool, program in {**tools, "apt-get": "/bin/false"}.items():
        (tmp_path / tool).symlink_to(program or tool)
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)
    done = run("bash", str(script), PATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert advice in done.stderr


def test_a_base_image_needs_a_name() -> None:
    done = run("bash", str(docker_folder() / "base.sh"))
    assert done.returncode == 1
    assert "usage" in done.stderr
