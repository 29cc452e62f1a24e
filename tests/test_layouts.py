"""For each layout a whole class: everybody is there once, and a file changes its own line alone."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submissions.discovery import look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from grader.submissions.model import Submission

NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
ASSIGNMENT = "tarea"


@dataclass(frozen=True)
class Student:
    """Somebody on a course, as different places know them."""

    first: str
    last: str
    number: int

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def login(self) -> str:
        return f"u{self.number}"

    @property
    def sorted(self) -> str:
        return f"{self.last}{self.first}".lower().replace(" ", "")


FIRST = ("Ana", "Begoña", "Íñigo", "José Luis", "Zoë", "Ángel", "Mª Paz", "Óscar")
LAST = ("Núñez", "Ibáñez Gil", "Peña", "de la Cruz", "Öz", "Pérez")
CLASS = [Student(FIRST[n], LAST[n % len(LAST)], 1001 + n) for n in range(len(FIRST))]

Files = dict[str, bytes]
Layout = tuple["Callable[[Student], list[str]]", "Callable[[Student], str]"]

LAYOUTS: dict[str, Layout] = {
    "files": (lambda one: [f"{one.login}.ipynb"], lambda one: one.login),
    "modules": (lambda one: [f"{one.login}.py"], lambda one: one.login),
    "folders": (lambda one: [f"{one.name}/tarea.ipynb"], lambda one: one.name),
    "folders in folders": (lambda one: [f"{one.login}/a/b/mi.ipynb"], lambda one: one.login),
    "other endings": (lambda one: [f"{one.login}.ipynb.txt"], lambda one: one.login),
    "zips": (lambda one: [f"{one.login}.zip"], lambda one: one.login),
    "tars": (lambda one: [f"{one.login}.tar.gz"], lambda one: one.login),
    "zips in folders": (lambda one: [f"{one.login}/x.zip"], lambda one: one.login),
    "nbgrader": (
        lambda one: [f"submitted/{one.login}/tarea/{name}" for name in ("tarea.ipynb", "b.csv")],
        lambda one: one.login,
    ),
    "moodle": (
        lambda one: [f"{one.name}_{one.number}_assignsubmission_file/mi_{one.number}.ipynb"],
        lambda one: str(one.number),
    ),
    "moodle without folders": (
        lambda one: [f"{one.name}_{one.number}_assignsubmission_file_mi.ipynb"],
        lambda one: str(one.number),
    ),
    "canvas": (
        lambda one: [f"{one.sorted}_{one.number}_{one.number * 7}_mi-1.ipynb"],
        lambda one: str(one.number),
    ),
    "canvas, late groups": (
        lambda one: [f"equipo_{one.number % 7}_LATE_{one.number}_{one.number * 7}_3_mi.ipynb"],
        lambda one: str(one.number),
    ),
    "canvas, anonymous": (
        lambda one: [f"anon_a{one.number}_{one.number * 7}_mi.ipynb"],
        lambda one: f"anon_a{one.number}",
    ),
    "gradescope": (
        lambda one: [f"assignment_9_export/submission_{one.number}/mi.ipynb"],
        lambda one: f"submission_{one.number}",
    ),
    "blackboard": (
        lambda one: [
            f"Tarea 3_{one.login}_attempt_2026-11-25-10-30-00{rest}"
            for rest in (".txt", "_tarea.ipynb")
        ],
        lambda one: one.login,
    ),
    "brightspace": (
        lambda one: [f"{one.number}-9001 - {one.name} - Nov 25, 2026 1030 AM/mi.ipynb"],
        lambda one: str(one.number),
    ),
    "brightspace without folders": (
        lambda one: [f"{one.number}-9001 - {one.name} - 5 dic. 2026 1030 - mi.ipynb"],
        lambda one: str(one.number),
    ),
    "teams": (
        lambda one: [
            f"Submitted files/{one.name}/Tarea 3/Version 1/mi.ipynb",
            f"Working files/{one.name}/Tarea 3/mi.ipynb",
        ],
        lambda one: one.name,
    ),
    "ilias": (
        lambda one: [
            f"Tarea 3/Abgaben/{one.last}_{one.first}_{one.login}_{one.number}/mi.ipynb"
        ],
        lambda one: f"{one.last}_{one.first}_{one.login}_{one.number}",
    ),
    "sakai": (
        lambda one: [
            f"Tarea 3/{one.last}, {one.first}({one.login})/{name}"
            for name in ("Submission attachment(s)/mi.ipynb", "timestamp.txt", "comments.txt")
        ],
        lambda one: one.login,
    ),
}  # fmt: skip
WRAPPED = ["files", "folders", "zips", "tars", "moodle", "canvas", "blackboard", "brightspace"]


def content(name: str) -> bytes:
    """Return what a file of this name holds, of a student who did everything right."""
    if name.endswith(".zip"):
        return zipped({"carpeta/mi.ipynb": NOTEBOOK, "datos.csv": b"1"})
    if name.endswith(".tar.gz"):
        return tarred({"./carpeta/mi.ipynb": NOTEBOOK, "./datos.csv": b"1"})
    if name.endswith((".csv", "timestamp.txt", "comments.txt")) or "10-30-00.txt" in name:
        return b"otra cosa"
    return b"x = 1\n" if name.endswith(".py") else NOTEBOOK


def zipped(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(files: Files) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def class_of(layout: str, people: Iterable[Student], wrapper: str = "") -> Files:
    names, _ = LAYOUTS[layout]
    return {f"{wrapper}{name}": content(name) for one in people for name in names(one)}


def table(files: Files, form: str = "folder") -> dict[str, tuple[object, ...]]:
    """Return what is found of files in a folder or an archive: each student, each stray."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "entregas")
        root.mkdir()
        given_path = root
        if form == "folder":
            for name, data in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        else:
            archive = root / ("clase.zip" if "zip" in form else "clase.tar.gz")
            archive.write_bytes((zipped if "zip" in form else tarred)(files))
            given_path = root if " in " in form else archive
        found = look([given_path], ASSIGNMENT)
        rows = {one.student: line(one, folder) for one in found.submissions}
        assert len(rows) == len(found.submissions)
        strays = {f"? {str(one.file).removeprefix(folder)}": ("stray",) for one in found.strays}
        return rows | strays


