"""`grader export` to where courses live, as a person types it: files, messages, exit status."""

from __future__ import annotations

import base64
import json
import re
import shlex
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import classroom
import pytest
from typer.testing import CliRunner

from grader.cli import main as cli
from grader.core.errors import UsageError
from grader.core.results import Person
from grader.core.spreadsheet import read
from grader.exports import ungraded
from grader.storage.stored import StoredResults

if TYPE_CHECKING:
    from typer.testing import Result

MOODLE = "Identificador;Nombre completo;Calificación;Calificación máxima;{comments}\r\n{rows}"
COMMENTS = "Comentarios de retroalimentación"
CANVAS = "Student,ID,SIS Login ID,Section,{title} (77)\n    Points Possible,,,,50.00\n{rows}"
DOCS = Path(__file__).parent.parent / "docs" / "instructors"
PAGES = "".join((DOCS / name).read_text(encoding="utf-8") for name in ("lms.md", "github.md"))
COMMANDS = [
    shlex.split(line) for line in re.findall(r"^    grader (export .*)$", PAGES, re.MULTILINE)
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder: Ana is participant 100 of Moodle and 900 of Canvas, and so on."""
    grades = [*classroom.grades(), classroom.student("s001", 1.0, classroom.PASSED)]
    known = [
        Person(one.student, one.submission, ids={"moodle": str(100 + i), "canvas": str(900 + i)})
        for i, one in enumerate(grades)
    ]
    return classroom.results(tmp_path_factory.mktemp("made") / "results", grades, known)


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That folder, as `results/`, and the gradebooks that the pages name beside it."""
    place = tmp_path / "course"
    copied = shutil.copytree(made, place / made.name)
    monkeypatch.chdir(place)
    rows = "".join(f"Participante {100 + i};A;;20,00;\r\n" for i in range(10))
    sheet = MOODLE.format(comments=COMMENTS, rows=rows)
    (place / "Calificaciones.csv").write_bytes(b"\xef\xbb\xbf" + sheet.encode())
    german = sheet.replace("Calificación;", "Bewertung;").replace(
        COMMENTS, "Feedback als Kommentar"
    )
    german = german.replace("Identificador", "ID").replace("Participante ", "Teilnehmer/in")
    (place / "Punkte.csv").write_text(german, "utf-8", newline="")
    rows = "".join(f'"Ñ, A",{900 + i},,A,\n' for i in range(10))
    gradebook = CANVAS.format(title="LSTM y GRU", rows=rows)
    (place / "gradebook.csv").write_text(gradebook, "utf-8")
    return copied


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, arguments)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_the_pages_say_works(command: list[str], folder: Path) -> None:
    (folder / "results" / "Xabier.json").unlink()
    ran = run(*command)
    assert ran.exit_code == 0, ran.output
    if "github" in command:
        assert json.loads(base64.b64decode(ran.stdout))["max_score"] == 10.0
    else:
        written = {folder.parent / line for line in ran.stdout.splitlines()}
        assert all(path.is_file() and folder in path.parents for path in written)


def test_the_pages_name_each_format() -> None:
    assert {command[1] for command in COMMANDS} == {"moodle", "canvas", "github", "junit", "csv"}


def test_moodle_gets_grades_and_pages(folder: Path) -> None:
    run("export", "moodle", "results", "--worksheet", "Calificaciones.csv", "--lang", "en")
    sheet = read((folder / "moodle" / "Calificaciones.csv").read_bytes())
    assert (sheet.delimiter, sheet.ends[0], sheet.mark) == (";", "\r\n", b"\xef\xbb\xbf")
    bruno = sheet.row(2)
    assert bruno[2] == "6,00"
    assert bruno[4].startswith("3 of 10 points. celdaLSTM 3/4; modeloGRU 0/6.")
    with zipfile.ZipFile(folder / "moodle" / "feedback.zip") as feedback:
        page = feedback.read("A_101_assignsubmission_file_/Bruno.html")
    assert page == (folder / "report" / "Bruno.html").read_bytes()


