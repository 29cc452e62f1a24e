"""The skeleton is the reference without its solutions, and goes with it into a course."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbconvert")

from typer.testing import CliRunner

from grader.assignments.assignment import load
from grader.assignments.scaffold import create
from grader.cli.main import app
from grader.core.errors import AssignmentFault, UsageError
from grader.integrations.nbgrader import course as courses
from grader.integrations.nbgrader.release import (
    INSTALL,
    NO_HEADER,
    SETTING,
    STUB,
    missing_setting,
    release,
    skeleton,
    with_points,
)

ROOT = Path(__file__).parent.parent
LONG = 35
"""Characters of a line of code that is a solution's own; how a thing is called may be shown."""


def test_a_skeleton_says_what_each_part_is_worth() -> None:
    said = texts(ROOT / "assignments/lstm_gru/lstm_gru.ipynb")
    assert "{{" not in said
    for part, points in load(ROOT / "assignments/lstm_gru").points.items():
        assert f"`{part}` · {points:g} puntos" in said


@pytest.mark.parametrize(("points", "said"), [(20, "20"), (7.5, "7,5"), (0.25, "0,25")])
def test_points_are_written_as_spanish_does(tmp_path: Path, points: float, said: str) -> None:
    reference = tmp_path / "una.ipynb"
    reference.write_text("{{points.celda}} puntos, y {{points.celda}}")
    assert with_points(reference, {"celda": points}) == f"{said} puntos, y {said}"


def test_points_of_a_part_that_is_none_are_the_assignments_fault(tmp_path: Path) -> None:
    reference = tmp_path / "una.ipynb"
    reference.write_text("{{points.celdas}}")
    with pytest.raises(AssignmentFault, match=r"points\.celdas.*the parts are celda, modelo"):
        with_points(reference, {"celda": 60, "modelo": 40})


def test_a_skeleton_has_a_check_for_each_part_and_needs_no_pictures() -> None:
    cells = json.loads((ROOT / "assignments/lstm_gru/lstm_gru.ipynb").read_text())["cells"]
    code = ["".join(one["source"]) for one in cells if one["cell_type"] == "code"]
    for part in load(ROOT / "assignments/lstm_gru").points:
        assert f"%check {part} --strict" in code
    assert not [one for one in code if re.search("^(import|from) matplotlib", one, re.MULTILINE)]


def test_where_matplotlib_is_missing_the_last_cells_say_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = json.loads((ROOT / "solutions/lstm_gru/lstm_gru.ipynb").read_text())["cells"]
    (curves,) = [one for one in cells if one["id"] == "curvas"]
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    exec("".join(curves["source"]), {"historias": {}, "EPOCAS": 1})  # noqa: S102 - ours
    assert capsys.readouterr().out.endswith("pip install matplotlib\n")


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "solutions").iterdir()))
def test_a_skeleton_shows_no_solution(name: str) -> None:
    assert "SOLUTION" not in (ROOT / "assignments" / name / f"{name}.ipynb").read_text()
    given = lines_of(ROOT / "assignments" / name / f"{name}.ipynb")
    wanted, inside = set(), False
    for line in lines_of(ROOT / "solutions" / name / f"{name}.ipynb"):
        inside = "BEGIN SOLUTION" in line or (inside and "END SOLUTION" not in line)
        if inside and len(line) > LONG and not line.startswith("#"):
            wanted.add(line)
    assert len(wanted) > 5
    assert not wanted & set(given)


def lines_of(notebook: Path) -> list[str]:
    """The lines of code of a notebook, without indentation."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    code = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return [line.strip() for source in code for line in source.splitlines()]


def test_marks_that_do_not_match_are_the_assignments_fault(tmp_path: Path) -> None:
    reference = json.loads((ROOT / "solutions/lstm_gru/lstm_gru.ipynb").read_text())
    for cell in reference["cells"]:
        cell["source"] = [line for line in cell["source"] if "END SOLUTION" not in line]
    broken = tmp_path / "broken.ipynb"
    broken.write_text(json.dumps(reference))
    with pytest.raises(AssignmentFault, match=r"broken\.ipynb"):
        skeleton(broken, points=load(ROOT / "assignments/lstm_gru").points)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Where a course is to be, beside an assignment."""
    create("elman", tmp_path / "assignments")
    (tmp_path / "course").mkdir()
    return tmp_path / "course"


def released(course: Path, *, force: bool = False, install: str = "") -> list[str]:
    root = course.parent / "assignments"
    paths = list(release("elman", course, root, force=force, install=install))
    return [str(path.relative_to(course)) for path in paths]


