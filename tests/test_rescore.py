"""`grader rescore`: new points for a class that is graded, the same as grading it anew gives."""

from __future__ import annotations

import csv
import gc
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from grader.assignments import assignment as assignments
from grader.cli.main import app
from grader.core.console import telling
from grader.core.errors import AssignmentFault, GraderError, UsageError
from grader.core.results import Fingerprint, Grade
from grader.grading import rescoring
from grader.grading.grade import Terms, grade, not_graded
from grader.sandbox.backends.fake import FakeSandbox
from grader.storage import replay
from grader.storage.journal import Journal
from grader.storage.results_folder import ResultsFolder
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from typer.testing import Result

CONFIG = """name = "sums"
title = { es = "Sumas", en = "Sums" }
[points]
double = 40
add = 30
rule = 30
[names]
double = []
add = ["double"]
rule = []
"""
MARKED = '''
import pytest
from grader.checks import Mismatch

pytestmark = pytest.mark.part("double")

@pytest.mark.points(30)
def test_value(student):
    """El doble.

    Twice."""
    if student.double(4) != 8:
        raise Mismatch("no")

@pytest.mark.points(10)
def test_negative(student):
    if student.double(-3) != -6:
        raise Mismatch("no")
'''
SCALED = """
import pytest
from grader.checks import Mismatch

pytestmark = pytest.mark.part("add")

@pytest.mark.points(1)
def test_value(student):
    if student.add(1, 2) != 3:
        raise Mismatch("no")

@pytest.mark.points(2)
@pytest.mark.needs("value")
def test_order(student):
    if student.add(5, 2) != student.add(2, 5):
        raise Mismatch("no")
"""
WEIGHED = """
from grader.checks.kit import Definition, Float, mistake, term

class rule(Definition):
    inputs = {"a": Float("B N"), "b": Float("B N")}
    outputs = {"out": Float("B N")}

    @term(2)
    def product(a, b):
        return a * b

    @term(3)
    def total(product, a):
        return product + a

    @term(1)
    def out(total):
        return 2 * total

    mistakes = (mistake("rule.minus", total=lambda product, a: product - a),)
"""
WORDS = "".join(
    f'["{name}"]\nes = "{es}"\nen = "{en}"\n'
    for name, es, en in (
        ("rule/product", "El producto.", "The product."),
        ("rule/total", "La suma.", "The sum."),
        ("rule/out", "El doble.", "Twice."),
        ("rule.minus", "Restas.", "You subtract."),
    )
)
RIGHT = """
def double(x):
    return 2 * x
def add(x, y):
    return x + y
def rule(a, b):
    return 2 * (a * b + a)
"""
CLASS = {
    "ana": RIGHT,
    "eva": RIGHT.replace("2 * x", "2 * abs(x)"),
    "leo": RIGHT.replace("x + y", "x - y"),
    "noa": RIGHT.replace("+ a)", "- a)"),
    "sol": RIGHT.replace("def rule", "def other"),
    "uma": "x = 1",
}
TIMES = {"seconds": 0.0, "cpu_seconds": 0.0, "usage": {}}