def test_a_zip_is_the_same_whenever_it_is_made(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        out = str(tmp_path / name)
        run("export", "moodle", "results", "--worksheet", "Calificaciones.csv", "--out", out)
    zips = [(tmp_path / name / "feedback.zip").read_bytes() for name in ("one", "two")]
    assert zips[0] == zips[1]
    assert not any(
        "Xabier" in name for name in zipfile.ZipFile(tmp_path / "one" / "feedback.zip").namelist()
    )
    assert folder


def test_who_is_in_no_row_is_said(folder: Path) -> None:
    worksheet = folder.parent / "short.csv"
    worksheet.write_text(MOODLE.format(comments="", rows="Participante 101;B;;20;\n"), "utf-8")
    ran = run("export", "moodle", "results", "--worksheet", "short.csv")
    assert ran.exit_code == 1
    assert "grader: no row of short.csv is Zoe's" in ran.stderr
    assert "Bruno" not in ran.stderr
    assert (folder / "moodle" / "short.csv").is_file()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_who_was_not_graded_is_said(command: list[str], folder: Path) -> None:
    ran = run(*["Xabier" if word == "s001" else word for word in command])
    assert ran.exit_code == 1
    english = "grader: Xabier was not graded (no engine), and has no score: run"
    spanish = "grader: no se corrigió a Xabier (no engine), y no tiene puntuación: ejecuta"
    assert (english if command[1] in {"csv", "canvas"} else spanish) in ran.stderr
    if "github" not in command:
        assert all((folder.parent / line).is_file() for line in ran.stdout.splitlines())


def test_of_many_who_were_not_graded_the_first_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lost = [
        classroom.student(f"s{i}", 0.0, status="not_graded", reason="sin motor") for i in range(8)
    ]
    assert ungraded.status(lost) == 1
    told = capsys.readouterr().err.splitlines()
    assert (len(told), told[-1]) == (6, "grader: 3 more were not graded either")


def test_comments_that_stay_are_said_once(folder: Path) -> None:
    done = folder / "moodle" / "Calificaciones.csv"
    run("export", "moodle", "results", "--worksheet", "Calificaciones.csv")
    ran = run("export", "moodle", "results", "--worksheet", str(done), "--out", "again")
    assert (folder.parent / "again" / "Calificaciones.csv").read_bytes() == done.read_bytes()
    (line,) = [line for line in ran.stderr.splitlines() if "comment" in line]
    assert line.endswith(
        "--replace-comments replaces all comments): Ana Núñez, Bruno, Carla, Diego, Eva and 4 more"
    )


def test_the_column_is_found_by_the_assignments_title(folder: Path) -> None:
    book = folder.parent / "titled.csv"
    rows = "".join(f"A,{900 + i},,A,\n" for i in range(10))
    book.write_text(CANVAS.format(title="Celdas LSTM y GRU desde cero", rows=rows), "utf-8")
    root = str(classroom.ROOT / "assignments")
    ran = run("export", "canvas", "results", "--gradebook", "titled.csv", "--assignments", root)
    assert (folder / "canvas.csv").is_file(), ran.output
    assert read((folder / "canvas.csv").read_bytes()).row(3)[4] == "15.00"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("moodle", "results", "--worksheet", "nowhere.csv"), "nowhere.csv cannot be read"),
        (
            ("moodle", "results", "--worksheet", "gradebook.csv"),
            "gradebook.csv: cannot tell which column has the participant",
        ),
        (("moodle", "results", "--worksheet", "Calificaciones.csv", "--out", "."), "--out"),
        (("canvas", "results", "--gradebook", "gradebook.csv"), "--assignment-column"),
        (("canvas", ".", "--gradebook", "gradebook.csv"), ". has no results"),
        (("github", "results"), "there are several students"),
        (("github", "results", "Nadie"), "there is no student 'Nadie' in results"),
    ],
)
def test_wrong_usage_is_one_sentence(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    ran = run("export", *arguments)
    assert isinstance(ran.exception, UsageError)
    assert words in str(ran.exception)
    assert "\n" not in str(ran.exception)
    assert folder


def test_a_students_grade_is_found_by_name_or_id(folder: Path) -> None:
    stored = StoredResults.read(folder)
    ana = stored.grade("Ana Núñez")
    assert stored.grade(ana.submission) == ana
