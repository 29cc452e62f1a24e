"""grader replay: the same counterexample again, or a sentence that says why not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from grader.assignments.scaffold import create
from grader.core.errors import GraderError, UsageError
from grader.core.i18n import same
from grader.core.results import CheckResult, Fingerprint, Grade
from grader.storage import names, replay
from grader.storage.journal import Journal
from grader.storage.results_folder import origin
from grader.submissions.discovery import find
from grader.submissions.model import Submission

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.core.results import Outcome

NOTEBOOK = b"{}"
INPUTS = Fingerprint(
    sha256(NOTEBOOK).hexdigest(), "tarea", "imagen", sha256(b"semilla").hexdigest()
)
ENVIRONMENT = {"torch": "2.8.0", "sandbox": "docker", "device": "cpu"}
CHECKS = tuple(
    CheckResult(name, name.split("/")[0], "Título", 0, 1, "failed", "mal")
    for name in ("celdaRNN/input", "celdaRNN/recurrent", "celdaLSTM/input")
)
GRADE = Grade(
    "ana", "ana", "elman", "graded", 0, 3, 0, 100, INPUTS, checks=CHECKS, environment=ENVIRONMENT
)


def keep(folder: Path, grade: Grade, paths: Sequence[Path] = (), seed: str = "semilla") -> Path:
    """Make a results folder as `grader grade` does."""
    (folder / "results").mkdir(parents=True, exist_ok=True)
    (folder / "results" / f"{grade.submission}.json").write_text(grade.to_json(), encoding="utf-8")
    with Journal(folder) as journal:
        journal.begin(seed, {grade.submission: paths})
        journal.add(grade)
    return folder


def hand_in(folder: Path, name: str = "ana.ipynb", content: bytes = NOTEBOOK) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return folder


def test_a_folder_without_a_journal_is_no_results_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a results folder"):
        replay.stored(tmp_path, "ana")
    assert not list(tmp_path.iterdir())


def test_a_student_who_is_not_there_is_told_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"did you mean ana\?"):
        replay.stored(keep(tmp_path, GRADE), "anna")


def test_or_else_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="choose one of: ana"):
        replay.stored(keep(tmp_path, GRADE), "zoe")


def test_a_student_is_found_by_the_name_that_made_the_id(tmp_path: Path) -> None:
    hand_in(tmp_path / "entregas", "María José.ipynb")
    (found,) = find([tmp_path / "entregas"])
    grade = replace(GRADE, submission=found.id, student=found.student)
    assert replay.stored(keep(tmp_path / "out", grade), "María José").grade == grade


def test_what_was_not_graded_cannot_be_repeated(tmp_path: Path) -> None:
    folder = keep(tmp_path, replace(GRADE, status="not_graded", reason="no engine"))
    with pytest.raises(GraderError, match="not graded"):
        replay.stored(folder, "ana")


def test_the_seed_of_an_earlier_run_is_found(tmp_path: Path) -> None:
    keep(tmp_path, GRADE)
    with Journal(tmp_path) as journal:
        journal.begin("otra", {})
    assert replay.stored(tmp_path, "ana").seed == "semilla"


def test_without_the_seed_there_is_nothing_to_repeat(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="seed"):
        replay.stored(keep(tmp_path, GRADE, seed="otra"), "ana")


def test_a_damaged_grade_is_named(tmp_path: Path) -> None:
    file = keep(tmp_path, GRADE) / "results" / "ana.json"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(GraderError, match=r"ana\.json .*cannot be read: run grader grade again"):
        replay.stored(tmp_path, "ana")


@pytest.mark.parametrize("name", ["celdaRNN/recurrent", "recurrent"])
def test_a_check_is_found_by_its_id_or_its_name(name: str) -> None:
    assert names.choose_check(GRADE, name).id == "celdaRNN/recurrent"


def test_a_name_that_two_parts_have_is_not_enough() -> None:
    with pytest.raises(UsageError, match="celdaRNN/input or celdaLSTM/input"):
        names.choose_check(GRADE, "input")


@pytest.mark.parametrize("name", ["recurent", "celdaRNN/recurent"])
def test_a_check_that_is_not_there_is_told_the_nearest(name: str) -> None:
    with pytest.raises(UsageError, match=r"did you mean celdaRNN/recurrent\?"):
        names.choose_check(GRADE, name)


def test_or_else_the_known_checks() -> None:
    with pytest.raises(UsageError, match="one of: celdaRNN/input, celdaRNN/recurrent, celda"):
        names.choose_check(GRADE, "zzz")


def test_of_a_rejected_submission_there_is_no_check() -> None:
    with pytest.raises(UsageError, match="rejected"):
        names.choose_check(replace(GRADE, status="rejected", checks=()), "input")


def test_a_submission_comes_from_the_path_that_holds_it(tmp_path: Path) -> None:
    paths = [hand_in(tmp_path / "a"), hand_in(tmp_path / "b", "eva.ipynb")]
    origins = {one.id: origin(one, paths) for one in find(paths)}
    assert origins == {"ana": [tmp_path / "a"], "eva": [tmp_path / "b"]}


def test_a_submission_without_a_file_may_come_from_any(tmp_path: Path) -> None:
    assert origin(Submission("ana", "ana", "ana"), [tmp_path]) == [tmp_path]


def found_again(tmp_path: Path, where: Path | None = None) -> Submission:
    return replay.find_again(replay.stored(tmp_path / "out", "ana"), where)


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    keep(tmp_path / "out", GRADE, [hand_in(tmp_path / "entregas")])
    return tmp_path


def test_the_notebook_is_found_where_it_was(graded: Path) -> None:
    assert found_again(graded).read() == NOTEBOOK


def test_a_notebook_that_is_gone_is_asked_for(graded: Path) -> None:
    shutil.move(graded / "entregas", graded / "archivo")
    with pytest.raises(UsageError, match=r"entregas and is no longer there.*--submissions"):
        found_again(graded)


def test_and_found_where_it_is_now(graded: Path) -> None:
    shutil.move(graded / "entregas", graded / "archivo")
    assert found_again(graded, graded / "archivo").read() == NOTEBOOK


def test_under_another_name_too(graded: Path) -> None:
    shutil.move(graded / "entregas" / "ana.ipynb", graded / "copia.ipynb")
    assert found_again(graded, graded / "copia.ipynb").student == "ana"


def test_among_others_the_student_is_looked_for(graded: Path) -> None:
    hand_in(graded / "otras", "anna.ipynb")
    hand_in(graded / "otras", "eva.ipynb")
    with pytest.raises(UsageError, match=r"no ana in .*otras; did you mean anna\?"):
        found_again(graded, graded / "otras")


def test_a_notebook_that_changed_is_not_the_one_that_was_graded(graded: Path) -> None:
    hand_in(graded / "entregas", content=b"[]")
    with pytest.raises(GraderError, match=r"not the one that was graded.*grader grade"):
        found_again(graded)


def test_a_grade_like_the_stored_one_differs_in_nothing() -> None:
    slower = tuple(replace(check, seconds=9.0, cpu_seconds=9.0) for check in CHECKS)
    assert replay.differences(GRADE, replace(GRADE, checks=slower)) == []


def timed(ratio: float, outcome: Outcome = "failed") -> Grade:
    data = {"timing": {"ratio": ratio}}
    return replace(
        GRADE, checks=(replace(CHECKS[0], message=f"{ratio}", data=data, outcome=outcome),)
    )


def test_a_measured_time_may_be_another() -> None:
    assert replay.differences(timed(20), timed(21)) == []


def test_what_comes_of_it_may_not() -> None:
    assert replay.differences(timed(20), timed(2, "passed")) == ["celdaRNN/input (outcome)"]


def test_a_field_that_differs_is_named() -> None:
    changed = (replace(CHECKS[0], message="peor", points=1), *CHECKS[1:])
    now = replace(GRADE, score=1, checks=changed)
    assert replay.differences(GRADE, now) == ["score", "celdaRNN/input (points, message)"]


def test_only_the_check_that_was_asked_for_counts() -> None:
    changed = (replace(CHECKS[0], message="peor"), *CHECKS[1:])
    now = replace(GRADE, score=1, checks=changed)
    assert replay.differences(GRADE, now, "celdaRNN/recurrent") == []


def test_a_check_that_is_gone_or_new_differs() -> None:
    now = replace(GRADE, checks=(*CHECKS[1:], replace(CHECKS[0], id="celdaRNN/new")))
    gone, new = replay.differences(GRADE, now)
    assert [same(one).en for one in (gone, new)] == [
        "celdaRNN/input (only then)",
        "celdaRNN/new (only now)",
    ]


CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "checks": ({"fingerprint": replace(INPUTS, assignment="otra")}, "checks of elman were edited"),
    "image": ({"fingerprint": replace(INPUTS, image="otra")}, "docker sandbox has changed"),
    "sandbox": ({"environment": {**ENVIRONMENT, "sandbox": "process"}}, "in docker and this is p"),
    "grader": ({"fingerprint": replace(INPUTS, grader="otra")}, "grader's own files"),
    "torch": ({"environment": {**ENVIRONMENT, "torch": "2.9.0"}}, "torch was 2.8.0"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_since_is_told_in_one_sentence(what: str) -> None:
    fields, words = CHANGES[what]
    (sentence,) = replay.changes(GRADE, replace(GRADE, **fields))
    assert words in sentence.en


@dataclass(frozen=True)
class Course:
    """A student who wrote σ for tanh, graded in a plain process."""

    root: Path

    def grader(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "grader", *map(str, arguments)],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.root,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )

    @property
    def failed(self) -> dict[str, Any]:
        text = (self.root / "out" / "results" / "ana.json").read_text(encoding="utf-8")
        return dict(next(o for o in json.loads(text)["checks"] if o["outcome"] == "failed"))


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    root = tmp_path_factory.mktemp("course")
    create("elman", root / "assignments")
    right = (root / "solutions" / "elman" / "elman.ipynb").read_bytes()
    hand_in(root / "entregas", content=right.replace(b"torch.tanh", b"torch.sigmoid"))
    made = Course(root)
    ran = made.grader("grade", "entregas", "--out", "out", "--sandbox", "process")
    assert ran.returncode == 0, ran.stderr
    return made


@pytest.mark.slow
def test_the_stored_counterexample_comes_out_again(course: Course) -> None:
    ran = course.grader("replay", "out", "ana")
    assert ran.returncode == 0, ran.stderr
    assert str(course.failed["counterexample"]["got"]["values"]) in ran.stdout
    assert course.failed["reproduce"] in ran.stdout
    assert ran.stdout.strip().endswith("Idéntico a lo guardado en out/results/ana.json.")


@pytest.mark.slow
def test_one_check_is_shown_alone_in_english_too(course: Course) -> None:
    ran = course.grader("replay", "out", "ana", "recurrent", "--lang", "en")
    assert ran.returncode == 0, ran.stderr
    assert "✓ The previous state reaches the new one" in ran.stdout
    assert "Activation" not in ran.stdout


@pytest.mark.slow
def test_after_the_checks_were_edited_it_says_so_and_what_differs(
    course: Course, tmp_path: Path
) -> None:
    shutil.copytree(course.root / "assignments", tmp_path / "assignments")
    words = tmp_path / "assignments" / "elman" / "words.toml"
    text = words.read_text(encoding="utf-8").replace('"Activación:', '"La activación:')
    words.write_text(text, encoding="utf-8")
    edited = tmp_path / "assignments"
    ran = course.grader("replay", "out", "ana", "--assignments", edited, "--lang", "en")
    assert ran.returncode == 1
    assert "the checks of elman were edited after ana was graded" in ran.stderr
    assert ran.stdout.strip().endswith("celdaRNN/h_t (title).")


@pytest.mark.slow
def test_a_check_that_is_not_there_is_wrong_usage(course: Course) -> None:
    ran = course.grader("replay", "out", "ana", "recurente", "--lang", "en")
    assert ran.returncode == 2
    assert "did you mean celdaRNN/recurrent?" in ran.stderr
