from __future__ import annotations

import sqlite3
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from grader.core.errors import GraderError
from grader.core.results import Fingerprint, Grade
from grader.storage.journal import FILE, Journal, JournalReader

INPUTS = Fingerprint("cuaderno", "tarea", "imagen", "semilla")
GRADE = Grade("ana", "ana", "lstm_gru", "graded", 87.5, 100, 87.5, 100, INPUTS)


def test_a_grade_is_known_again_in_a_later_run(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add(GRADE)
    with Journal(tmp_path) as journal:
        assert journal.knows("ana", INPUTS)
        assert list(journal.grades()) == [GRADE]


@pytest.mark.parametrize("changed", ["notebook", "assignment", "image", "seed", "grader"])
def test_a_grade_of_other_inputs_is_not_known(tmp_path: Path, changed: str) -> None:
    with Journal(tmp_path) as journal:
        journal.add(GRADE)
        assert not journal.knows("ana", replace(INPUTS, **{changed: "otra"}))


def test_another_students_grade_is_not_known(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add(GRADE)
        assert not journal.knows("eva", INPUTS)


def test_what_could_not_be_measured_is_tried_again(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add(replace(GRADE, status="not_graded"))
        assert not journal.knows("ana", INPUTS)


def test_a_rejection_stands(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add(replace(GRADE, status="rejected"))
        assert journal.knows("ana", INPUTS)


def test_a_submission_has_one_grade_the_last(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add(GRADE)
        journal.add(replace(GRADE, score=1))
        assert [grade.score for grade in journal.grades()] == [1]


def test_grades_come_by_submission(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        for name in ("eva", "ana", "leo"):
            journal.add(replace(GRADE, submission=name))
        assert [grade.submission for grade in journal.grades()] == ["ana", "eva", "leo"]


def test_a_grade_is_stored_as_its_file_has_it(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        assert journal.add(GRADE) == GRADE.to_json().encode()
        assert list(journal.texts()) == [("ana", GRADE.to_json().encode())]


def test_a_run_may_forget_the_grades_that_it_gives_anew(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add(GRADE)
        journal.add(replace(GRADE, submission="eva"))
        journal.begin("semilla", {}, forget=["ana"])
        assert set(journal.rows) == {"eva"}
    with Journal(tmp_path) as journal:
        assert set(journal.rows) == {"eva"}


def test_the_seed_is_drawn_once(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.begin(journal.seed(None, "fresca"), {})
    with Journal(tmp_path) as journal:
        assert journal.seed(None, "otra") == "fresca"


def test_a_chosen_seed_takes_its_place(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.begin(journal.seed(None, "fresca"), {})
        journal.begin(journal.seed("", "otra"), {})
        assert journal.seed(None, "otra") == ""


def test_a_seed_that_is_only_chosen_is_not_stored(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.seed("elegida", "fresca")
        assert journal.seed(None, "otra") == "otra"


def test_the_seed_of_a_grade_is_found_after_the_run_took_another(tmp_path: Path) -> None:
    inputs = replace(INPUTS, seed=sha256(b"vieja").hexdigest())
    with Journal(tmp_path) as journal:
        journal.begin("vieja", {})
        journal.begin("nueva", {})
        assert journal.seed_of([GRADE, replace(GRADE, fingerprint=inputs)]) == "vieja"


def test_what_was_never_measured_has_no_seed(tmp_path: Path) -> None:
    inputs = replace(INPUTS, seed=sha256(b"vieja").hexdigest())
    with Journal(tmp_path) as journal:
        journal.begin("vieja", {})
        grade = replace(GRADE, fingerprint=inputs, status="not_graded")
        assert journal.seed_of([grade]) is None


def test_a_seed_that_was_never_stored_is_not_found(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.begin("vieja", {})
        assert journal.seed_of([GRADE]) is None


def test_where_a_submission_was_found_is_known_in_a_later_run(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.begin("semilla", {"ana": [tmp_path / "entregas"], "eva": []})
    with Journal(tmp_path) as journal:
        assert journal.paths("ana") == [tmp_path / "entregas"]


def test_a_path_is_kept_so_that_it_can_be_used_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Journal(tmp_path) as journal:
        journal.begin("semilla", {"ana": [Path("entregas")]})
        assert journal.paths("ana") == [tmp_path / "entregas"]


def test_a_submission_that_was_found_elsewhere_since_is_there(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.begin("semilla", {"ana": [tmp_path / "antes"]})
        journal.begin("semilla", {"ana": [tmp_path / "ahora"]})
        assert journal.paths("ana") == [tmp_path / "ahora"]


def test_where_a_submission_was_found_may_be_unknown(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        assert journal.paths("ana") == []


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A folder whose journal a run wrote, and that it left."""
    with Journal(tmp_path) as journal:
        journal.begin("semilla", {"ana": [tmp_path]})
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def semilla() -> Grade:
    inputs = replace(INPUTS, seed=sha256(b"semilla").hexdigest())
    return replace(GRADE, fingerprint=inputs)


def test_who_reads_changes_nothing(written: Path) -> None:
    before = contents(written)
    with JournalReader(written) as reader:
        assert (reader.seed_of([semilla()]), reader.paths("ana")) == ("semilla", [written])
        assert contents(written) == before
    assert contents(written) == before


def test_who_reads_sees_what_a_killed_run_left_and_leaves_it(
    written: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    left = tmp_path_factory.mktemp("left")
    with Journal(written) as journal:
        journal.begin("otra", {"eva": [written]})
        for path in written.iterdir():
            (left / path.name).write_bytes(path.read_bytes())
    before = contents(left)
    assert "journal.sqlite-wal" in before
    with JournalReader(left) as reader:
        assert reader.paths("eva") == [written]
    assert contents(left) == before


def test_nobody_reads_while_a_run_writes(written: Path) -> None:
    with (
        Journal(written),
        pytest.raises(GraderError, match="another run is writing"),
        JournalReader(written) as reader,
    ):
        reader.paths("ana")


def test_a_journal_that_is_not_there_is_told_to_who_reads(tmp_path: Path) -> None:
    with (
        pytest.raises(GraderError, match=r"journal\.sqlite cannot be read .*give access"),
        JournalReader(tmp_path) as reader,
    ):
        reader.paths("ana")
    assert contents(tmp_path) == {}


def test_a_second_run_on_one_folder_is_refused(tmp_path: Path) -> None:
    with Journal(tmp_path), pytest.raises(GraderError, match="another run is writing"):
        Journal(tmp_path)


def test_a_folder_is_free_again_after_a_run(tmp_path: Path) -> None:
    Journal(tmp_path).__exit__()
    with Journal(tmp_path) as journal:
        assert list(journal.grades()) == []


def test_a_journal_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database, but it is long enough to be read as one")
    with pytest.raises(GraderError, match="is damaged"):
        Journal(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="cannot be written"):
        Journal(tmp_path / "nada")


def test_a_grade_is_on_disk_as_soon_as_it_is_added(tmp_path: Path) -> None:
    """A run that is killed loses nothing: what another connection would find is copied here."""
    with Journal(tmp_path) as journal:
        journal.add(GRADE)
        for path in list(tmp_path.iterdir()):
            (tmp_path / f"copia{path.name.removeprefix('journal')}").write_bytes(path.read_bytes())
    copy = sqlite3.connect(tmp_path / "copia.sqlite")
    found = copy.execute("SELECT id FROM graded").fetchall()
    copy.close()
    assert found == [("ana",)]


def damage(folder: Path, statement: str) -> None:
    """Change a row behind the journal's back, as a bad disk may."""
    database = sqlite3.connect(folder / FILE)
    database.execute(statement)
    database.commit()
    database.close()


@pytest.mark.parametrize(
    "change",
    [
        "grade = replace(grade, '87.5', '97.5')",
        "id = 'eva'",
        "status = 'rejected'",
        "fingerprint = replace(fingerprint, 'imagen', 'imagin')",
        "assignment = 'otra'",
        "grade = x'ff'",
        "id = CAST(x'ff' AS TEXT)",
        "digest = ''",
    ],
)
def test_a_grade_that_is_not_as_it_was_stored_was_never_given(tmp_path: Path, change: str) -> None:
    with Journal(tmp_path) as journal:
        journal.add(GRADE)
        journal.add(replace(GRADE, submission="leo"))
    damage(tmp_path, f"UPDATE graded SET {change} WHERE id = 'ana'")  # noqa: S608 - from above
    with Journal(tmp_path) as journal:
        assert journal.damaged == 1
        assert [grade.submission for grade in journal.grades()] == ["leo"]
    with Journal(tmp_path) as journal:
        assert journal.damaged == 0


def test_a_seed_that_is_not_as_it_was_stored_is_told(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.begin("semilla", {})
    damage(tmp_path, "UPDATE run SET value = 'semillo' WHERE key = 'seed'")
    with (
        Journal(tmp_path) as journal,
        pytest.raises(GraderError, match="the stored seed has changed"),
    ):
        journal.seed(None, "fresca")


def test_a_grade_of_another_schema_is_told(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add(replace(GRADE, schema=2))
        with pytest.raises(GraderError, match="another version of grader"):
            list(journal.grades())
