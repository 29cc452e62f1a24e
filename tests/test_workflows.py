"""The workflows for GitHub say what the command line knows, and do what they say."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
SCHEMA = ROOT / "tests" / "exports" / "junit.xsd"


def steps(path: Path) -> list[dict[str, Any]]:
    """Return the steps of a workflow's one job."""
    (job,) = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
    found: list[dict[str, Any]] = job["steps"]
    return found


def commands(path: Path) -> list[tuple[str, list[str]]]:
    """Return each command of grader's that a workflow runs, with its options."""
    scripts = "\n".join(step.get("run", "") for step in steps(path))
    lines = re.findall(r"^grader ([a-z]+)(.*)$", scripts, re.MULTILINE)
    return [(name, re.findall(r"--[a-z-]+", rest)) for name, rest in lines]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_command_is_there_with_its_options(path: Path) -> None:
    import typer

    from grader.cli.main import app

    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert commands(path)
    for name, options in commands(path):
        there = {option for one in known[name].params for option in one.opts}
        assert set(options) <= there


def test_classroom_finds_the_workflow_and_its_job() -> None:
    told = yaml.safe_load((FOLDER / "check.yml").read_text(encoding="utf-8"))
    assert told["name"] == "Autograding Tests"
    assert list(told["jobs"]) == ["run-autograding-tests"]
    assert "workflow_call" in told["on"]


def test_the_reporter_is_given_what_the_check_put_out() -> None:
    *_, report = steps(FOLDER / "check.yml")
    assert report["uses"].startswith("classroom-resources/autograding-grading-reporter@")
    runner = report["with"]["runners"]
    assert report["env"] == {f"{runner.upper()}_RESULTS": "${{ steps.grader.outputs.result }}"}


@pytest.mark.slow
def test_the_check_does_what_it_says(tmp_path: Path) -> None:
    etree = pytest.importorskip("lxml.etree")
    (check,) = [step for step in steps(FOLDER / "check.yml") if step.get("id") == "grader"]
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NOTEBOOK": str(ROOT / "tests" / "submissions" / "lstm_gru" / "12_solo_celdas.ipynb"),
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
    }
    script = ["bash", "-e", "-c", check["run"]]
    ran = subprocess.run(
        script, check=False, env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    (line,) = (tmp_path / "output").read_text().splitlines()
    result = json.loads(base64.b64decode(line.removeprefix("result=")))
    assert result["status"] == "fail"
    assert {test["status"] for test in result["tests"]} > {"pass"}
    document = etree.parse(tmp_path / "junit.xml")
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(document)
    assert len(document.findall(".//testcase")) == len(result["tests"])


def test_the_page_names_the_command_that_the_workflow_runs() -> None:
    (check,) = [step for step in steps(FOLDER / "check.yml") if step.get("id") == "grader"]
    (line,) = re.findall(r"^grader check (.*) \|\|", check["run"], re.MULTILINE)
    plain = line.replace("$RUNNER_TEMP/", "").replace("$NOTEBOOK", "lstm_gru.ipynb")
    plain = plain.replace('"', "")
    page = (ROOT / "docs" / "instructors" / "github.md").read_text(encoding="utf-8")
    assert f"\n    grader check {plain}\n" in page
