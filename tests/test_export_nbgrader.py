"""What an export to nbgrader does with a gradebook and folders that are not as it left them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

pytest.importorskip("nbgrader")

from grader.core.errors import UsageError
from grader.core.results import CheckResult, Decision, Fingerprint, Grade
from grader.integrations.nbgrader import course as courses
from grader.integrations.nbgrader.export import export_nbgrader
from grader.storage import origins
from grader.storage.journal import Journal
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = Fingerprint("", "", "", "")
FORGET = CheckResult("celdaLSTM/forget_gate", "celdaLSTM", "Puerta de olvido", 4, 4, "passed")
OUTPUT = CheckResult(
    "celdaLSTM/output_gate", "celdaLSTM", "Salida", 0, 6, "failed", message="<b>h_t</b> no coincide"
)
ANA = Grade("ana", "ana", "rnn", "graded", 4, 10, 40, 100, NOBODY, checks=(FORGET, OUTPUT))


class World:
    """A results folder and a course."""

    def __init__(self, folder: Path) -> None:
        self.results, self.course = folder / "results", folder / "course"
        (self.results / "results").mkdir(parents=True)
        self.course.mkdir()

    def export(self, *grades: Grade, lang: str = "es") -> int:
        for path in (self.results / "results").iterdir():
            path.unlink()
        for grade in grades:
            (self.results / "results" / f"{grade.submission}.json").write_text(grade.to_json())
        return export_nbgrader(self.results, self.course, lang)

    def page(self, submission: str) -> None:
        (self.results / "report").mkdir(exist_ok=True)
        (self.results / "report" / f"{submission}.html").write_text("página")

    def people(self, text: str) -> None:
        (self.results / "students.csv").write_text(text)

    @property
    def book(self) -> Any:
        from nbgrader.api import Gradebook

        (file,) = self.course.glob("*.db")
        return Gradebook(f"sqlite:///{file}")

    def grade(self, student: str, cell: str) -> tuple[Any, ...]:
        with self.book as book:
            grade = book.find_grade(cell, "rnn", "rnn", student)
            return grade.auto_score, grade.manual_score, grade.max_score, grade.needs_manual_grade

    def cells(self, student: str) -> list[Any]:
        path = self.course / "autograded" / student / "rnn" / "rnn.ipynb"
        found: list[Any] = json.loads(path.read_text())["cells"]
        return found


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty gradebook: to make one, nbgrader starts another program."""
    from nbgrader.api import Gradebook

    folder = tmp_path_factory.mktemp("gradebook")
    world = World(folder)
    course = courses.load(world.course)
    with course.entered(), Gradebook(course.directory.db_url):
        return world.course / "gradebook.db"


@pytest.fixture
def world(tmp_path: Path, gradebook: Path) -> World:
    world = World(tmp_path)
    shutil.copy(gradebook, world.course)
    return world


@pytest.mark.slow
def test_a_check_that_is_gone_is_worth_nothing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.export(ANA)
    world.export(replace(ANA, checks=(FORGET,)))
    assert world.grade("ana", "celdaLSTM-output_gate") == (0, None, 0, False)
    assert "no longer a check for celdaLSTM-output_gate" in capsys.readouterr().err
    with world.book as book:
        assert book.find_assignment("rnn").max_score == 4


def test_points_by_hand_for_a_check_that_is_gone_stay_and_are_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.export(ANA)
    with world.book as book:
        book.find_grade("celdaLSTM-output_gate", "rnn", "rnn", "ana").manual_score = 3.0
        book.db.commit()
    world.export(replace(ANA, checks=(FORGET,)))
    assert world.grade("ana", "celdaLSTM-output_gate")[:3] == (0, 3, 0)
    assert "1 got points by hand for it, which still count" in capsys.readouterr().err


def test_a_new_check_is_added_to_submissions_that_are_there(world: World) -> None:
    world.export(replace(ANA, checks=(FORGET,)))
    world.export(ANA)
    assert world.grade("ana", "celdaLSTM-output_gate") == (0, None, 6, False)


def test_a_score_that_changes_under_a_manual_one_is_to_be_looked_at(world: World) -> None:
    world.export(ANA)
    with world.book as book:
        grade = book.find_grade("celdaLSTM-output_gate", "rnn", "rnn", "ana")
        grade.manual_score, grade.needs_manual_grade = 3.0, False
        book.db.commit()
    world.export(replace(ANA, checks=(FORGET, replace(OUTPUT, points=6, outcome="passed"))))
    assert world.grade("ana", "celdaLSTM-output_gate") == (6, 3, 6, True)


