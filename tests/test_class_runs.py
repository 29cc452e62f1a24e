"""What `grader grade` tells who grades a class: whose a line is, totals, and how to go on."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from grader.assignments.scaffold import create
from grader.cli import grade as command
from grader.cli.main import app, main
from grader.core.results import CheckResult, Fingerprint, Grade
from grader.storage.stored import StoredResults

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from typer.testing import Result

    from grader.grading.grade import Terms
    from grader.storage.results_folder import ResultsFolder
    from grader.submissions.model import Submission

PEOPLE = {"100": "Ana Pérez López", "101": "Bruno Gil", "102": "Carla Ruiz", "103": "Ana Gómez"}
ROSTER = "id,name,moodle\n" + "".join(
    f"u{number},{name},{number}\n" for number, name in PEOPLE.items()
)
REASON = "El cuaderno no se puede leer: " + "falta casi todo, " * 12 + "y esto es el final."


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with four submissions as Moodle gives them, and its roster."""
    create("elman", tmp_path / "assignments")
    for number, name in PEOPLE.items():
        folder = tmp_path / "entregas" / f"{name}_{number}_assignsubmission_file"
        folder.mkdir(parents=True)
        (folder / "elman.py").write_text(f"x = {number}\n")
    (tmp_path / "lista.csv").write_text(ROSTER, "utf-8")
    monkeypatch.chdir(tmp_path)
    grading(monkeypatch)
    return tmp_path


def grading(monkeypatch: pytest.MonkeyPatch, stop_after: int | None = None) -> None:
    """Have a run give each submission a grade without a sandbox; Ctrl-C after some."""

    def grade_all(
        _: object, results: ResultsFolder, submissions: Sequence[Submission], terms: Terms, *__: Any
    ) -> None:
        waiting = [one for one in submissions if one.id not in results.journal.rows]
        for number, one in enumerate(waiting):
            if number == stop_after:
                raise KeyboardInterrupt
            results.store(given(one, terms.fingerprint(one)))

    monkeypatch.setattr(command, "_grade_all", grade_all)


def given(one: Submission, inputs: Fingerprint) -> Grade:
    """Return a grade: Carla's is rejected, the others get more the later they come."""
    points = {"u100": 100.0, "u101": 50.0, "u103": 60.0}.get(one.id, 0.0)
    check = CheckResult("celdaRNN/x", "celdaRNN", "Título", points, 100.0, "passed")
    grade = Grade(one.id, one.student, "elman", "graded", points, 100, points, 100, inputs)
    if one.id == "u102":
        return replace(grade, status="rejected", reason=REASON)
    return replace(grade, checks=(check,))


def run(*options: str) -> Result:
    asked = ["grade", "entregas", "--sandbox", "process", "--out", "out", *options]
    return CliRunner().invoke(app, asked, terminal_width=200)


WITH_ROSTER = ("--roster", "lista.csv")


@pytest.mark.usefixtures("here")
def test_the_table_says_whose_each_line_is_and_the_whole_reason() -> None:
    shown = run(*WITH_ROSTER).stdout
    for name in PEOPLE.values():
        assert name in shown
    assert "y esto es el final." in " ".join(shown.split())


