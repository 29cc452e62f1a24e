"""Points decided by hand: apart from the automatic ones, with history, never lost."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
import tiny
from typer.testing import CliRunner

from grader.cli.main import app
from grader.cli.override import OverrideOptions, override_points
from grader.core.errors import GraderError, UsageError
from grader.core.results import CheckResult, Fingerprint, Grade
from grader.storage import decisions, replay
from grader.storage.journal import Journal
from grader.storage.results_folder import ResultsFolder

if TYPE_CHECKING:
    from pathlib import Path

INPUTS = Fingerprint("notebook", "tarea", "imagen", "semilla")
CHECKS = (
    CheckResult("f/value", "f", "Valor", 0, 4, "failed", "mal"),
    CheckResult("f/shape", "f", "Forma", 6, 6, "passed"),
)
GRADE = Grade("ana", "ana", "tiny", "graded", 6, 10, 12, 20, INPUTS, checks=CHECKS)
REJECTED = replace(GRADE, status="rejected", reason="vacío", checks=(), score=0, mark=0)
EVA = replace(GRADE, submission="eva", student="eva")


@dataclass(frozen=True)
class Results:
    """A results folder, and what is done to it and read from it."""

    out: Path

    def hold(self, *grades: Grade) -> None:
        """Have these grades as `grader grade` has them."""
        with ResultsFolder.open(self.out) as results:
            results.journal.begin("semilla", {grade.submission: [] for grade in grades})
            for grade in grades:
                results.store(grade)
            results.write_all()

    def decide(
        self,
        points: float | None = None,
        check: str | None = "value",
        *,
        student: str = "ana",
        withdraw: bool = False,
        reason: str | None = "lo vi",
        by: str | None = "Ana",
    ) -> None:
        """Run `grader override`."""
        override_points(
            OverrideOptions(self.out, student, check, points, withdraw, reason, by, "es")
        )

    def grade(self, student: str = "ana") -> Grade:
        """Return the grade in a student's file."""
        return Grade.from_json((self.out / "results" / f"{student}.json").read_text())

    @property
    def scores(self) -> dict[str, str]:
        """The scores of grades.csv."""
        with (self.out / "grades.csv").open(newline="") as file:
            return {row["submission"]: row["score"] for row in csv.DictReader(file)}


@pytest.fixture
def results(tmp_path: Path) -> Results:
    held = Results(tmp_path / "out")
    held.hold(GRADE, EVA)
    return held


def test_what_is_decided_counts_and_the_automatic_points_stay(results: Results) -> None:
    results.decide(3)
    grade = results.grade()
    assert (grade.score, grade.mark, grade.automatic_score) == (9, 18, 6)
    assert grade.checks == CHECKS
    assert results.scores == {"ana": "9", "eva": "6"}


def test_nobody_elses_file_is_touched(results: Results) -> None:
    before = (results.out / "results" / "eva.json").stat()
    results.decide(3)
    assert (results.out / "results" / "eva.json").stat() == before


def test_the_journal_holds_the_automatic_grade_alone(results: Results) -> None:
    results.decide(3)
    with Journal(results.out) as journal:
        assert journal.grade("ana") == GRADE


def test_the_last_decision_counts_and_the_others_are_history(results: Results) -> None:
    results.decide(3)
    results.decide(1, reason="otra vez")
    grade = results.grade()
    assert grade.score == 7
    assert [one.points for one in grade.history(CHECKS[0])] == [3, 1]


def test_what_is_withdrawn_is_history_too(results: Results) -> None:
    results.decide(3)
    results.decide(withdraw=True, reason="no era")
    grade = results.grade()
    assert (grade.score, grade.mark) == (6, 12)
    assert [one.reason for one in grade.decisions] == ["lo vi", "no era"]


def test_a_grade_that_is_given_again_keeps_what_was_decided(results: Results) -> None:
    results.decide(3)
    results.hold(replace(GRADE, checks=(replace(CHECKS[0], points=4), CHECKS[1]), score=10))
    assert (results.grade().score, results.grade().automatic_score) == (9, 10)


def test_what_was_decided_outlives_the_journal(results: Results) -> None:
    results.decide(3)
    for file in results.out.glob("journal.*"):
        file.unlink()
    results.hold(GRADE, EVA)
    assert results.scores == {"ana": "9", "eva": "6"}


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (replace(GRADE, checks=CHECKS[1:]), "that check no longer exists"),
        (
            replace(GRADE, checks=(replace(CHECKS[0], max_points=2), CHECKS[1])),
            "the check is now worth 2",
        ),
        (REJECTED, "the submission was rejected, so it has no checks"),
    ],
    ids=["gone", "worth less", "rejected"],
)
def test_what_fits_no_check_any_more_is_kept_not_counted_and_told(
    results: Results, now: Grade, why: str
) -> None:
    results.decide(3)
    results.hold(now)
    grade = results.grade()
    assert grade.score == now.score
    assert [one.points for one in grade.uncounted] == [3]
    (remark,) = decisions.remarks(grade)
    assert why in remark.en


def test_what_fits_no_check_any_more_can_be_taken_back(results: Results) -> None:
    results.decide(3)
    results.hold(REJECTED)
    results.decide(check="f/value", withdraw=True)
    assert not list(decisions.remarks(results.grade()))


