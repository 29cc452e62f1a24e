"""Where each submission came from, the copies of what was handed in, and the roster of a folder."""

from __future__ import annotations

import io
import shutil
import sqlite3
import zipfile
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.errors import GraderError, UsageError
from grader.core.results import Fingerprint, Grade
from grader.storage import origins, replay
from grader.storage.journal import Journal
from grader.storage.origins import Origin
from grader.storage.results_folder import ResultsFolder
from grader.storage.stored import StoredResults
from grader.submissions.archives import Source
from grader.submissions.discovery import find
from grader.submissions.model import Submission
from grader.submissions.roster import join, read_roster

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from grader.core.results import Status
    from grader.submissions.roster import Roster

    Make = Callable[[Path], Path]

SEED = "semilla"
NOW = Fingerprint("", "tarea", "imagen", sha256(SEED.encode()).hexdigest())
ROSTER = "id,name,moodle\nap,Ana Pérez,100\nbg,Bruno Gil,101\ncr,Carla Ruiz,102\n"
MODULES = {"100": b"x = 1\n", "101": b"x = 2\n", "102": b"x = 3\n"}


def moodle(number: str) -> str:
    return f"Quien Sea_{number}_assignsubmission_file/entrega.py"


def folder_of_moodle(root: Path) -> Path:
    for number, content in MODULES.items():
        path = root / moodle(number)
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    return root


def zip_of_moodle(root: Path) -> Path:
    with zipfile.ZipFile(root.with_suffix(".zip"), "w") as archive:
        for number, content in MODULES.items():
            archive.writestr(moodle(number), content)
    return root.with_suffix(".zip")


def zips_of_zips(root: Path) -> Path:
    """Zips in a zip, each called as the roster's moodle column says."""
    with zipfile.ZipFile(root.with_suffix(".zip"), "w") as archive:
        for number, content in MODULES.items():
            inside = io.BytesIO()
            with zipfile.ZipFile(inside, "w") as own:
                own.writestr("carpeta/tarea.py", content)
            archive.writestr(f"{number}.zip", inside.getvalue())
    return root.with_suffix(".zip")


LAYOUTS = [folder_of_moodle, zip_of_moodle, zips_of_zips]


def listed(tmp_path: Path) -> Roster:
    (tmp_path / "lista.csv").write_text(ROSTER, "utf-8")
    return read_roster(tmp_path / "lista.csv")


def graded(
    out: Path, paths: Sequence[Path], roster: Roster | None = None, *, copies: bool = True
) -> list[Submission]:
    """Do what a run does, without a sandbox; return the submissions."""
    submissions, everybody = join(find(paths), roster)
    with ResultsFolder.open(out) as results:
        results.begin(SEED, submissions, paths, "tiny", NOW, regrade=False, copies=copies)
        if roster:
            results.journal.remember(roster.path, roster.path.read_bytes())
        for one in submissions:
            status: Status = "rejected" if one.problem else "graded"
            inputs = replace(NOW, notebook=one.digest)
            reason = one.problem.es if one.problem else ""
            results.store(
                Grade(one.id, one.student, "tiny", status, 0, 1, 0, 100, inputs, reason=reason)
            )
        results.write_people(everybody)
    return submissions


def again(out: Path, student: str, where: Path | None = None) -> Submission:
    return replay.find_again(replay.stored(out, student), where)


def remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("make", LAYOUTS)
@pytest.mark.parametrize("copies", [True, False])
def test_who_has_the_rosters_id_is_found_without_the_roster(
    tmp_path: Path, make: Make, *, copies: bool
) -> None:
    place = make(tmp_path / "entregas")
    graded(tmp_path / "out", [place], listed(tmp_path), copies=copies)
    for student, content in zip(("ap", "bg", "cr"), MODULES.values(), strict=True):
        found = again(tmp_path / "out", student)
        assert (found.id, found.student, found.read()) == (student, student, content)


