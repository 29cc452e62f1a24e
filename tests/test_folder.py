"""The results folder: grades of other inputs are never mixed, files are as the journal says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from grader.assignments import assignment as assignments
from grader.assignments.scaffold import create
from grader.core.errors import AssignmentFault, GraderError, UsageError
from grader.core.results import Fingerprint, Grade
from grader.grading import fingerprint
from grader.grading.grade import Terms
from grader.storage.results_folder import ResultsFolder
from grader.submissions.model import Submission

ANA, EVA = (Submission(name, name, f"{name}.py", b"") for name in ("ana", "eva"))


@pytest.fixture
def terms(tmp_path: Path) -> Terms:
    create("elman", tmp_path / "assignments")
    return Terms(assignments.load(tmp_path / "assignments" / "elman"), "s", "sha256:i", "process")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    with ResultsFolder.open(tmp_path / "out") as results:
        return results.path


def graded(terms: Terms, submission: Submission = ANA) -> Grade:
    name = terms.assignment.name
    inputs = terms.fingerprint(submission)
    return Grade(submission.id, submission.id, name, "graded", 90, 100, 90, 100, inputs)


def hold(out: Path, *grades: Grade) -> None:
    with ResultsFolder.open(out) as results:
        for grade in grades:
            results.store(grade)


def begin(out: Path, terms: Terms, *asked: Submission, regrade: bool = False) -> None:
    with ResultsFolder.open(out) as results:
        now = terms.fingerprint_of("")
        results.begin(terms.seed, asked, [], terms.assignment.name, now, regrade=regrade)


def test_more_grades_of_the_same_terms_may_come(out: Path, terms: Terms) -> None:
    hold(out, graded(terms))
    begin(out, terms, EVA)


def test_a_notebook_that_was_handed_in_anew_may_come(out: Path, terms: Terms) -> None:
    hold(out, graded(terms))
    begin(out, terms, replace(ANA, source=b"x = 1"))


OTHER = [
    ({"checks": "others"}, "the assignment's files were edited"),
    ({"image": "sha256:j"}, "the sandbox or its image has changed"),
    ({"grader": "other"}, "the version of grader, or of a library that it uses, has changed"),
    ({"device": "cuda"}, "the device has changed"),
    ({"seed": "t"}, "the seed has changed"),
]


@pytest.mark.parametrize(("change", "words"), OTHER)
@pytest.mark.parametrize("asked", [[ANA], [EVA]])
def test_other_terms_are_refused_with_what_changed(
    out: Path, terms: Terms, change: dict[str, str], words: str, asked: list[Submission]
) -> None:
    hold(out, graded(terms))
    with pytest.raises(UsageError, match=rf"\(ana\).*{words}.*--regrade.*--out"):
        begin(out, replace(terms, **change), *asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(("change", "words"), OTHER)
def test_all_may_be_graded_again_on_other_terms(
    out: Path,
    terms: Terms,
    change: dict[str, str],
    words: str,  # noqa: ARG001 - the same list
) -> None:
    hold(out, graded(terms), graded(terms, EVA))
    begin(out, replace(terms, **change), ANA, EVA, regrade=True)  # type: ignore[arg-type]


def test_but_not_some_of_them(out: Path, terms: Terms) -> None:
    hold(out, graded(terms), graded(terms, EVA))
    with pytest.raises(UsageError, match="do not include eva"):
        begin(out, replace(terms, seed="t"), ANA, regrade=True)


def test_what_was_never_measured_mixes_with_nothing(out: Path, terms: Terms) -> None:
    hold(out, replace(graded(terms), status="not_graded"))
    begin(out, replace(terms, seed="t"), ANA)


def test_one_folder_is_for_one_assignment(out: Path, terms: Terms) -> None:
    hold(out, replace(graded(terms), assignment="lstm_gru"))
    with pytest.raises(UsageError, match="has grades of lstm_gru: choose another --out"):
        begin(out, terms, ANA, regrade=True)


def test_a_file_that_the_journal_does_not_know_is_not_mixed_in(out: Path, terms: Terms) -> None:
    (out / "results" / "ana.json").write_text("{}")
    with pytest.raises(UsageError, match=r"\(ana\) that the journal does not know"):
        begin(out, terms, EVA)


def test_unless_its_submission_is_graded_anew(
    out: Path, terms: Terms, capsys: pytest.CaptureFixture[str]
) -> None:
    (out / "results" / "ana.json").write_text("{}")
    begin(out, terms, ANA)
    assert "lacks grades whose files exist (1): those submissions" in capsys.readouterr().err


def test_files_are_put_right_from_the_journal(out: Path, terms: Terms) -> None:
    hold(out, graded(terms), graded(terms, EVA))
    (out / "results" / "ana.json").write_text("{")
    (out / "results" / "eva.json").unlink()
    with ResultsFolder.open(out) as results:
        assert results.write_all() == [graded(terms), graded(terms, EVA)]
        for name, text in results.journal.texts():
            assert (out / "results" / f"{name}.json").read_bytes() == text
    assert len((out / "grades.csv").read_text().splitlines()) == 3


def test_a_file_that_is_right_is_left_alone(out: Path, terms: Terms) -> None:
    hold(out, graded(terms))
    file = out / "results" / "ana.json"
    before = file.stat()
    with ResultsFolder.open(out) as results:
        results.write_all()
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_place_that_takes_no_file_is_told(out: Path, terms: Terms) -> None:
    (out / "results" / "ana.json").mkdir()
    with pytest.raises(GraderError, match=r"ana\.json cannot be written .* in the journal"):
        hold(out, graded(terms))
    assert not list((out / "results").glob(".*"))


def test_terms_that_hold_go_on(terms: Terms) -> None:
    terms.require_unchanged()


EDITS = {
    "assignment.toml": '\n[conduct]\nshut = ["torch.edited.*"]\n',
    "test_celda_rnn.py": "\n# edited\n",
    "data/cases.json": "[]",
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_file_of_the_assignment_ends_the_run(terms: Terms, name: str) -> None:
    file = terms.assignment.folder / name
    file.parent.mkdir(exist_ok=True)
    with file.open("a") as text:
        text.write(EDITS[name])
    with pytest.raises(AssignmentFault, match=r"the assignment's files .* were edited while"):
        terms.require_unchanged()


def test_caches_and_hidden_files_are_no_edit(terms: Terms) -> None:
    for name in ("__pycache__/x.pyc", ".ipynb_checkpoints/elman.ipynb", ".swp"):
        (terms.assignment.folder / name).parent.mkdir(exist_ok=True)
        (terms.assignment.folder / name).touch()
    terms.require_unchanged()


def test_another_grader_ends_the_run(terms: Terms) -> None:
    with pytest.raises(AssignmentFault, match="grader's own files were edited"):
        replace(terms, grader="older").require_unchanged()


def test_a_grade_names_the_grader_that_gave_it(terms: Terms) -> None:
    written = json.loads(graded(terms).to_json())["fingerprint"]
    assert written == {
        "notebook": sha256(b"").hexdigest(),
        "assignment": terms.assignment.digest,
        "image": "i",
        "seed": sha256(b"s").hexdigest(),
        "grader": fingerprint.own_digest(),
        "device": "cpu",
        "points": terms.assignment.points_digest,
    }
    assert Fingerprint(**written) == terms.fingerprint(ANA)


def test_the_graders_digest_holds_all_that_grading_imports() -> None:
    """Nothing that has a part in a grade may change unseen."""
    package = Path(fingerprint.__file__).parents[1]
    code = (
        "import sys, grader.grading.grade\n"
        "print(*(getattr(m, '__file__', '') for m in sys.modules.values()), sep='\\n')"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    ours = {Path(file) for file in ran.stdout.splitlines() if file.startswith(f"{package}/")}
    digested = {path for name in fingerprint.PACKAGES for path in (package / name).rglob("*")}
    assert ours - digested == {package / "__init__.py"}  # whose version is digested


def test_the_graders_digest_changes_with_a_check_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = shutil.copytree(Path(fingerprint.__file__).parents[1], tmp_path / "grader")
    monkeypatch.setattr(fingerprint, "__file__", str(package / "grading" / "fingerprint.py"))
    before = fingerprint.own_digest()
    with (package / "checks" / "asserts.py").open("a") as file:
        file.write("# edited\n")
    assert fingerprint.own_digest() != before
