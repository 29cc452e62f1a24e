"""A course as the page on nbgrader has it, command by command, with nbgrader itself.

The assignment is the small one of `grader new`, under the name of the page's, but for what is
about the notebook that students get.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

pytest.importorskip("nbgrader")

from grader.assignments.scaffold import create
from grader.core.results import Grade

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
NAME = "lstm_gru"
PAGE = (ROOT / "docs" / "instructors" / "nbgrader.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    ((?:nbgrader|grader|printf) .*)$", PAGE, re.MULTILINE)
IN_TIME, LATE = "2026-11-30 10:00:00.5 UTC", "2026-12-02 10:00:00.5 UTC"
MISTAKE = {"celdaRNN-h_t", "celdaRNN-whole"}
CELLS = {
    "celdaRNN-parameters": 6.5,
    "celdaRNN-interface": 6.5,
    "celdaRNN-ones": 6.5,
    "celdaRNN-input": 13,
    "celdaRNN-recurrent": 13,
    "celdaRNN-h_t": 19.5,
    "celdaRNN-whole": 35,
}


def commands(first: str, last: str) -> list[str]:
    """The page's commands from one that begins so to another."""
    begin, end = (
        next(n for n, command in enumerate(COMMANDS) if command.startswith(start))
        for start in (first, last)
    )
    return COMMANDS[begin : end + 1]