def test_what_was_decided_on_another_notebook_counts_and_is_told(results: Results) -> None:
    results.decide(3)
    results.hold(replace(GRADE, fingerprint=replace(INPUTS, notebook="other")))
    grade = results.grade()
    assert grade.score == 9
    (remark,) = decisions.remarks(grade)
    assert "decided on an earlier notebook" in remark.en


@pytest.mark.parametrize("points", [4.5, -1, float("nan"), float("inf")])
def test_points_are_those_of_the_check(results: Results, points: float) -> None:
    with pytest.raises(UsageError, match="f/value can get 0 to 4 points"):
        results.decide(points)
    assert not (results.out / decisions.FILE).exists()


def test_what_is_not_said_is_asked_for(results: Results) -> None:
    with pytest.raises(UsageError, match="--reason"):
        results.decide(3, reason=" ")
    with pytest.raises(UsageError, match="--by"):
        results.decide(3, by=None)
    with pytest.raises(
        UsageError, match="--points, from 0 to 4, or take the decision back with --withdraw"
    ):
        results.decide()
    with pytest.raises(UsageError, match="which check"):
        results.decide(3, check=None)
    with pytest.raises(UsageError, match="there is no decision about f/value"):
        results.decide(withdraw=True)


def test_without_checks_there_is_nothing_to_decide(tmp_path: Path) -> None:
    results = Results(tmp_path / "out")
    results.hold(REJECTED)
    with pytest.raises(UsageError, match=r"no checks to decide about \(rejected: vacío\)"):
        results.decide(3)


def test_two_do_not_decide_at_once(results: Results) -> None:
    with Journal(results.out), pytest.raises(GraderError, match="another run is writing"):
        results.decide(3)


def test_a_run_that_did_not_end_goes_first(results: Results) -> None:
    with Journal(results.out) as journal:
        journal.begin("semilla", {}, forget=["eva"])
    with pytest.raises(GraderError, match="did not finish"):
        results.decide(3)


def test_a_torn_line_is_told_and_set_aside(
    results: Results, capsys: pytest.CaptureFixture[str]
) -> None:
    results.decide(3)
    file = results.out / decisions.FILE
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:30])
    results.hold(GRADE, EVA)
    assert results.scores["ana"] == "9"
    results.decide(1)
    assert "is incomplete" in capsys.readouterr().err
    assert file.read_bytes().startswith(whole)
    assert (results.out / decisions.TORN).read_bytes() == whole[:30] + b"\n"
    assert results.scores["ana"] == "7"


@pytest.mark.parametrize(
    "line",
    ["", "{}", "null", '{"points": NaN}', "[" * 100_000],
    ids=["empty", "no fields", "null", "NaN", "deep"],
)
def test_a_damaged_line_is_never_passed_over(results: Results, line: str) -> None:
    results.decide(3)
    with (results.out / decisions.FILE).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(GraderError, match=r"decisions\.jsonl:2 is not a decision"):
        results.decide(1)


def test_whatever_is_said_is_stored_and_shown_plain(
    results: Results, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = '=SUM(1)\n\x1b[31m[red]{by}\x85\u2028<script> "'
    results.decide(3, reason=reason, by="\udcff\x1b]0;\x07")
    assert results.grade().decisions[0].reason == reason
    shown = capsys.readouterr().out
    assert "=SUM(1) [31m[red]{by} <script>" in " ".join(shown.split())
    assert not {"\x1b", "\x07", "\x85"} & set(shown)
    assert len((results.out / decisions.FILE).read_bytes().splitlines()) == 1


def test_a_replay_compares_the_automatic_points(results: Results) -> None:
    results.decide(3)
    assert replay.differences(results.grade(), GRADE) == []


KILLED = """
import os, signal, sys
def watch(event, arguments):
    if event == "os.rename":
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
from grader.cli.main import main
main()
"""


def test_killed_after_it_was_stored_a_decision_counts(results: Results) -> None:
    options = ["value", "--points", "3", "--reason", "lo vi", "--by", "Ana"]
    command = [sys.executable, "-c", KILLED, "override", str(results.out), "ana", *options]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert results.scores["ana"] == "6"
    results.hold()
    assert results.scores["ana"] == "9"


CHECK = '''
import pytest

@pytest.mark.part("f")
@pytest.mark.points(100)
def test_value(student):
    """f devuelve algo."""
    student.f()
'''


@pytest.mark.slow
def test_a_regrade_loses_nothing(tmp_path: Path) -> None:
    """With the command line, and the process sandbox."""
    work, root, out = (tmp_path / name for name in ("entregas", "assignments", "out"))
    (root / "tiny").mkdir(parents=True)
    tiny.assignment(root / "tiny", CHECK)
    work.mkdir()
    (work / "ana.py").write_text("def f(): return 1 / 0")

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, result.output
        return result.output

    places = ["--assignments", str(root), "--out", str(out), "--sandbox", "process", "--jobs", "1"]
    grade = ["grade", str(work), *places]
    run(*grade)
    run("override", str(out), "ana", "value", "--points", "50", "--reason", "casi", "--by", "Eva")
    decided = Results(out).grade()
    for again in (grade, [*grade, "--regrade"]):
        assert "50/100" in run(*again)
        assert Results(out).scores == {"ana": "50"}
        assert Results(out).grade().decisions == decided.decisions
    assert "una decidida a mano" in run("override", str(out), "ana")
