"""Group work: one submission for several, each with the grade; rosters as places export them."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from course import RIGHT, Course, said

from grader.core.errors import UsageError
from grader.submissions import roster as rosters
from grader.submissions.discovery import find, look

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submissions.model import Submission

NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
ROSTER = """id,name,{group},canvas
ana,Ana Paz,Equipo 1,1001
luis,Luis Gil,Equipo 1,1002
eva,Eva Ros,Equipo 1,1003
olga,Olga Sanz,Equipo 2,1004
ines,Inés Mora,,1005
"""


def folder(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(NOTEBOOK.replace(b"5}", f'5, "x": "{name}"}}'.encode()))
    return root


def roster(tmp_path: Path, text: str, encoding: str = "utf-8") -> rosters.Roster:
    (tmp_path / "lista.csv").write_bytes(text.encode(encoding))
    return rosters.read_roster(tmp_path / "lista.csv")


def joined(tmp_path: Path, *names: str, group: str = "group") -> dict[str, Submission]:
    found = find([folder(tmp_path / "in", *names)], "tarea")
    submissions, everybody = rosters.join(found, roster(tmp_path, ROSTER.format(group=group)))
    handed_in = {one.student for one in everybody if one.submission}
    assert handed_in == {one.student for one in submissions}
    return {one.student: one for one in submissions}


@pytest.mark.parametrize("group", ["group", "Grupo", "Groups", "Equipo", "Team"])
@pytest.mark.parametrize(
    "name",
    [
        "ana.ipynb",
        "luis/tarea.ipynb",
        "Equipo 1.ipynb",
        "equipo-1/tarea.ipynb",
        "equipo_1_1003_50001_tarea.ipynb",
        "Equipo 1_77_assignsubmission_file/tarea.ipynb",
        "Tarea_eva_groupattempt_2026-11-25-10-00-00_tarea.ipynb",
    ],
)
def test_what_one_hands_in_is_each_members(tmp_path: Path, name: str, group: str) -> None:
    found = joined(tmp_path, name, "ines.ipynb", group=group)
    assert sorted(found) == ["ana", "eva", "ines", "luis"]
    assert len({found[one].source for one in ("ana", "eva", "luis")}) == 1
    assert found["ines"].source != found["ana"].source
    assert {one.id for one in found.values()} == {"ana", "eva", "ines", "luis"}


def test_members_who_hand_in_themselves_keep_what_is_theirs(tmp_path: Path) -> None:
    found = joined(tmp_path, "ana.ipynb", "luis.ipynb", "olga.ipynb")
    assert [found[one].filename for one in ("ana", "luis", "olga")] == [
        *("ana.ipynb", "luis.ipynb", "olga.ipynb"),
    ]
    assert "ana.ipynb and in/luis.ipynb" in str(found["eva"].aside and found["eva"].aside.en)


def test_copies_of_one_file_are_one_submission_of_the_group(tmp_path: Path) -> None:
    folder(tmp_path / "in", "ana.ipynb")
    shutil.copy(tmp_path / "in/ana.ipynb", tmp_path / "in/luis.ipynb")
    submissions, _ = rosters.join(
        find([tmp_path / "in"]), roster(tmp_path, ROSTER.format(group="group"))
    )
    assert [(one.student, one.aside) for one in submissions] == [
        *(("ana", None), ("eva", None), ("luis", None)),
    ]


@pytest.mark.parametrize("one_file", [True, False])
def test_ilias_tells_who_is_in_a_team(tmp_path: Path, *, one_file: bool) -> None:
    names = ["Paz_Ana_apaz_1/tarea.ipynb", "Gil_Luis_lgil_2/otra.ipynb"]
    files = [f"Tarea/Abgaben/Team 12/{name}" for name in names]
    files[1] = files[1] if not one_file else "Tarea/Abgaben/Team 12/Gil_Luis_lgil_2/LEEME.txt"
    others = ["Tarea/Abgaben/Team 13/Ros_Eva_eros_3/tarea.ipynb"]
    found = {one.student: one for one in find([folder(tmp_path, *files, *others)], "tarea")}
    assert sorted(found) == ["Gil_Luis_lgil_2", "Paz_Ana_apaz_1", "Ros_Eva_eros_3"]
    ana, luis = found["Paz_Ana_apaz_1"], found["Gil_Luis_lgil_2"]
    assert (ana.source == luis.source, bool(ana.aside), bool(luis.aside)) == (
        *(True, not one_file, not one_file),
    )
    known = roster(tmp_path, "id,name\napaz,Ana\nlgil,Luis\neros,Eva\n")
    assert [one.id for one in rosters.join(list(found.values()), known)[0]] == [
        *("apaz", "eros", "lgil"),
    ]


# What a roster tells of folders

TOLD = {
    "files in a folder": ["entregas/ana.ipynb", "entregas/tarea.ipynb"],
    "one file in a folder": ["entregas/ana.ipynb", "entregas/LEEME.txt"],
    "folders beside a folder": ["entregas/ana/x.ipynb", "entregas/luis/x.ipynb", "otro/x.ipynb"],
    "a folder in folders": ["curso/entregas/ana/mi/carpeta/x.ipynb"],
    "names": ["entregas/Ana Paz/x.ipynb", "entregas/Luis  Gil/y.ipynb", "otro/x.ipynb"],
    "a draft": ["ana/borrador.ipynb", "ana/tarea.ipynb"],
    "sections": ["A/ana.ipynb", "A/luis.ipynb", "B/eva.ipynb"],
}


@pytest.mark.parametrize("names", TOLD.values(), ids=TOLD)
def test_a_roster_tells_which_names_are_students(tmp_path: Path, names: list[str]) -> None:
    known = roster(tmp_path, ROSTER.format(group="section"))
    found = look([folder(tmp_path / "in", *names)], "tarea", known.knows)
    told = {part for name in names for part in name.removesuffix(".ipynb").split("/")}
    wanted = told & {"ana", "luis", "eva", "Ana Paz", "Luis  Gil"}
    assert wanted <= {one.student for one in found.submissions}
    assert not any(one.aside or one.problem for one in found.submissions)
    assert len({one.source for one in found.submissions}) == len(found.submissions)


def test_a_roster_tells_whether_an_archive_is_a_class_s(tmp_path: Path) -> None:
    known = roster(tmp_path, ROSTER.format(group="section"))
    for archive in ("clase.zip", "eva.zip", "otra.zip"):
        with zipfile.ZipFile(tmp_path / archive, "w") as zipped:
            for name in ("ana.ipynb", "luis.ipynb") if archive == "clase.zip" else ("x.ipynb",):
                zipped.writestr(name, NOTEBOOK)
    found = look([tmp_path], "tarea", known.knows)
    assert [one.student for one in found.submissions] == ["ana", "eva", "luis", "otra"]


# Rosters as they are exported

EXPORTED = {
    "a line about the separator": "sep=;\r\nid;name\r\nana;Ana Paz\r\nluis;Luis Gil, hijo\r\n",
    "a quoted one": '"sep=,"\nid,name\nana,Ana Paz\nluis,"Luis Gil, hijo"\n',
    "GitHub": '"identifier","github_username","github_id","name"\n"ana","a-p","7","Ana Paz"\n'
    '"luis","l-g","8","Luis Gil, hijo"\n',
    "Moodle in Spanish": 'Nombre,Apellido(s),"Número de ID","Dirección de correo"\n'
    'Ana,Paz,ana,a@x.org\nLuis,"Gil, hijo",luis,l@x.org\n',
    "Moodle in English": 'First name,Last name,ID number,Email address,Groups\n'
    'Ana,Paz,ana,a@x.org,A\nLuis,"Gil, hijo",luis,l@x.org,A\n',
    "Moodle without ids": 'Nombre,Apellido(s),"Número de ID","Nombre de usuario"\n'
    'Ana,Paz,,ana\nLuis,"Gil, hijo",,luis\n',
    "Canvas": 'Student,ID,SIS User ID,SIS Login ID,Section,Tarea (7)\n'
    '    Points Possible,,,,,100.00\n'
    'Ana Paz,ana,u1,la,B,90.50\n"Luis Gil, hijo",luis,u2,ll,B,80.25\n',
    "SIS": 'SIS User ID,Name,Role\nana,Ana Paz,student\nluis,"Luis Gil, hijo",student\n',
    "Blackboard": "Last Name\tFirst Name\tUsername\tAvailability\nPaz\tAna\tana\tYes\n"
    "Gil, hijo\tLuis\tluis\tYes\n",
    "Brightspace": 'OrgDefinedId,Last Name,First Name\nana,Paz,Ana\nluis,"Gil, hijo",Luis\n',
    "a list of one's own": 'DNI;Apellidos;Nombre;E-mail\nana;Paz;Ana;a@x.org\n'
    'luis;"Gil, hijo";Luis;l@x.org\n',
    "underscores": 'Student_ID,Full_Name\nana,Ana Paz\nluis,"Luis Gil, hijo"\n',
    "a results folder": 'student,submission,name,email,submitted_at,late,listed\n'
    'ana,ana,Ana Paz,,,no,yes\nluis,luis,"Luis Gil, hijo",,,no,yes\n',
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
@pytest.mark.parametrize("kind", EXPORTED)
def test_a_roster_is_read_as_it_is_exported(tmp_path: Path, kind: str, encoding: str) -> None:
    known = roster(tmp_path, EXPORTED[kind], encoding)
    assert [(one.student, one.name) for _, one in known.people] == [
        ("ana", "Ana Paz"),
        ("luis", "Luis Gil, hijo"),
    ]


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        ("GitHub", ["ana", "A-P", "7"]),
        ("Canvas", ["ana", "u1", "la"]),
        ("Moodle in English", ["ana", "A@x.org"]),
    ],
)
def test_each_id_in_it_finds_its_person_and_nothing_else_does(
    tmp_path: Path, kind: str, ids: list[str]
) -> None:
    known = roster(tmp_path, EXPORTED[kind])
    for name in [*ids, "90.50", "B", "student", "Paz"]:
        (one,) = find([folder(tmp_path / f"in_{name}", f"{name}.ipynb") / f"{name}.ipynb"])
        person = known.find(one)
        assert (person.student if person else None) == ("ana" if name in ids else None)


@pytest.mark.parametrize(
    "text",
    ["Alumno,Sección\nAna,B\n", "apodo;curso\nana;1\n", "sep=|\nclave|nota\nana|7\n"],
)
def test_a_roster_without_ids_says_which_columns_there_are(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"“(alumno|apodo|clave)”, “(sección|curso|nota)”.*“id”"):
        roster(tmp_path, text)


def test_sections_share_nothing(tmp_path: Path) -> None:
    """One who hands in early is no team of 9."""
    found = find([folder(tmp_path / "in", "p0.ipynb")], "tarea")
    for people, others in ((8, 7), (9, 0)):
        lines = "".join(f"p{each},A\n" for each in range(people))
        known = roster(tmp_path, f"id,grupo\n{lines}")
        assert known.groups.are_sections == (not others)
        submissions, everybody = rosters.join(found, known)
        assert len(submissions) == 1 + others
        assert sum(not one.submission for one in everybody) == people - 1 - others


# A whole run


@pytest.mark.slow
def test_a_run_grades_groups_sets_aside_and_names_and_goes_on(tmp_path: Path) -> None:
    course, out = Course(tmp_path), tmp_path / "out"
    shutil.rmtree(course.submissions)
    for name in ("ana.py", "olga/uno.py", "olga/dos.py", "ines.py"):
        (course.submissions / name).parent.mkdir(parents=True, exist_ok=True)
        (course.submissions / name).write_text(RIGHT)
    (course.submissions / "LEEME.txt").write_text("hola")
    (tmp_path / "lista.csv").write_text(ROSTER.format(group="group"))
    for _ in range(2):
        status, words = course.run(out, "--roster", str(tmp_path / "lista.csv"))
        assert status == 1, words
        assert "LEEME.txt is nobody's submission" in said(out)
        lines = (out / "grades.csv").read_text().splitlines()
        rows = {row["student"]: row for row in csv.DictReader(lines)}
        assert {name: (row["status"], row["score"]) for name, row in rows.items()} == {
            "ana": ("graded", "100"),
            "eva": ("graded", "100"),
            "ines": ("graded", "100"),
            "luis": ("graded", "100"),
            "olga": ("not_graded", ""),
        }
    reason = json.loads((out / "results" / "olga.json").read_text())["reason"]
    assert "olga/dos.py y " in reason
    assert "olga/uno.py" in reason
    eva = json.loads((out / "results" / "eva.json").read_text())
    assert "same_as" not in eva["environment"]
    assert "Equipo 1" in eva["notices"][0]["text"]
    shutil.rmtree(course.submissions)
    decided = ["celdaRNN/input", "--points", "1", "--reason", "x", "--by", "y"]
    for command in (
        ["replay", out, "eva", "--assignments", tmp_path / "assignments"],
        ["override", out, "luis", *decided],
    ):
        asked = [sys.executable, "-m", "grader", *map(str, command)]
        ran = subprocess.run(asked, check=False, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
    files = {name: (out / "results" / f"{name}.json").read_text() for name in rows}
    marks = {name: json.loads(text)["score"] for name, text in files.items()}
    assert (marks["luis"] < marks["ana"], marks["ana"]) == (True, marks["eva"])