TOTALS = {
    "es": "4 entregas: 3 corregidas, 1 rechazada. Nota promedio: 70 de 100; mediana: 60. La "
    "entrega rechazada (nota 0) no cuenta en estas cifras; con ella el promedio es 52,5.",
    "en": "4 submissions: 3 graded, 1 rejected. Average mark 70 of 100, median 60. The rejected "
    "submission (mark 0) is not in these numbers; with it the average is 52.5.",
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("lang", TOTALS)
def test_the_totals_say_that_the_rejected_are_not_in_them(lang: str) -> None:
    assert TOTALS[lang] in run(*WITH_ROSTER, "--lang", lang).stdout


def test_the_class_s_page_says_so_too(here: Path) -> None:
    run(*WITH_ROSTER)
    page = (here / "out" / "report" / "index.html").read_text("utf-8")
    assert "La entrega rechazada (nota 0) no cuenta en estas cifras" in page
    assert "Sin la entrega rechazada." in page


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("stop_after", [0, 1, 3])
def test_ctrl_c_says_how_many_are_done_and_how_to_go_on(
    here: Path, monkeypatch: pytest.MonkeyPatch, stop_after: int
) -> None:
    grading(monkeypatch, stop_after)
    stopped = run(*WITH_ROSTER, "--lang", "en")
    assert stopped.exit_code == 130
    told = f"interrupted: {stop_after} of 4 {'is' if stop_after == 1 else 'are'} graded and kept"
    assert told in stopped.stderr
    assert "Run the same command again to go on" in stopped.stderr
    pages = {path.stem for path in (here / "out" / "report").glob("*.html")}
    assert len(pages - {"index"}) == stop_after
    assert (here / "out" / "report" / "index.html").exists() == bool(stop_after)


def test_the_page_of_an_interrupted_run_names_who_waits(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grading(monkeypatch, 1)
    run(*WITH_ROSTER, "--lang", "en")
    page = here / "out" / "report" / "index.html"
    assert "3 handed in and are not graded yet" in page.read_text("utf-8")
    grading(monkeypatch)
    assert run(*WITH_ROSTER).exit_code == 0
    assert "not graded yet" not in page.read_text("utf-8")
    assert len(list((here / "out" / "results").glob("*.json"))) == 4


@pytest.mark.usefixtures("here")
def test_ctrl_c_before_anything_is_graded_leaves_no_page(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_terms", stop)
    stopped = run(*WITH_ROSTER)
    assert (stopped.exit_code, "0 de 4" in stopped.stderr) == (130, True)
    assert not (here / "out" / "report").exists()


def test_a_second_run_need_not_be_given_the_roster(here: Path) -> None:
    run(*WITH_ROSTER)
    (here / "lista.csv").unlink()
    again = run()
    assert "la lista es la de la ejecución anterior" in again.stderr
    assert "lista.csv, 4 personas" in again.stderr
    files = sorted(path.stem for path in (here / "out" / "results").glob("*.json"))
    assert files == ["u100", "u101", "u102", "u103"]


@pytest.mark.usefixtures("here")
def test_a_roster_that_comes_later_does_not_double_the_class() -> None:
    assert run().exit_code == 0
    later = run(*WITH_ROSTER, "--lang", "en")
    assert "under other ids (100 → u100" in str(later.exception)


@pytest.mark.usefixtures("here")
def test_a_dry_run_uses_the_folder_s_roster_and_ends_with_totals(here: Path) -> None:
    (here / "entregas" / "Zoe Paz_999_assignsubmission_file").mkdir()
    broken = here / "entregas" / "Zoe Paz_999_assignsubmission_file" / "x.zip"
    broken.write_bytes(b"no zip")
    (here / "lista.csv").write_text(ROSTER + "u200,Eva Pi,200\n", "utf-8")
    run(*WITH_ROSTER)
    shown = run("--dry-run", "--lang", "en").stdout.splitlines()[-1]
    assert shown == (
        "5 submissions; 1 cannot be graded; 1 is not on the roster; 1 on the roster handed in "
        "nothing."
    )


def test_a_dry_run_without_a_roster_counts_what_was_handed_in(here: Path) -> None:
    asked = ["grade", "entregas", "--out", "out", "--dry-run"]
    assert CliRunner().invoke(app, asked).stdout.splitlines()[-1] == "4 entregas."
    told = CliRunner().invoke(app, [*asked, "--json"]).stdout.splitlines()
    assert [json.loads(line)["student"] for line in told] == sorted(PEOPLE)
    assert not (here / "out").exists()


@pytest.mark.parametrize(("options", "copies"), [((), 4), (("--no-copies",), 0)])
def test_copies_are_kept_unless_nobody_wants_them(
    here: Path, options: tuple[str, ...], copies: int
) -> None:
    run(*options)
    assert len(list((here / "out").glob("submissions/*"))) == copies


NAMES = {"Bruno Gil": "u101", "carla": "u102", "perez ana": "u100", "102": "u102", "u103": "u103"}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", NAMES)
def test_a_decision_is_about_whom_a_name_means(name: str) -> None:
    run(*WITH_ROSTER)
    shown = CliRunner().invoke(app, ["override", "out", name])
    assert shown.exit_code == 0, shown.stderr
    assert f"{NAMES[name]}: " in shown.stdout
    who = f"{NAMES[name]} ({PEOPLE[NAMES[name][1:]]})"
    assert (who in shown.stderr) == (name != NAMES[name])


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ana", "could be several people: say u100 (Ana Pérez López) or u103 (Ana Gómez)"),
        ("Bruna Gil", "did you mean Bruno Gil?"),
        ("Eva", "u200 has no grade in out"),
        ("!", "choose one of: u100, u101"),
    ],
)
@pytest.mark.parametrize("command_", ["override", "replay"])
def test_a_name_that_is_not_enough_is_told(here: Path, command_: str, name: str, told: str) -> None:
    (here / "lista.csv").write_text(ROSTER + "u200,Eva Pi,200\n", "utf-8")
    run(*WITH_ROSTER)
    ended = CliRunner().invoke(app, [command_, "out", name])
    assert told in str(ended.exception)


def test_ctrl_c_is_told_of_a_command_that_says_nothing_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(StoredResults, "read", stop)
    monkeypatch.setattr("sys.argv", ["grader", "report", "out", "--lang", "en"])
    with pytest.raises(SystemExit) as end:
        main()
    assert (end.value.code, capsys.readouterr().err) == (130, "grader: interrupted\n")