def test_a_course_gets_the_reference_the_skeleton_and_a_configuration(course: Path) -> None:
    assert released(course) == [
        "nbgrader_config.py",
        "source/elman/elman.ipynb",
        "release/elman/elman.ipynb",
    ]
    assert (course / "nbgrader_config.py").read_text().splitlines()[2:] == [
        "c.CourseDirectory.course_id = 'course'",
        SETTING,
    ]
    for step, folder in (("source", "solutions"), ("release", "assignments")):
        made = (course / step / "elman" / "elman.ipynb").read_text()
        assert made == (course.parent / folder / "elman" / "elman.ipynb").read_text()


def test_a_configuration_that_is_there_is_kept_and_followed(course: Path) -> None:
    config = course / "nbgrader_config.py"
    own = "c = get_config()\nc.ClearSolutions.code_stub = {'python': '# yours'}\n"
    config.write_text(own + "c.CourseDirectory.source_directory = 'docente'\n")
    assert released(course)[0] == "docente/elman/elman.ipynb"
    text = (course / "release" / "elman" / "elman.ipynb").read_text()
    assert "# yours" in text
    assert "ESCRIBE TU CÓDIGO AQUÍ\\nraise" not in text
    assert missing_setting(course) == ""


def test_the_setting_that_a_configuration_lacks_is_told(course: Path) -> None:
    (course / "nbgrader_config.py").write_text("c = get_config()\n")
    assert missing_setting(course) == SETTING
    settings: dict[str, Any] = {}
    exec(SETTING.replace("c.ClearSolutions.code_stub", "stub"), settings)  # noqa: S102 - ours
    assert settings["stub"] == {"python": STUB}


@pytest.mark.parametrize(
    ("header", "told"),
    [("source/header.ipynb", NO_HEADER), ("", ""), ("mine/header.ipynb", "")],
)
def test_the_header_of_a_quickstart_is_told_how_to_be_left_out(
    course: Path, header: str, told: str
) -> None:
    own = f"c = get_config()\n{SETTING}\nc.IncludeHeaderFooter.header = {header!r}\n"
    (course / "nbgrader_config.py").write_text(own)
    assert missing_setting(course) == told


def test_a_source_that_was_edited_is_not_lost(course: Path) -> None:
    released(course)
    source = course / "source" / "elman" / "elman.ipynb"
    source.write_text("{}")
    with pytest.raises(UsageError, match="already exists and is different"):
        released(course)
    assert source.read_text() == "{}"
    released(course, force=True)
    assert source.read_text() != "{}"


def texts(notebook: Path) -> str:
    """What stands in a notebook's text cells."""
    cells = json.loads(notebook.read_text())["cells"]
    return "\n".join("".join(one["source"]) for one in cells if one["cell_type"] == "markdown")


def test_a_courses_own_line_installs_grader(course: Path) -> None:
    line = """%pip install "grader @ file:///curso/grader" --find-links 'C:\\curso'"""
    released(course, install=line)
    for step in ("source", "release"):
        said = texts(course / step / "elman" / "elman.ipynb")
        assert f"Hace falta `{line}`." in said
        assert INSTALL not in said


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "solutions").iterdir()))
def test_without_a_line_of_its_own_students_are_told_of_a_file(name: str) -> None:
    assert f"Hace falta {INSTALL}." in texts(ROOT / "assignments" / name / f"{name}.ipynb")


def test_a_reference_without_a_place_for_the_line_is_told(course: Path) -> None:
    reference = course.parent / "solutions" / "elman" / "elman.ipynb"
    reference.write_text(reference.read_text().replace(INSTALL, "instalarlo"))
    with pytest.raises(UsageError, match="no place for --install"):
        released(course, install="pip install aquí")
    assert not (course / "source").exists()
    assert released(course)


def test_several_lines_are_told(course: Path) -> None:
    with pytest.raises(UsageError, match="on one line"):
        released(course, install="pip install a\npip install b")


def test_an_assignment_without_a_reference_is_told(course: Path) -> None:
    (course.parent / "solutions" / "elman" / "elman.ipynb").unlink()
    with pytest.raises(UsageError, match="there is no reference at"):
        released(course)


def test_a_wheel_says_first_that_it_has_no_reference(course: Path) -> None:
    wheel = course.parent / "_assignments"
    (course.parent / "assignments").rename(wheel)
    (course.parent / "solutions").rename(course.parent / "soluciones")
    with pytest.raises(UsageError, match=r"run this in grader's repository.*--assignments"):
        list(release("elman", course, wheel))
    assert not list(course.iterdir())


def test_the_reference_is_asked_for_before_nbgrader(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise UsageError("nbgrader is missing")

    monkeypatch.setattr(courses, "require", missing)
    with pytest.raises(UsageError, match="nbgrader is missing"):
        released(course)
    (course.parent / "solutions" / "elman" / "elman.ipynb").unlink()
    with pytest.raises(UsageError, match="there is no reference at"):
        released(course)


def test_its_help_says_that_it_needs_the_reference() -> None:
    assert "in no wheel" in CliRunner().invoke(app, ["release", "--help"]).stdout
