"""The pages as files: what is right is left alone, what is gone goes, what is secret stays so."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import classroom
import pytest

from grader.core.results import Person
from grader.storage import pages
from grader.storage.pages import Source

if TYPE_CHECKING:
    from pathlib import Path

GRADES = classroom.grades()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    classroom.write(tmp_path, GRADES)
    return tmp_path


def states(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.glob("*.html")
    }


def changed(folder: Path, before: dict[str, tuple[int, int]]) -> set[str]:
    after = states(folder)
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def test_there_is_the_class_and_a_page_for_each_grade(folder: Path) -> None:
    assert states(folder).keys() == {"index.html", *(f"{one.submission}.html" for one in GRADES)}


def test_the_seed_is_on_the_class_s_page_and_on_no_student_s(folder: Path) -> None:
    holding = [path.name for path in folder.iterdir() if classroom.SEED in path.read_text()]
    assert holding == ["index.html"]


def test_pages_that_are_right_are_left_alone(folder: Path) -> None:
    before = states(folder)
    classroom.write(folder, GRADES)
    assert changed(folder, before) == set()


def test_only_what_changed_is_written(folder: Path) -> None:
    before = states(folder)
    *others, last = GRADES
    classroom.write(folder, [*others, replace(last, student="Zoé")])
    assert changed(folder, before) == {f"{last.submission}.html", "index.html"}


def test_a_page_that_somebody_touched_is_put_right(folder: Path) -> None:
    page = folder / f"{GRADES[0].submission}.html"
    right = page.read_bytes()
    page.write_bytes(right + b"x")
    classroom.write(folder, GRADES)
    assert page.read_bytes() == right


@pytest.mark.parametrize("memory", ["", "{", "[]", '{"lang": "es", "made": {"x": 3}}'])
def test_pages_whose_memory_is_damaged_come_out_the_same(folder: Path, memory: str) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / ".made.json").write_text(memory)
    classroom.write(folder, GRADES)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_pages_of_no_grade_and_drafts_go_away(folder: Path) -> None:
    (folder / ".x.html.new").touch()
    classroom.write(folder, GRADES[1:])
    assert not (folder / f"{GRADES[0].submission}.html").exists()
    assert not (folder / ".x.html.new").exists()


def test_what_is_no_page_of_ours_stays(folder: Path) -> None:
    (folder / "notes.html").write_text("<p>mine")
    (folder / "folder.html").mkdir()
    classroom.write(folder, GRADES)
    assert (folder / "notes.html").read_text() == "<p>mine"
    assert (folder / "folder.html").is_dir()


def test_another_language_changes_every_page(folder: Path) -> None:
    before = states(folder)
    classroom.write(folder, GRADES, "en")
    assert changed(folder, before) == before.keys()


def test_a_page_that_cannot_be_made_costs_nobody_else_theirs(folder: Path) -> None:
    broken = replace(classroom.FAILED, counterexample={"quantity": "c_t"})
    bad = replace(GRADES[0], checks=(broken,))
    sources = [Source(one, sha256(one.to_json().encode()).hexdigest()) for one in (bad, GRADES[1])]
    assert pages.write(folder, sources, None, "es") == [f"{bad.submission} (KeyError: 'expected')"]
    index = (folder / "index.html").read_text()
    assert f"./{bad.submission}.html" not in index
    assert f"./{GRADES[1].submission}.html" in index
    assert states(folder).keys() == {"index.html", f"{GRADES[1].submission}.html"}


def test_names_and_who_handed_in_nothing_stand_on_the_class_page(tmp_path: Path) -> None:
    made = classroom.grades()
    sources = [Source(one, "") for one in made]
    first = made[0]
    people = [
        Person(first.student, first.submission, "Ana <b>Paz", late=True, listed=True),
        Person("luis", name="Luis Gil", listed=True),
        Person(made[1].student, made[1].submission, listed=False),
    ]
    pages.write(tmp_path, sources, None, "en", people)
    page = (tmp_path / pages.INDEX).read_text(encoding="utf-8")
    assert "Ana &lt;b&gt;Paz</bdi></a>" in page
    assert "1 on the roster handed in nothing" in page
    assert "Luis Gil" in page
    assert "1 is not on the roster" in page