@pytest.mark.parametrize("make", LAYOUTS)
def test_the_copy_is_used_when_the_downloads_are_gone(tmp_path: Path, make: Make) -> None:
    place = make(tmp_path / "entregas")
    graded(tmp_path / "out", [place], listed(tmp_path))
    remove(place)
    found = again(tmp_path / "out", "bg")
    assert (found.filename.endswith(".py"), found.read()) == (True, MODULES["101"])


@pytest.mark.parametrize("make", LAYOUTS)
def test_without_copies_a_place_is_asked_for_and_the_id_there_will_do(
    tmp_path: Path, make: type
) -> None:
    place = make(tmp_path / "entregas")
    graded(tmp_path / "out", [place], listed(tmp_path), copies=False)
    moved = place.rename(tmp_path / f"archivo{place.suffix}")
    assert not (tmp_path / "out" / origins.FOLDER).exists()
    with pytest.raises(UsageError, match=r"is no longer there.*--submissions"):
        again(tmp_path / "out", "bg")
    assert again(tmp_path / "out", "bg", moved).read() == MODULES["101"]


def test_there_is_one_copy_of_what_is_the_same_and_it_is_called_after_its_digest(
    tmp_path: Path,
) -> None:
    for name in ("ana", "eva"):
        (tmp_path / f"{name}.py").write_bytes(b"x = 1\n")
    graded(tmp_path / "out", [tmp_path / "ana.py", tmp_path / "eva.py"])
    (copy,) = (tmp_path / "out" / origins.FOLDER).iterdir()
    assert copy.name == sha256(b"x = 1\n").hexdigest()
    assert copy.read_bytes() == b"x = 1\n"


@pytest.mark.parametrize("damage", [b"", b"x = 2\n", None])
def test_a_damaged_copy_is_none(tmp_path: Path, damage: bytes | None) -> None:
    (tmp_path / "ana.py").write_bytes(b"x = 1\n")
    graded(tmp_path / "out", [tmp_path / "ana.py"])
    (copy,) = (tmp_path / "out" / origins.FOLDER).iterdir()
    copy.unlink() if damage is None else copy.write_bytes(damage)
    assert again(tmp_path / "out", "ana").read() == b"x = 1\n"
    (tmp_path / "ana.py").write_bytes(b"x = 3\n")
    with pytest.raises(GraderError, match="not the one that was graded"):
        again(tmp_path / "out", "ana")


def test_the_copy_outlives_a_notebook_that_was_replaced(tmp_path: Path) -> None:
    (tmp_path / "ana.py").write_bytes(b"x = 1\n")
    graded(tmp_path / "out", [tmp_path / "ana.py"])
    (tmp_path / "ana.py").write_bytes(b"x = 3\n")
    assert again(tmp_path / "out", "ana").read() == b"x = 1\n"


@pytest.mark.parametrize("content", [b"no zip", b"PK\x03\x04", b""])
def test_a_file_that_nobody_could_read_is_kept_and_looked_at_again(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "entregas").mkdir()
    (tmp_path / "entregas" / "ana.zip").write_bytes(content)
    (before,) = graded(tmp_path / "out", [tmp_path / "entregas"])
    shutil.rmtree(tmp_path / "entregas")
    found = again(tmp_path / "out", "ana")
    assert before.problem
    assert (found.problem, found.id) == (before.problem, "ana")


def test_a_folder_that_cannot_take_copies_says_how_to_do_without(tmp_path: Path) -> None:
    (tmp_path / "ana.py").write_bytes(b"x = 1\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / origins.FOLDER).touch()
    with pytest.raises(GraderError, match=r"make room or give access.*--no-copies"):
        graded(tmp_path / "out", [tmp_path / "ana.py"])
    graded(tmp_path / "out", [tmp_path / "ana.py"], copies=False)


@given(st.text(), st.text(), st.lists(st.text()).map(tuple), st.text())
def test_an_origin_is_read_as_it_was_written(
    student: str, path: str, entry: tuple[str, ...], digest: str
) -> None:
    one = Origin(student, path, path + "\udc80", entry, digest)
    assert Origin.from_json(one.to_json()) == one


def test_a_journal_of_before_knows_no_places_and_the_student_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "ana.py").write_bytes(b"x = 1\n")
    graded(tmp_path / "out", [tmp_path / "ana.py"])
    with sqlite3.connect(tmp_path / "out" / "journal.sqlite") as database:
        database.execute("DROP TABLE origins")
        database.execute("DROP TABLE roster")
    database.close()
    results = StoredResults(tmp_path / "out")
    assert (results.origins, results.roster()) == ({}, None)
    assert again(tmp_path / "out", "ana").read() == b"x = 1\n"
    with Journal(tmp_path / "out") as journal:
        assert journal.origins() == {}