@dataclass
class Course:
    """A folder in which the commands are run; what they printed, and released, by command."""

    folder: Path
    printed: dict[str, str] = field(default_factory=dict)
    released: dict[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.folder / "course"

    def run(self, command: str, status: int = 0) -> str:
        """Run a command as typed, but without a sandbox; return what it printed."""
        typed = re.sub(r"^(grader grade .*)", r"\1 --sandbox process --seed s", command)
        ran = subprocess.run(
            ["bash", "-c", typed],  # noqa: S607 - whichever bash there is
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            env={
                **os.environ,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "JUPYTER_CONFIG_DIR": str(self.folder / "jupyter"),
                "PYTHONIOENCODING": "utf-8",
            },
        )
        assert ran.returncode == status, f"{command}\n{ran.stdout}"
        self.printed[command] = ran.stdout
        return ran.stdout

    def configure(self, *lines: str) -> None:
        with (self.root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
            file.write("\n".join(["", *lines, ""]))

    def hand_in(self, student: str, text: str, moment: str) -> None:
        """Put a notebook where `nbgrader submit` does."""
        inbound = self.folder / "exchange" / "course" / "inbound"
        folder = inbound / f"{student}+{NAME}+{moment}+xyz"
        folder.mkdir()
        (folder / f"{NAME}.ipynb").write_text(text, encoding="utf-8")
        (folder / "timestamp.txt").write_text(moment)
        (folder / "submission_secret.txt").write_text(f"secret of {student}")

    def grade(self, student: str) -> Grade:
        found = map(Grade.from_json, (p.read_text() for p in self.results.glob("*.json")))
        return next(grade for grade in found if grade.student == student)

    @property
    def results(self) -> Path:
        return self.folder / "results" / "results"

    def notebook(self, step: str, student: str = "") -> Any:
        path = self.root / step / student / NAME / f"{NAME}.ipynb"
        return json.loads(path.read_text(encoding="utf-8"))

    def gradebook(self) -> Any:
        from nbgrader.api import Gradebook

        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "course")

    def scores(self, student: str) -> dict[str, float]:
        """The scores of the gradebook, by cell."""
        with self.gradebook() as book:
            submitted = book.find_submission_notebook(NAME, NAME, student)
            return {grade.name: grade.score for grade in submitted.grades}

    def everything(self) -> list[tuple[Any, ...]]:
        """All that the gradebook holds of the assignment."""
        with self.gradebook() as book:
            return [
                (
                    *(one.student.id, one.timestamp, one.late_submission_penalty),
                    *((g.id, g.score, g.needs_manual_grade) for g in submitted.grades),
                    *((c.id, c.comment) for c in submitted.comments),
                )
                for one in book.assignment_submissions(NAME)
                for submitted in one.notebooks
            ]

    def files(self) -> dict[str, bytes]:
        folders = [self.root / "autograded", self.root / "feedback"]
        found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return {str(path): path.read_bytes() for path in found}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course in which five students handed in; everything was run up to the feedback."""
    folder = tmp_path_factory.mktemp("nbgrader")
    create(NAME, folder / "assignments")
    course = Course(folder)
    prepare, begin, end = COMMANDS[0], "nbgrader collect", "nbgrader release_feedback"
    course.run(prepare)
    course.configure(
        f"c.Exchange.root = {str(folder / 'exchange')!r}",
        'c.LateSubmissionPlugin.penalty_method = "zero"',
    )
    for command in commands("printf", "nbgrader release_assignment"):
        course.run(command)
        if "release lstm_gru" in command or "generate_assignment" in command:
            course.released[command.split()[0]] = course.notebook("release")
    right = (folder / "solutions" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    course.hand_in("ana", right, IN_TIME)
    course.hand_in("beto", right.replace("torch.tanh(", "torch.sigmoid("), IN_TIME)
    course.hand_in("carla", "{", IN_TIME)
    course.hand_in("dario", right, LATE)
    course.hand_in("íñigo ñandú", right, IN_TIME)
    for command in commands(begin, end):
        course.run(command)
    return course


def test_what_is_released_is_what_nbgrader_itself_makes(course: Course) -> None:
    ours, made = course.released["grader"], course.released["nbgrader"]
    for cell in (*made["cells"], *ours["cells"]):
        cell.pop("id", None)  # the cells of nbgrader's header have none of their own
    assert ours == made


def test_a_setting_that_is_there_is_not_asked_for(course: Course) -> None:
    (release,) = commands("grader release", "grader release")
    assert "ClearSolutions" not in course.printed[release]


def test_students_find_it_in_the_exchange(course: Course) -> None:
    assert (course.folder / "exchange/course/outbound" / NAME / f"{NAME}.ipynb").is_file()


@pytest.mark.parametrize(
    ("student", "lost"),
    [("ana", set()), ("beto", MISTAKE), ("carla", set(CELLS)), ("íñigo ñandú", set())],
)
def test_the_gradebook_has_the_points_of_each_check(
    course: Course, student: str, lost: set[str]
) -> None:
    wanted = {name: 0 if name in lost else points for name, points in CELLS.items()}
    assert course.scores(student) == wanted
    assert sum(wanted.values()) == course.grade(student).score


def test_the_comment_is_what_the_check_says(course: Course) -> None:
    with course.gradebook() as book:
        comment = book.find_comment("celdaRNN-h_t", NAME, NAME, "beto").auto_comment
    failed = next(c for c in course.grade("beto").checks if c.outcome == "failed")
    assert comment.startswith("✗ no es lo esperado")
    assert failed.message in comment


def test_who_was_rejected_reads_why_at_each_check(course: Course) -> None:
    with course.gradebook() as book:
        comment = book.find_comment("celdaRNN-input", NAME, NAME, "carla").auto_comment
    assert course.grade("carla").reason in comment


def exported(course: Course) -> Mapping[str, Mapping[str, str]]:
    with (course.folder / "grades.csv").open(encoding="utf-8") as file:
        return {row["student_id"]: row for row in csv.DictReader(file) if row["assignment"] == NAME}


def test_nbgraders_own_export_has_the_scores(course: Course) -> None:
    scores = {student: float(row["score"]) for student, row in exported(course).items()}
    mine = {student: scores[student] for student in ("ana", "beto", "carla", "íñigo ñandú")}
    assert mine == {"ana": 100, "beto": 45.5, "carla": 0, "íñigo ñandú": 100}


def test_who_was_late_gets_the_penalty_of_the_course(course: Course) -> None:
    row = exported(course)["dario"]
    assert (row["raw_score"], row["late_submission_penalty"], row["score"]) == (
        "100.0",
        "100.0",
        "0.0",
    )
    assert row["timestamp"] == "2026-12-02 10:00:00"


def test_nobody_waits_for_a_person(course: Course) -> None:
    with course.gradebook() as book:
        assert not [s for s in book.assignment_submissions(NAME) if s.needs_manual_grade]


def graded_cells(notebook: Any) -> dict[str, str]:
    return {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade")
    }


@pytest.mark.parametrize("student", ["beto", "carla"])
def test_the_notebook_shows_each_check(course: Course, student: str) -> None:
    from nbgrader.nbgraderformat import MetadataValidator

    notebook = course.notebook("autograded", student)
    cells = graded_cells(notebook)
    assert list(cells) == list(CELLS)
    titles = [check.title for check in course.grade("ana").checks]
    assert [text.splitlines()[0] for text in cells.values()] == [f"# {title}" for title in titles]
    MetadataValidator().validate_nb(nbformat.from_dict(notebook))  # type: ignore[no-untyped-call]


def test_the_page_is_what_nbgrader_hands_out(course: Course) -> None:
    from nbgrader.utils import notebook_hash

    known = (course.root / "submitted" / "beto" / NAME / "submission_secret.txt").read_text()
    secret = notebook_hash(secret=known, notebook_id=NAME)
    handed_out = course.folder / "exchange" / "course" / "feedback" / f"{secret}.html"
    grade = course.grade("beto")
    page = course.folder / "results" / "report" / f"{grade.submission}.html"
    assert handed_out.read_bytes() == page.read_bytes()


def test_a_second_export_changes_nothing(course: Course) -> None:
    before = course.everything(), course.files()
    course.run("grader export nbgrader results/ --course course/")
    assert (course.everything(), course.files()) == before


def test_what_people_gave_outlives_a_regrade_and_an_export(course: Course) -> None:
    with course.gradebook() as book:
        grade = book.find_grade("celdaRNN-h_t", NAME, NAME, "beto")
        grade.manual_score, grade.needs_manual_grade = 12.0, False  # as formgrader does
        book.find_comment("celdaRNN-h_t", NAME, NAME, "beto").manual_comment = "Casi."
        book.db.commit()
    (command,) = commands("grader grade", "grader grade")
    course.run(f"{command} --regrade")
    course.run("grader export nbgrader results/ --course course/ --lang en")
    with course.gradebook() as book:
        grade = book.find_grade("celdaRNN-h_t", NAME, NAME, "beto")
        comment = book.find_comment("celdaRNN-h_t", NAME, NAME, "beto")
        assert (grade.score, grade.auto_score, grade.needs_manual_grade) == (12, 0, False)
        assert comment.comment == "Casi."
        assert comment.auto_comment.startswith("✗ not right")


def test_nbgraders_own_feedback_can_be_made(course: Course) -> None:
    course.run(COMMANDS[-1])
    page = (course.root / "feedback" / "ana" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "celdaRNN-h_t" in page
    assert "(Score: 100.0 / 100.0)" in page


def test_a_whole_notebook_has_a_cell_for_each_of_its_checks(tmp_path: Path) -> None:
    """The page's own assignment, with a mistake, into a folder that is no course yet."""
    course = Course(tmp_path)
    course.root.mkdir()
    right = (ROOT / "solutions" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    wrong = right.replace("self.hr_h_fc(r_t * h_t_1)", "r_t * self.hr_h_fc(h_t_1)")
    (tmp_path / "ana.ipynb").write_text(wrong, encoding="utf-8")
    course.run(f"grader grade ana.ipynb --assignment {NAME} --assignments {ROOT / 'assignments'}")
    course.run("grader export nbgrader results/ --course course/")
    grade = course.grade("ana")
    assert 0 < grade.score < 100
    assert course.scores("ana") == {c.id.replace("/", "-"): c.points for c in grade.checks}
    cells = graded_cells(course.notebook("autograded", "ana"))
    parts = [name for name in cells if not name.startswith("comprueba-")]
    assert parts == [check.id.replace("/", "-") for check in grade.checks]


def cut(notebook: Any, last: str) -> Any:
    """A notebook up to the cell of this id."""
    ids = [cell["id"] for cell in notebook["cells"]]
    return {**notebook, "cells": notebook["cells"][: ids.index(last) + 1]}


def test_nbgrader_validates_what_students_write(tmp_path: Path) -> None:
    """Up to the first part, for each check is a process of its own."""
    for path in (ROOT / "assignments", ROOT / "solutions"):
        notebook = json.loads((path / NAME / f"{NAME}.ipynb").read_text())
        first = cut(notebook, "comprueba-genera_dataset")
        (tmp_path / f"{path.name}.ipynb").write_text(json.dumps(first))
    shutil.copytree(ROOT / "assignments", tmp_path / "assignments")
    command = "nbgrader validate assignments.ipynb solutions.ipynb --Execute.timeout=300"
    unwritten, right = Course(tmp_path).run(command).split("Validating")[1:]
    assert "VALIDATION FAILED ON 1 CELL" in unwritten
    assert "genera_dataset: 0 de 6 puntos" in unwritten
    assert "Success! Your notebook passes all the tests." in right


def part_cells(notebook: Any) -> Iterable[tuple[str, str]]:
    for name, source in graded_cells(notebook).items():
        yield name.removeprefix("comprueba-"), source


def test_below_each_part_of_the_notebook_is_its_check() -> None:
    notebook = json.loads((ROOT / "assignments" / NAME / f"{NAME}.ipynb").read_text())
    solutions = [
        cell["id"]
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution")
    ]
    together = ["gradientes", "aprendizaje"]  # what right parts do: there is nothing to write
    wanted = [(part, f"%check {part} --strict") for part in (*solutions, *together)]
    assert list(part_cells(notebook)) == wanted
