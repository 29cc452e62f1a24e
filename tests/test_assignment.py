from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.assignments import assignment
from grader.assignments.assignment import choose, folder_of_assignments, load
from grader.assignments.digests import FILE
from grader.core.errors import AssignmentFault, UsageError
from grader.core.limits import Limits

ROOT = Path(__file__).parent.parent

GOOD = """\
name = "celdas"
title = { es = "Celdas", en = "Cells" }
scale = 20
# points and names: a comment
[points]
celda = 60
modelo = 40.0
[names]
celda = []
modelo = ["celda"]
[limits]
seconds = 3
[limits.modelo]
seconds = 4
[conduct]
shut = ["torch.nn.LSTM*"]
[conduct.modelo]
shut = ["torch.optim", "torch.nn.*.dropout*"]
"""


def written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


def test_our_own_assignment_is_read() -> None:
    assert load(ROOT / "assignments" / "lstm_gru").max_score == 100


def test_everything_that_is_said_is_there(tmp_path: Path) -> None:
    found = load(written(tmp_path, GOOD))
    assert (found.name, found.title["en"], found.scale) == ("celdas", "Cells", 20)
    assert found.points == {"celda": 60, "modelo": 40}
    assert found.names == {"celda": (), "modelo": ("celda",)}
    assert found.shut == {
        "": ("torch.nn.LSTM*",),
        "modelo": ("torch.optim", "torch.nn.*.dropout*"),
    }
    assert found.limits == Limits(seconds=3, parts={"modelo": {"seconds": 4}})


def test_what_is_not_said_is_as_usual(tmp_path: Path) -> None:
    found = load(written(tmp_path, GOOD[: GOOD.index("[limits]")]))
    assert (found.limits, found.shut, found.device) == (Limits(), {}, "cpu")


def test_parts_stand_in_the_order_that_is_said(tmp_path: Path) -> None:
    plain = load(written(tmp_path / "plain", GOOD))
    text = GOOD.replace("scale = 20", 'scale = 20\norder = ["modelo", "celda"]')
    found = load(written(tmp_path / "ordered", text))
    assert (list(plain.points), list(found.points)) == (["celda", "modelo"], ["modelo", "celda"])
    assert found.digest != plain.digest


def test_a_mark_is_on_the_scale(tmp_path: Path) -> None:
    assert load(written(tmp_path, GOOD)).mark(87.5) == 17.5


WRONG = {
    "unknown key": ("scale = 20", "escala = 20", 3, "unknown key 'escala'"),
    "no English title": (', en = "Cells"', "", 2, "lacks 'en'"),
    "a title that is text": ('{ es = "Celdas", en = "Cells" }', '"Celdas"', 2, "to be a table"),
    "a name that is a number": ('"celdas"', "5", 1, "to be a string"),
    "a scale that is text": ("scale = 20", 'scale = "20"', 3, "to be a number"),
    "packages that are text": ("scale = 20", 'packages = "torch"', 3, "to be a list"),
    "points that are text": ("celda = 60", 'celda = "60"', 5, "to be a table whose values are"),
    "points that are true": ("celda = 60", "celda = true", 5, "to be a table whose values are"),
    "points that do not sum": ("celda = 60", "celda = 61", 5, "add up to 101"),
    "points that are nan": ("celda = 60", "celda = nan", 5, "add up to nan"),
    "points of nothing": ("celda = 60", "celda = 0", 5, "more than 0 points"),
    "a base that is not there": ('["celda"]', '["otra"]', 7, "'otra', which [names] does not"),
    "an unknown limit": ("seconds = 3", "segundos = 3", 12, "unknown limit 'segundos'"),
    "a limit of nothing": ("seconds = 3", "seconds = 0", 12, "above 0"),
    "a limit without end": ("seconds = 3", "seconds = inf", 12, "above 0"),
    "a limit that is text": ("seconds = 3", 'seconds = "3"', 12, "above 0"),
    "limits of no part": ("limits.modelo", "limits.otra", 13, "'otra', which is not a part"),
    "an unknown limit of a part": ("seconds = 4", "memory = 4", 14, "in [limits.modelo] are sec"),
    "a limit of nothing of a part": ("seconds = 4", "seconds = -4", 14, "above 0"),
    "an order without a part": (
        "scale = 20",
        'order = ["celda"]',
        3,
        "each part once: celda, modelo",
    ),
    "packages that are none": (
        "scale = 20",
        'packages = ["--index-url=x"]',
        3,
        "'--index-url=x' is not a requirement",
    ),
    "packages that are numbers": ("scale = 20", "packages = [1]", 3, "to be a list whose values"),
    "a day for a deadline": ("scale = 20", "deadline = 2026-12-01", 3, "with a UTC offset"),
    "an hour of nowhere": ("scale = 20", "deadline = 2026-12-01T23:59:00", 3, "with a UTC offset"),
    "an unknown key of conduct": (
        "shut = [",
        "cerrado = [",
        16,
        "'cerrado'; the only key known in [conduct]",
    ),
    "what is shut as text": (
        '["torch.nn.LSTM*"]',
        '"torch.nn.LSTM"',
        15,
        "'conduct' has to be a tab",
    ),
    "what is shut of no name": ("conduct.modelo", "conduct.otra", 17, "'otra' is not a name of"),
    "what is shut and no name": ("torch.optim", "optim", 18, "'optim' is not a dotted name"),
    "broken TOML": ("scale = 20", "scale = ", 0, "line 3"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_told_with_its_file_and_line(tmp_path: Path, name: str) -> None:
    right, wrong, line, words = WRONG[name]
    folder = written(tmp_path, GOOD.replace(right, wrong, 1))
    with pytest.raises(AssignmentFault) as caught:
        load(folder)
    assert str(caught.value).startswith(f"{folder / FILE}:{line}:" if line else f"{folder / FILE}:")
    assert words in str(caught.value)


def test_limits_that_are_a_number_are_a_mistake(tmp_path: Path) -> None:
    folder = written(tmp_path, "limits = 3\n" + GOOD[: GOOD.index("[limits]")])
    with pytest.raises(AssignmentFault, match=f"{FILE}:1: 'limits' has to be a table"):
        load(folder)


@pytest.mark.parametrize("key", ["name", "title"])
def test_a_missing_key_is_told_by_its_name(tmp_path: Path, key: str) -> None:
    kept = [line for line in GOOD.splitlines() if not line.startswith(key)]
    with pytest.raises(AssignmentFault, match=f":1: '{key}' is missing"):
        load(written(tmp_path, "\n".join(kept)))


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"name = '\xff'")
    with pytest.raises(AssignmentFault, match="utf-8"):
        load(tmp_path)


def test_a_folder_without_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssignmentFault, match="cannot be read"):
        load(tmp_path)


