"""The pages of a results folder, as `grade`, `override` and `report` make them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import classroom
import pytest
from conftest import SAMPLES

from grader.cli.override import OverrideOptions, override_points
from grader.core.errors import GraderError, UsageError
from grader.storage.journal import Journal
from grader.storage.results_folder import ResultsFolder
from grader.storage.stored import StoredResults

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A results folder after a run, with its pages in English."""
    with ResultsFolder.open(tmp_path) as results:
        results.journal.begin(classroom.SEED, {})
        for grade in classroom.grades():
            results.store(grade.automatic)
        results.write_pages(results.write_all(), "en")
    return tmp_path


def again(out: Path, lang: str | None = None) -> Path:
    """Make the pages as `grader report` does."""
    return StoredResults.read(out).report(lang)


def pages(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (out / "report").glob("*.html")}


def test_pages_made_from_the_files_alone_are_those_of_the_run(out: Path) -> None:
    before = pages(out)
    for path in (out / "report").iterdir():
        path.unlink()
    assert again(out, "en") == out / "report" / "index.html"
    assert pages(out) == before


def test_pages_stay_in_their_language_unless_another_is_asked_for(out: Path) -> None:
    before = pages(out)
    again(out)
    assert pages(out) == before
    again(out, "es")
    assert b"La clase" in pages(out)["index.html"]


def test_a_decision_is_on_the_pages_at_once(out: Path) -> None:
    override_points(
        OverrideOptions(
            out, "Bruno", "cell_update", 3.0, withdraw=False, reason="Mine.", by="Marta", lang="es"
        )
    )
    assert b"Mine." in pages(out)["Bruno.html"]
    assert b"with points decided by a person (1)" in pages(out)["index.html"]


def test_a_folder_without_results_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no results: give the folder that grader grade"):
        again(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 0}', "\ud800"])
def test_a_damaged_result_is_told_with_what_to_do(out: Path, text: str) -> None:
    before = pages(out)
    (out / "results" / "Eva.json").write_bytes(text.encode(errors="surrogatepass"))
    with pytest.raises(GraderError, match=r"Eva\.json .*cannot be read: run grader grade again"):
        again(out)
    assert pages(out) == before


def test_a_result_under_another_s_name_is_told(out: Path) -> None:
    (out / "results" / "Eva.json").rename(out / "results" / "Iker.json")
    with pytest.raises(GraderError, match="it is the grade of 'Eva'"):
        again(out)


def test_a_folder_that_a_run_writes_to_is_told(out: Path) -> None:
    with Journal(out), pytest.raises(GraderError, match="another run is writing"):
        again(out)


def test_without_a_journal_there_are_pages_that_do_not_show_the_seed(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (out / "journal.sqlite").unlink()
    again(out)
    assert b"not in this folder" in pages(out)["index.html"]
    assert "do not show the seed" in capsys.readouterr().err
    assert not (out / "journal.sqlite").exists()


def test_a_class_s_page_that_cannot_be_made_is_told(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    impossible = [replace(one, scale=0.0) for one in classroom.grades()]
    with ResultsFolder.open(out) as results:
        assert results.write_pages(impossible) is None
    assert "cannot be made (ZeroDivisionError" in capsys.readouterr().err


def grade(out: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [sys.executable, "-m", "grader", "grade", "--sandbox", "process"]
    return subprocess.run(
        [*command, SAMPLES / "34_ilegible.ipynb", "--out", out],
        check=True,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_pages_that_cannot_be_written_cost_no_grade(tmp_path: Path) -> None:
    (tmp_path / "report").touch()
    ran = grade(tmp_path)
    assert f"ejecuta grader report {tmp_path}; las notas están completas" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert (tmp_path / "results" / "34_ilegible.json").exists()
    assert (tmp_path / "grades.csv").exists()


@pytest.mark.slow
def test_a_run_says_where_the_class_s_page_is(tmp_path: Path) -> None:
    ran = grade(tmp_path)
    assert f"La página de la clase: {tmp_path}/report/index.html" in ran.stdout
    assert (tmp_path / "report" / "34_ilegible.html").exists()