# The roster of a folder


@pytest.mark.parametrize("make", LAYOUTS)
def test_the_folder_remembers_its_roster(tmp_path: Path, make: Make) -> None:
    roster = listed(tmp_path)
    place = make(tmp_path / "entregas")
    graded(tmp_path / "out", [place], roster)
    roster.path.unlink()
    remembered = StoredResults(tmp_path / "out").roster()
    assert remembered == roster
    submissions, _ = join(find([place]), remembered)
    assert [one.id for one in submissions] == ["ap", "bg", "cr"]


def test_a_folder_without_a_roster_has_none(tmp_path: Path) -> None:
    assert StoredResults(tmp_path / "out").roster() is None
    (tmp_path / "ana.py").write_bytes(b"x = 1\n")
    graded(tmp_path / "out", [tmp_path / "ana.py"])
    assert StoredResults(tmp_path / "out").roster() is None


def test_a_folder_of_before_has_its_people_for_a_roster(tmp_path: Path) -> None:
    place = folder_of_moodle(tmp_path / "entregas")
    graded(tmp_path / "out", [place], listed(tmp_path))
    with sqlite3.connect(tmp_path / "out" / "journal.sqlite") as database:
        database.execute("DROP TABLE roster")
    database.close()
    submissions, _ = join(find([place]), StoredResults(tmp_path / "out").roster())
    assert [one.id for one in submissions] == ["ap", "bg", "cr"]


@pytest.mark.parametrize("make", LAYOUTS)
@pytest.mark.parametrize("first", [True, False])
def test_a_class_is_not_doubled_under_other_ids(tmp_path: Path, make: Make, *, first: bool) -> None:
    place, roster = make(tmp_path / "entregas"), listed(tmp_path)
    graded(tmp_path / "out", [place], roster if first else None)
    pair = "ap → 100" if first else "100 → ap"
    with pytest.raises(UsageError, match=rf"under other ids \({pair}, .*--roster.*--out"):
        graded(tmp_path / "out", [place], None if first else roster)
    assert len(StoredResults(tmp_path / "out").submissions) == len(MODULES)


def test_a_file_that_several_have_is_not_another_id(tmp_path: Path) -> None:
    source = Source((tmp_path / "ana.py").resolve())
    source.path.write_bytes(b"x = 1\n")
    group = [Submission(name, name, "ana.py", source) for name in ("ana", "eva")]
    for _ in range(2):
        with ResultsFolder.open(tmp_path / "out") as results:
            results.begin(SEED, group, [tmp_path], "tiny", NOW, regrade=False)
            for one in group:
                inputs = replace(NOW, notebook=one.digest)
                results.store(Grade(one.id, one.id, "tiny", "graded", 0, 1, 0, 100, inputs))


def test_who_handed_in_earlier_still_did_when_others_are_graded(tmp_path: Path) -> None:
    roster = listed(tmp_path)
    place = folder_of_moodle(tmp_path / "entregas")
    first, second = sorted(place.iterdir())[:2]
    for one in (first, second):
        week = tmp_path / one.name
        week.mkdir()
        one.rename(week / one.name)
        graded(tmp_path / "out", [week], roster)
    people = {one.student: one.submission for one in StoredResults(tmp_path / "out").people}
    assert people == {"ap": "ap", "bg": "bg", "cr": ""}