def test_the_only_assignment_need_not_be_named(tmp_path: Path) -> None:
    written(tmp_path / "uno", GOOD)
    assert choose(tmp_path, None).folder.name == "uno"


@pytest.mark.parametrize("name", [None, "tres"])
def test_one_of_several_must_be_named_and_known(tmp_path: Path, name: str | None) -> None:
    for folder in ("dos", "uno"):
        written(tmp_path / folder, GOOD)
    with pytest.raises(UsageError, match="dos, uno"):
        choose(tmp_path, name)


def test_a_folder_of_assignments_must_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no assignments folder"):
        folder_of_assignments(tmp_path / "nada")


def test_the_digest_follows_configuration_and_checks(tmp_path: Path) -> None:
    folder = written(tmp_path, GOOD)
    digests = {load(folder).digest}
    (folder / "test_a.py").write_text("a = 1")
    digests.add(load(folder).digest)
    (folder / "test_a.py").rename(folder / "test_b.py")
    digests.add(load(folder).digest)
    assert len(digests) == 3


TWO = """name = "two"
title = { es = "Dos", en = "Two" }
[points]
last = 10
b = 30
a = 60
[names]
a = []
b = ["a"]
"""
WORTH = [
    ("b = 30\na = 60", "b = 60\na = 30"),
    ("b = 30\n", "b = { one = 10, two = 20 }\n"),
    ("a = 60\n", "[points.a]\none = 60\n"),
    ("Two", "Two cells"),
    ("[points]", "scale = 20\n[points]"),
    ("last = 10\nb = 30", "b = 30\nlast = 10 # of both"),
]
OUTCOMES = [
    ('b = ["a"]', "b = []"),
    ("[names]", '[conduct]\nshut = ["torch.rnn*"]\n[names]'),
    ("[names]", "[limits]\nseconds = 3\n[names]"),
    ("last = 10", "least = 10"),
    ('a = []\nb = ["a"]', 'b = ["a"]\na = []'),
]


@pytest.mark.parametrize(("old", "new"), WORTH)
def test_what_outcomes_are_worth_is_no_matter_of_the_digest(
    tmp_path: Path, old: str, new: str
) -> None:
    before = load(written(tmp_path / "before", TWO))
    after = load(written(tmp_path / "after", TWO.replace(old, new)))
    assert after.digest == before.digest
    assert list(after.points) == list(before.points) == ["a", "b", "last"]
    same = (after.title, after.points, after.scale) == (before.title, before.points, before.scale)
    assert (after.points_digest == before.points_digest) == (same and after.checks == before.checks)


@pytest.mark.parametrize(("old", "new"), OUTCOMES)
def test_what_decides_outcomes_is_another_digest(tmp_path: Path, old: str, new: str) -> None:
    assert old in TWO
    before = load(written(tmp_path / "before", TWO))
    assert load(written(tmp_path / "after", TWO.replace(old, new))).digest != before.digest


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the program lies, and a folder without assignments to be in."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    file = tmp_path / "program" / "grader" / "assignments" / "assignment.py"
    monkeypatch.setattr(assignment, "__file__", str(file))
    return tmp_path / "program"


@pytest.mark.parametrize("place", ["assignments", "grader/_assignments"])
def test_what_came_with_the_program_is_found_from_anywhere(program: Path, place: str) -> None:
    written(program / place / "uno", GOOD)
    assert folder_of_assignments(None) == program / place


def test_a_wheel_s_assignments_come_before_what_lies_beside_it(program: Path) -> None:
    for place in ("assignments", "grader/_assignments"):
        written(program / place / "uno", GOOD)
    assert folder_of_assignments(None) == program / "grader" / "_assignments"


def test_the_assignments_here_come_before_those_of_the_program(program: Path) -> None:
    written(program / "assignments" / "uno", GOOD)
    written(Path("assignments", "dos"), GOOD)
    assert folder_of_assignments(None) == Path("assignments")


def test_a_folder_beside_the_program_that_has_none_is_not_taken(program: Path) -> None:
    (program / "assignments" / "other").mkdir(parents=True)
    with pytest.raises(UsageError, match="no assignments folder"):
        folder_of_assignments(None)


def test_a_checkout_is_run_from_any_folder(tmp_path: Path) -> None:
    sample = ROOT / "tests" / "submissions" / "lstm_gru" / "12_solo_celdas.ipynb"
    ran = subprocess.run(
        [sys.executable, "-m", "grader", "grade", sample, "--dry-run", "--assignment", "lstm_gru"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, "12_solo_celdas" in ran.stdout) == (0, True), ran.stderr