def own_cells(world: World) -> None:
    """An essay of the instructor's, and a cell of %check, as generate_assignment stores them."""
    with world.book as book:
        book.add_assignment("rnn")
        book.add_notebook("rnn", "rnn")
        for name, points in (("essay", 5), ("comprueba", 0)):
            book.add_grade_cell(name, "rnn", "rnn", max_score=points, cell_type="markdown")
            book.add_source_cell(name, "rnn", "rnn", source="", cell_type="markdown", locked=False)
        book.add_solution_cell("essay", "rnn", "rnn")


def test_what_people_are_to_grade_waits_for_them(world: World) -> None:
    own_cells(world)
    world.export(ANA)
    assert world.grade("ana", "essay") == (None, None, 5, True)
    assert world.grade("ana", "comprueba") == (0, None, 0, False)


def test_a_decision_is_part_of_the_automatic_score(world: World) -> None:
    decision = Decision("ana", OUTPUT.id, 2, "Casi.", "Rosa", "2026-11-25T10:00:00+00:00")
    world.export(ANA.with_decisions((decision,)))
    assert world.grade("ana", "celdaLSTM-output_gate") == (2, None, 6, False)
    assert "Rosa decidió" in "".join(world.cells("ana")[1]["source"])


def test_who_was_not_graded_is_left_out(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    beto = Grade("beto", "beto", "rnn", "not_graded", 0, 10, 0, 100, NOBODY, reason="no hay motor")
    assert world.export(ANA, beto, lang="en") == 1
    assert "beto was not graded (no hay motor)" in capsys.readouterr().err
    with world.book as book:
        assert [student.id for student in book.students] == ["ana"]


@pytest.mark.parametrize("student", ["..", ".", "../../etc", "/etc/x", "a\\b", "a/b"])
def test_an_id_that_leads_elsewhere_is_no_folder(
    world: World, student: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world.page("safe")
    before = {path for path in world.course.parent.rglob("*") if path.is_file()}
    world.export(replace(ANA, submission="safe", student=student))
    after = {path for path in world.course.parent.rglob("*") if path.is_file()} - before
    assert {path.name for path in after} == {"safe.json"}
    assert world.grade(student, "celdaLSTM-forget_gate")[0] == 4
    assert "cannot be the name of a folder" in capsys.readouterr().err


def hand_in(world: World, notebook: bytes) -> Grade:
    from hashlib import sha256

    folder = world.course / "submitted" / "ana" / "rnn"
    folder.mkdir(parents=True)
    (folder / "rnn.ipynb").write_bytes(notebook)
    return replace(ANA, fingerprint=replace(NOBODY, notebook=sha256(notebook).hexdigest()))


def student_notebook(*names: str) -> bytes:
    """A notebook whose cells say of themselves that they are graded."""
    cells = []
    for name in names:
        claim = {"grade": True, "grade_id": name, "points": 99, "locked": True, "solution": False}
        output = nbformat.v4.new_output("stream", text="salida")  # type: ignore[no-untyped-call]
        cell = nbformat.v4.new_code_cell("x = 1", outputs=[output])  # type: ignore[no-untyped-call]
        cell.metadata["nbgrader"] = {"schema_version": 3, **claim}
        cells.append(cell)
    notebook = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    return str(nbformat.writes(notebook)).encode()  # type: ignore[no-untyped-call]


def test_cells_are_graded_by_the_gradebook_and_not_by_what_they_say(world: World) -> None:
    own_cells(world)
    mine = student_notebook("celdaLSTM-output_gate", "mine", "essay", "essay")
    world.export(hand_in(world, mine))
    cells = world.cells("ana")
    told = [(cell["metadata"].get("nbgrader") or {}).get("grade_id") for cell in cells]
    assert told == [None, None, "essay", None, "celdaLSTM-forget_gate", "celdaLSTM-output_gate"]
    assert cells[2]["metadata"]["nbgrader"]["points"] == 5
    assert cells[0]["outputs"][0]["text"] in ("salida", ["salida"])


def test_what_a_student_could_write_is_a_comment_in_code(world: World) -> None:
    world.export(ANA)
    cell = world.cells("ana")[1]
    assert cell["cell_type"] == "code"
    lines = "".join(cell["source"]).splitlines()
    assert lines == ["# Salida", "# ✗ no es lo esperado", "# <b>h_t</b> no coincide"]


@pytest.mark.parametrize("content", [b"{", b"", b'{"cells": 3}', b"\xff", b'{"nbformat": 4}'])
def test_what_is_no_notebook_still_shows_its_checks(world: World, content: bytes) -> None:
    world.export(hand_in(world, content))
    assert len(world.cells("ana")) == 2


def test_people_have_their_names_and_none_is_lost(world: World) -> None:
    world.people("student,submission,name,email\nana,ana,Ana Núñez Gil,ana@x.pe\n")
    world.export(ANA)
    world.people("student,submission,name,email\nana,ana,,\n")
    world.export(ANA)
    with world.book as book:
        ana = book.find_student("ana")
        assert (ana.first_name, ana.last_name, ana.email) == ("Ana", "Núñez Gil", "ana@x.pe")


def test_a_name_that_was_split_by_hand_stays_so(world: World) -> None:
    with world.book as book:
        book.add_student("ana", first_name="Ana María", last_name="Gil")
    world.people("student,submission,name,email\nana,ana,Ana María Gil,\n")
    world.export(ANA)
    with world.book as book:
        assert book.find_student("ana").first_name == "Ana María"


def test_the_course_says_where_things_are(world: World) -> None:
    (world.course / courses.CONFIG).write_text(
        "c = get_config()\n"
        "c.CourseDirectory.db_url = 'sqlite:///other.db'\n"
        "c.CourseDirectory.feedback_directory = 'devuelto'\n"
        "c.CourseDirectory.directory_structure = '{student_id}/{nbgrader_step}/{assignment_id}'\n"
    )
    (world.course / "gradebook.db").rename(world.course / "other.db")
    world.page("ana")
    world.export(ANA)
    assert not (world.course / "gradebook.db").exists()
    assert world.grade("ana", "celdaLSTM-forget_gate")[0] == 4
    assert (world.course / "ana" / "devuelto" / "rnn" / "rnn.html").read_text() == "página"


def test_a_configuration_that_is_broken_is_told(world: World) -> None:
    (world.course / courses.CONFIG).write_text("c = get_config(\n")
    with pytest.raises(UsageError, match=r"nbgrader_config\.py cannot be read"):
        world.export(ANA)


def test_a_course_that_is_not_there_is_told(world: World) -> None:
    shutil.rmtree(world.course)
    with pytest.raises(UsageError, match=r"course is not a folder"):
        world.export(ANA)


@pytest.mark.parametrize(
    ("pages", "told"),
    [
        ((), "2 students with 2 checks each in"),
        (("ana",), "2 notebooks in {course}/autograded, 1 pages in {course}/feedback"),
        (("ana", "eva"), "2 notebooks in {course}/autograded, 2 pages in {course}/feedback"),
    ],
)
def test_it_ends_with_how_much_was_written_and_where(
    world: World, capsys: pytest.CaptureFixture[str], pages: tuple[str, ...], told: str
) -> None:
    for submission in pages:
        world.page(submission)
    world.export(ANA, replace(ANA, submission="eva", student="eva"), lang="en")
    assert told.format(course=world.course) in capsys.readouterr().err


def test_what_cannot_be_a_folder_is_not_counted(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.page("ana")
    world.export(replace(ANA, student="a/b"), lang="es")
    said = capsys.readouterr().err
    assert "1 estudiantes con 2 comprobaciones" in said
    assert "0 cuadernos" in said


def test_the_notebook_is_the_results_folder_s_copy_when_the_place_is_gone(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = {"cell_type": "code", "source": "lo_entregado = 1", "metadata": {}, "outputs": []}
    fields = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}}
    notebook = json.dumps({**fields, "cells": [cell | {"execution_count": None}]}).encode()
    digest = sha256(notebook).hexdigest()
    one = Submission("ana", "ana", "rnn.ipynb", notebook)
    with Journal(world.results) as journal:
        journal.begin("s", {"ana": []})
        journal.locate({"ana": origins.origin(one, notebook)})
    origins.keep(world.results, notebook)
    world.export(replace(ANA, fingerprint=replace(NOBODY, notebook=digest)), lang="en")
    assert "lo_entregado = 1" in "".join(cell["source"] for cell in world.cells("ana"))
    assert "no longer where it was" not in capsys.readouterr().err