@dataclass(frozen=True)
class Course:
    """An assignment, and a class that hands in."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "assignments" / "sums"

    @property
    def out(self) -> Path:
        return self.root / "out"

    def edit(self, *changes: tuple[str, str], file: str = "assignment.toml") -> None:
        text = (self.folder / file).read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (self.folder / file).write_text(text, "utf-8")

    def grade(self, out: Path, names: Sequence[str] = tuple(CLASS)) -> dict[str, Fingerprint]:
        """Grade some of the class as `grader grade` does; return what each grade depends on."""
        terms = Terms(assignments.load(self.folder), "seed", FakeSandbox.image, "fake")
        asked = [Submission(name, name, f"{name}.py", CLASS[name].encode()) for name in names]
        lost = Submission("zoe", "zoe", "zoe.py", b"")
        with ResultsFolder.open(out) as results:
            now = terms.fingerprint_of("")
            results.begin("seed", [*asked, lost], [], "sums", now, regrade=False)
            rescoring.keep_up(results, terms.assignment, telling("en"))
            for one in asked:
                if not results.journal.knows(one.id, terms.fingerprint(one)):
                    results.store(untimed(grade(one, terms, FakeSandbox().lane())))
            results.store(not_graded(lost, terms, "the machine was lost"))
            results.write_pages(results.write_all(), "es")
        return {one.id: terms.fingerprint(one) for one in asked}

    def rescore(self, *options: str) -> Result:
        words = ["rescore", str(self.out), "--assignments", str(self.folder.parent), *options]
        return CliRunner().invoke(app, words, terminal_width=120)

    def decide(self, student: str, check: str, points: float) -> None:
        words = ["override", str(self.out), student, check, "--points", str(points)]
        assert CliRunner().invoke(app, [*words, "--by", "Ana", "--reason", "vi"]).exit_code == 0

    def stored(self, student: str) -> Grade:
        return Grade.from_json((self.out / "results" / f"{student}.json").read_text("utf-8"))

    @property
    def scores(self) -> dict[str, str]:
        with (self.out / "grades.csv").open(newline="") as file:
            return {row["submission"]: row["score"] for row in csv.DictReader(file)}


def untimed(grade: Grade) -> Grade:
    """Return a grade that took no time, as no two gradings take the same."""

    def without(fields: Any) -> Any:
        if isinstance(fields, dict):
            return {name: TIMES.get(name, without(value)) for name, value in fields.items()}
        return [without(one) for one in fields] if isinstance(fields, list) else fields

    return Grade.from_json(json.dumps(without(json.loads(grade.to_json()))))


def contents(out: Path) -> dict[str, bytes]:
    """Return what a class and its teacher see: results, grades.csv and the pages."""
    paths = [out / "grades.csv", *(out / "results").iterdir(), *(out / "report").glob("*.html")]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """The course as it is graded once, for all tests to copy."""
    gc.freeze()  # each run of pytest collects garbage: spare it torch's million objects
    made = Course(tmp_path_factory.mktemp("graded"))
    made.folder.mkdir(parents=True)
    (made.folder / "assignment.toml").write_text(CONFIG, "utf-8")
    (made.folder / "words.toml").write_text(WORDS, "utf-8")
    for part, text in (("double", MARKED), ("add", SCALED), ("rule", WEIGHED)):
        (made.folder / f"test_rescored_{part}.py").write_text(text, "utf-8")
    made.grade(made.out)
    yield made
    gc.unfreeze()


@pytest.fixture
def course(graded: Course, tmp_path: Path) -> Course:
    return Course(shutil.copytree(graded.root, tmp_path / "course"))


BY_PART = (("double = 40", "double = 12.5"), ("rule = 30", "rule = 57.5"))
BY_CHECK = (
    ("double = 40\n", ""),
    ("[names]", "[points.double]\nvalue = 5\nnegative = 35\n[names]"),
)
POINTS = {
    "by part": BY_PART,
    "by check": BY_CHECK,
    "by check, in its place": (("double = 40", "double = { value = 0, negative = 40 }"),),
    "one part all": (("double = 40", "double = 98"), ("= 30", "= 1")),
    "scale": (("[points]", "scale = 20\n[points]"),),
    "title and points": (("Sumas", "Sumas y reglas"), *BY_PART),
    "a comment": (("[points]", "# the points\n[points]"),),
}


@pytest.mark.slow
@pytest.mark.parametrize("changes", POINTS.values(), ids=POINTS)
def test_it_gives_what_grading_anew_gives_to_the_byte(
    course: Course, changes: Sequence[tuple[str, str]]
) -> None:
    course.edit(*changes)
    done = course.rescore()
    assert done.exit_code == 0, done.output
    course.grade(course.root / "anew")
    assert contents(course.out) == contents(course.root / "anew")


def test_marks_change_with_points_by_part(course: Course) -> None:
    assert course.scores["eva"] == "90"
    assert course.scores["leo"] == "70"
    course.edit(*BY_PART)
    course.rescore()
    # Eva lost a quarter of `double`, and Leo all of `add`, which is 30 as before.
    assert course.stored("eva").score == pytest.approx(100 - 12.5 / 4, abs=0.006)
    assert course.stored("leo").score == 70


def test_what_changes_is_shown_and_a_dry_run_writes_nothing(course: Course) -> None:
    course.edit(*BY_PART)
    before = {path: path.read_bytes() for path in course.out.rglob("*") if path.is_file()}
    shown = course.rescore("--dry-run", "--lang", "en")
    assert shown.exit_code == 0, shown.output
    assert {path: path.read_bytes() for path in course.out.rglob("*") if path.is_file()} == before
    assert shown.stdout.splitlines()[0].split() == ["submission", "before", "now"]
    assert shown.stdout.splitlines()[1].split()[:2] == ["eva", "90/100"]
    assert "3 marks of 7 change. Nothing was written: leave out --dry-run" in shown.stdout
    done = course.rescore()
    assert done.stdout.splitlines()[0].split() == ["entrega", "antes", "ahora"]
    assert "Cambian 3 notas de 7." in done.stdout
    assert "No se escribió nada" not in done.stdout
    assert "Cambian 0 notas de 7." in course.rescore().stdout


def test_back_to_the_old_points_is_back_to_the_old_marks(course: Course) -> None:
    before = contents(course.out)
    course.edit(*BY_PART)
    course.rescore()
    assert contents(course.out) != before
    course.edit(*((new, old) for old, new in BY_PART))
    course.rescore()
    assert contents(course.out) == before


def test_what_was_killed_before_its_files_were_written_is_finished_by_the_next(
    course: Course,
) -> None:
    course.edit(*BY_PART)
    with ResultsFolder.open(course.out) as results:
        found = rescoring.plan(results.journal, assignments.load(course.folder))
        results.journal.add_all([one.now for one in found])
    assert course.scores["eva"] == "90"
    course.rescore()
    course.grade(course.root / "anew")
    assert contents(course.out) == contents(course.root / "anew")


def test_decisions_stay_and_what_becomes_of_them_is_told(course: Course) -> None:
    course.decide("eva", "double/negative", 8)
    course.decide("leo", "add/value", 5)
    course.decide("noa", "rule/total", 1)
    decided = (course.out / "decisions.jsonl").read_bytes()
    course.edit(("double = 40", "double = 20"), ("add = 30", "add = 50"))
    told = course.rescore("--lang", "en")
    assert "eva: the 8 points that 'Ana' decided for 'double/negative' do not count" in told.stderr
    assert "the check is now worth 5" in told.stderr
    assert "leo: the 5 points that 'Ana' decided for 'add/value' were out of 10" in told.stderr
    assert "noa" not in told.stderr, "what that check is worth has not changed"
    assert (course.out / "decisions.jsonl").read_bytes() == decided
    assert course.stored("eva").score == 95
    assert course.stored("leo").score == 55
    assert "eran de 10, y ahora la comprobación vale 16.67" not in course.rescore().stderr
    course.edit(("double = 20", "double = 40"), ("add = 50", "add = 30"))
    assert "eran de 16.67, y ahora la comprobación vale 10" in course.rescore().stderr
    assert course.stored("eva").score == 98


EDITS: dict[str, Callable[[Path], object]] = {
    "a check": lambda folder: append(next(folder.glob("test_*add.py")), "\nassert True\n"),
    "limits": lambda folder: append(folder / "assignment.toml", "[limits]\nseconds = 9\n"),
    "what is shut": lambda folder: append(
        folder / "assignment.toml", '[conduct]\nshut = ["torch.sum"]\n'
    ),
    "a file beside": lambda folder: (folder / "data.json").write_text("{}"),
}


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


REFUSED = {
    "en": "(ana, eva, leo and 3 more) that other checks gave than",
    "es": "que dieron otras comprobaciones que las que",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("lang", REFUSED)
def test_grades_of_other_checks_are_refused(
    course: Course, edit: Callable[[Path], object], lang: str
) -> None:
    before = contents(course.out)
    course.edit(*BY_PART)
    edit(course.folder)
    ended = course.rescore()
    assert isinstance(ended.exception, UsageError)
    said = ended.exception.said.to(lang)
    assert REFUSED[lang] in said
    assert "grader grade --regrade" in said
    assert contents(course.out) == before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([("double = 40", "double = 41")], "add up to 101, not to 100"),
        ([("double = 40", "double = { value = 40 }")], "does not say what 'negative' is worth"),
        ([("double = 40", "double = { value = 30, negativ = 10 }")], "has no check 'negativ'"),
    ],
)
def test_points_that_cannot_be_change_nothing(
    course: Course, changes: list[tuple[str, str]], told: str
) -> None:
    before = contents(course.out)
    course.edit(*changes)
    ended = course.rescore()
    assert isinstance(ended.exception, AssignmentFault)
    assert told in str(ended.exception)
    assert contents(course.out) == before


def test_a_run_after_new_points_keeps_outcomes_and_says_what_it_did(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    course.edit(*BY_PART)
    with Journal(course.out) as journal:
        times = dict(journal.texts())
    now = course.grade(course.out, ["ana", "leo"])
    told = " ".join(capsys.readouterr().err.split())
    assert "the points of the assignment have changed since 6 submissions were graded" in told
    assert f"put the old ones back and run grader rescore {course.out}" in told
    with Journal(course.out) as journal:
        assert {row.fingerprint.points for row in journal.rows.values()} == {now["ana"].points}
        assert times.keys() == dict(journal.texts()).keys()
    course.grade(course.root / "anew")
    assert contents(course.out) == contents(course.root / "anew")
    capsys.readouterr()
    course.grade(course.out)
    assert "points of the assignment" not in capsys.readouterr().err


def test_a_run_of_the_command_grades_nobody_again(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.cli import grade as command

    monkeypatch.setattr(command, "_terms", lambda _, *given: _fake(*given))
    given = course.root / "handed in"
    given.mkdir()
    for name in ("ana", "leo", "noa"):
        (given / f"{name}.py").write_text(CLASS[name], "utf-8")
    course.edit(*BY_PART)
    words = ["grade", str(given), "--assignments", str(course.folder.parent), "--seed", "seed"]
    done = CliRunner().invoke(app, [*words, "--out", str(course.out), "--jobs", "1"])
    assert done.exit_code == 0, (done.output, done.exception)
    assert "los puntos de la tarea cambiaron después de corregir 6 entregas" in done.stderr
    assert course.stored("ana").score == 100


def _fake(assignment: assignments.Assignment, seed: str) -> tuple[Terms, FakeSandbox]:
    return Terms(assignment, seed, FakeSandbox.image, "fake"), FakeSandbox()


def test_results_without_a_fingerprint_of_points_are_read_and_not_rescored(course: Course) -> None:
    with Journal(course.out) as journal:
        for row in [*journal.rows]:
            fields = json.loads((course.out / "results" / f"{row}.json").read_text("utf-8"))
            del fields["fingerprint"]["points"]
            old = Grade.from_json(json.dumps(fields))
            assert old.fingerprint.points == ""
            journal.add(old)
    ended = course.rescore()
    assert isinstance(ended.exception, UsageError)
    assert "did not tell points from checks" in ended.exception.said.en
    assert "no distinguía los puntos" in ended.exception.said.es
    assert CliRunner().invoke(app, ["report", str(course.out)]).exit_code == 0


def test_a_folder_that_is_none_or_not_whole_is_told(course: Course) -> None:
    (course.out / "results" / "new.json").write_text("{}", "utf-8")
    ended = course.rescore()
    assert isinstance(ended.exception, GraderError)
    assert "did not finish" in ended.exception.said.en
    words = ["rescore", str(course.root / "nothing")]
    assert "has no results" in str(CliRunner().invoke(app, words).exception)


def test_replay_says_that_points_have_changed(course: Course) -> None:
    before = course.stored("ana")
    course.edit(*BY_PART)
    course.rescore()
    (told,) = replay.changes(before, course.stored("ana"))
    assert "points of sums have changed since ana was graded: grader rescore computes" in told.en
    assert "grader rescore calcula de nuevo las notas" in told.es


def test_what_is_asked_of_rescore_imports_no_torch() -> None:
    code = (
        "import sys\nimport grader.cli.main\n"
        "sys.exit(any(name in sys.modules for name in ('torch', 'pytest', 'rich.table')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
