"""A results folder that grader 0.1.0 wrote: it is read, shown, exported and decided about.

Grading into it is refused, with the way out. `data/results_0_1` holds one as it was left: three
submissions of the assignment that `grader new` makes, a roster of three, a decision.
"""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from course import SUBMISSIONS
from typer.testing import CliRunner

from grader.assignments.scaffold import create
from grader.cli.main import app
from grader.core.errors import UsageError
from grader.core.version import __version__
from grader.storage.results_folder import ResultsFolder
from grader.storage.stored import StoredResults

if TYPE_CHECKING:
    from typer.testing import Result

SEED = "results-of-0.1"
WORKSHEET = "Identifier,Full name,Grade,Maximum grade,Feedback comments\n"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return shutil.copytree(Path(__file__).parent / "data" / "results_0_1", tmp_path / "old")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The submissions, beside the assignment as it is made now."""
    create("elman", tmp_path / "assignments")
    folder = tmp_path / "entregas"
    folder.mkdir()
    for name in ("bien", "sigmoide"):
        (folder / f"{name}.py").write_text(SUBMISSIONS[name])
    (folder / "roto.ipynb").write_text('{"cells": [')
    return folder


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def grade(work: Path, old: Path, *options: str) -> Result:
    root = work.parent / "assignments"
    places = ["--assignments", str(root), "--assignment", "elman", "--out", str(old)]
    return run("grade", work, *places, "--sandbox", "process", "--jobs", "1", *options)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_is_read(old: Path) -> None:
    results = StoredResults.read(old)
    scores = {name: one.score for name, one in results.grades.items()}
    assert scores == {"bien": 100.0, "roto": 0.0, "sigmoide": 75.0}
    assert results.grades["sigmoide"].environment["grader"] == "0.1.0"
    assert [one.reason for one in results.grades["sigmoide"].decisions] == ["La idea está bien."]
    assert {one.student: one.name for one in results.people}["zoe"] == "Zoe Mar"
    assert results.seed_of(results.grades.values()) == SEED


def test_its_pages_are_made_again_and_nothing_else_changes(old: Path) -> None:
    shutil.rmtree(old / "report")
    before = contents(old)
    ran = run("report", old)
    assert ran.exit_code == 0, ran.output
    assert SEED in (old / "report" / "index.html").read_text()
    assert "La idea está bien." in (old / "report" / "sigmoide.html").read_text()
    assert {name: data for name, data in contents(old).items() if "/report/" not in name} == before


@pytest.mark.parametrize("name", ["csv", "junit", "github", "moodle"])
def test_it_is_exported(old: Path, name: str) -> None:
    worksheet = old.parent / "sheet.csv"
    rows = (f"Participant {number},,,100.00,\n" for number in (101, 102, 103))
    worksheet.write_text(WORKSHEET + "".join(rows))
    before = contents(old)
    more = {"github": ["sigmoide"], "moodle": ["--worksheet", str(worksheet)]}.get(name, [])
    ran = run("export", name, old, *more)
    assert ran.exit_code == (1 if name == "moodle" else 0), ran.output  # roto is in no row there
    assert contents(old).items() >= before.items()
    if name == "csv":
        table = csv.DictReader(io.StringIO((old / "checks.csv").read_text()))
        assert {row["student"]: row["score"] for row in table}["sigmoide"] == "75"
    if name == "moodle":
        assert "75.00" in (old / "moodle" / "sheet.csv").read_text()


def test_grading_into_it_is_refused_with_the_way_out(old: Path, work: Path) -> None:
    before = contents(old)
    ran = grade(work, old)
    assert isinstance(ran.exception, UsageError)
    told = str(ran.exception)
    assert f"grader was version 0.1.0, and is {__version__}" in told
    assert told.endswith("grade everything again with --regrade, or choose another --out")
    left = {name: data for name, data in contents(old).items() if "journal" not in name}
    assert left == {name: data for name, data in before.items() if "journal" not in name}
    with ResultsFolder.open(old) as results:
        assert set(results.journal.rows) == {"bien", "roto", "sigmoide"}


@pytest.mark.slow
def test_all_may_be_graded_again_and_what_was_decided_stays(old: Path, work: Path) -> None:
    ran = grade(work, old, "--regrade")
    assert ran.exit_code == 0, ran.output
    results = StoredResults.read(old)
    versions = {one.environment["grader"] for one in results.grades.values()}
    assert versions == {__version__}
    graded = results.grades["sigmoide"]
    assert 30 <= graded.automatic.score <= 70
    # It was about a check of that version's, which this one does not have: it is kept, and told.
    assert [one.check for one in graded.decisions] == ["celdaRNN/activation"]
    assert graded.score == graded.automatic.score
    assert "celdaRNN/activation" in ran.output


def test_more_is_decided_about_it(old: Path) -> None:
    others = {name: (old / "results" / name).read_bytes() for name in ("bien.json", "roto.json")}
    options = ["activation", "--points", "10", "--reason", "Mejor.", "--by", "Eva"]
    ran = run("override", old, "sigmoide", *options)
    assert ran.exit_code == 0, ran.output
    decided = StoredResults.read(old).grades["sigmoide"]
    assert (decided.score, len(decided.decisions)) == (80.0, 2)
    assert "Mejor." in (old / "report" / "sigmoide.html").read_text()
    assert all((old / "results" / name).read_bytes() == data for name, data in others.items())


@pytest.mark.slow
def test_it_is_replayed_where_the_notebook_is_given(old: Path, work: Path) -> None:
    root = work.parent / "assignments"
    options = ("--submissions", work, "--assignments", root, "--lang", "en")
    ran = run("replay", old, "sigmoide", *options)
    assert f"grader was 0.1.0 when sigmoide was graded and is {__version__} now" in ran.stderr
    assert "old/results/sigmoide.json" in ran.stdout.replace("\n", "")