def line(one: Submission, folder: str) -> tuple[object, ...]:
    said = (one.problem, one.aside, *one.notes)
    told = [note.en.replace(folder, "") for note in said if note]
    return (str(one.source).removeprefix(folder), one.about.name, bool(one.aside), *told)


FORMS = ["folder", "zip", "zip in a folder", "tar.gz", "tar.gz in a folder"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_everybody_of_a_class_is_there_once_and_can_be_graded(layout: str, form: str) -> None:
    _, student = LAYOUTS[layout]
    found = table(class_of(layout, CLASS), form)
    people = {name: row for name, row in found.items() if row != ("stray",)}
    assert sorted(people) == sorted(map(student, CLASS))
    assert all(not row[2] and row[0] != "None" for row in people.values())


@pytest.mark.parametrize("wrapper", ["Tarea 3/", "curso 2026/Tarea 3/", "a/b/c/"])
@pytest.mark.parametrize("layout", WRAPPED)
def test_a_class_may_lie_in_folders(layout: str, wrapper: str) -> None:
    _, student = LAYOUTS[layout]
    files = class_of(layout, CLASS, wrapper) | {"LEEME.txt": b"hola"}
    found = table(files)
    assert found.pop("? /entregas/LEEME.txt") == ("stray",)
    assert sorted(found) == sorted(map(student, CLASS))


ABOVE = {  # what lies above each student, where it is no single folder
    "sections": lambda one: f"grupo {one.number % 3}/{one.login}/mi.ipynb",
    "sections in a folder": lambda one: f"curso/{'AB'[one.number % 2]}/{one.login}/a/mi.ipynb",
    "the assignment": lambda one: f"curso/tarea/{one.login}/mi.ipynb",
    "the assignment, files": lambda one: f"curso/tarea/{one.login}.ipynb",
    "the assignment in a student's": lambda one: f"curso/{one.login}/tarea/mi.ipynb",
}


@pytest.mark.parametrize("above", ABOVE)
def test_everybody_is_there_whatever_lies_above(above: str) -> None:
    names = {one.login: ABOVE[above](one) for one in CLASS}
    found = table(dict.fromkeys(names.values(), NOTEBOOK))
    assert {name: row[0] for name, row in found.items()} == {
        login: f"/entregas/{name}" for login, name in names.items()
    }


PARTS = [
    ["ana/v1/a.ipynb", "ana/v2/a.ipynb", "luis/v1/a.ipynb", "luis/v2/a.ipynb"],
    ["ana/a.ipynb", "ana/b.ipynb", "luis/c.ipynb", "luis/d.ipynb"],
    ["ana/x/a.ipynb", "ana/b.ipynb", "luis/y/c.ipynb", "luis/d.ipynb"],
]


@pytest.mark.parametrize("names", PARTS)
def test_folders_that_may_be_students_are_never_chosen_from(names: list[str]) -> None:
    found = table(dict.fromkeys(names, NOTEBOOK))
    assert {name: row[2] for name, row in found.items()} == {"ana": True, "luis": True}


@pytest.mark.parametrize("layout", ["moodle", "canvas", "blackboard", "brightspace", "gradescope"])
def test_those_whom_a_place_names_are_there_though_nobody_has_a_notebook(layout: str) -> None:
    names, student = LAYOUTS[layout]
    files = {name.replace(".ipynb", ".pdf"): b"x" for one in CLASS for name in names(one)}
    assert set(table(files)) == set(map(student, CLASS))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_names_in_other_layouts_are_the_students_own(layout: str) -> None:
    if layout in ("moodle", "brightspace", "moodle without folders"):
        names = {row[1] for row in table(class_of(layout, CLASS)).values()}
        assert names == {one.name for one in CLASS}


@pytest.mark.parametrize("course", ["submitted/", "curso/submitted/", "Submitted files/"])
def test_work_beside_the_folder_of_what_was_handed_in_is_named(course: str) -> None:
    beside = f"{course.rpartition('s')[0].rpartition('/')[0]}/suelto.ipynb".lstrip("/")
    files = {f"{course}{one.login}/tarea/tarea.ipynb": NOTEBOOK for one in CLASS}
    found = table(files | {beside: NOTEBOOK, "curso/nbgrader_config.py": b""})
    assert sorted(found) == sorted([f"? /entregas/{beside}", *(one.login for one in CLASS)])


ADDED = ["LEEME.txt", "foto.png", "notas.docx", "informe.pdf", "index.html", "sin terminación"]
SECOND = {  # another file of somebody's, in the layouts in which it is told whose it is
    "folders": lambda one: f"{one.name}/otra.ipynb",
    "folders in folders": lambda one: f"{one.login}/a/otra.ipynb",
    "zips in folders": lambda one: f"{one.login}/otra.ipynb",
    "zips": lambda one: f"{one.login}.ipynb",
    "files": lambda one: f"{one.login}.py",
    "moodle": lambda one: f"{one.name}_{one.number}_assignsubmission_file/foto.png",
    "canvas": lambda one: f"{one.sorted}_{one.number}_{one.number * 9}_otra.ipynb",
    "blackboard": lambda one: f"Tarea 3_{one.login}_attempt_2026-11-26-09-00-00_tarea.ipynb",
    "brightspace": lambda one: f"{one.number}-9001 - {one.name} - Dec 1, 2026 1230 AM/mi.ipynb",
    "ilias": lambda one: (
        f"Tarea 3/Abgaben/{one.last}_{one.first}_{one.login}_{one.number}/otra.ipynb"
    ),
}  # fmt: skip


@given(
    layout=st.sampled_from(sorted(LAYOUTS)),
    people=st.lists(st.sampled_from(CLASS), min_size=4, unique=True),
    form=st.sampled_from(FORMS),
    data=st.data(),
)
def test_a_file_that_goes_changes_its_line_alone(
    layout: str, people: list[Student], form: str, data: st.DataObject
) -> None:
    names, student = LAYOUTS[layout]
    gone = data.draw(st.sampled_from(people))
    name = data.draw(st.sampled_from(names(gone)))
    files = class_of(layout, people)
    before, after = table(files, form), table({k: v for k, v in files.items() if k != name}, form)
    before.pop(student(gone))
    after.pop(student(gone), None)
    assert after == before


@given(
    layout=st.sampled_from(sorted(LAYOUTS)),
    people=st.lists(st.sampled_from(CLASS), min_size=3, unique=True),
    wrapper=st.sampled_from(["", "Tarea 3/"]),
    data=st.data(),
)
def test_a_file_that_comes_changes_its_line_alone(
    layout: str, people: list[Student], wrapper: str, data: st.DataObject
) -> None:
    names, student = LAYOUTS[layout]
    some, newcomer = people[:-1], people[-1]
    files = class_of(layout, some, wrapper)
    before = table(files)
    what = data.draw(st.sampled_from(["newcomer", "nobody's", "second"]))
    if what == "nobody's":
        name = data.draw(st.sampled_from(ADDED))
        after = table(files | {name: b"hola"})
        told = after.pop(f"? /entregas/{name}", None)  # beside `submitted` nothing is handed in
        assert told or layout in ("nbgrader", "teams")
        assert after == before
        return
    mine = newcomer if what == "newcomer" else some[0]
    new = names(newcomer)
    if what == "second":
        new = [SECOND[layout](some[0])] if layout in SECOND else []
    after = table(files | {f"{wrapper}{name}": content(name) for name in new})
    if what == "second" and new:
        assert after[student(mine)] != before[student(mine)] or layout in ("files", "moodle")
    assert (student(mine) in after) is True
    before.pop(student(mine), None)
    after.pop(student(mine))
    assert after == before
