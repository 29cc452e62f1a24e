"""The roster, who is behind a submission, and students.csv."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from grader.cli.main import app
from grader.core.errors import UsageError
from grader.core.results import Person
from grader.storage import students
from grader.submissions import roster as rosters
from grader.submissions.discovery import find
from grader.submissions.metadata import HandedIn, gradescope, timestamp
from grader.submissions.model import Submission, identified

if TYPE_CHECKING:
    from pathlib import Path

NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


def roster(tmp_path: Path, text: str) -> rosters.Roster:
    path = tmp_path / "students.csv"
    path.write_bytes(text.encode())
    return rosters.read_roster(path)


def handed_in(*students: str, about: HandedIn | None = None) -> list[Submission]:
    about = about or HandedIn()
    return identified(Submission("", name, f"{name}.ipynb", b"", about=about) for name in students)


# The roster


@pytest.mark.parametrize(
    "text",
    [
        "id,name,email\nana,Ana Paz,ana@x.es\n",
        "﻿ID;Name;Email\r\nana;Ana Paz;ana@x.es\r\n;;\r\n",
        "name\tid\temail\n'Ana Paz\tana\tana@x.es\n".replace("'", ""),
    ],
)
def test_a_roster_is_read_as_spreadsheets_write_it(tmp_path: Path, text: str) -> None:
    ((_, ana),) = roster(tmp_path, text).people
    assert ana == Person("ana", name="Ana Paz", email="ana@x.es", listed=True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name\nAna\n", "none is called id"),
        ("id,name\n", "lists nobody"),
        ("id,name\nana,Ana\nANA,Otra\n", "ana is in row 2 and in row 3"),
        ("id,moodle\nana,7\n7,\n", "7 is in row 2 and in row 3"),
        ("id,name\n,Ana\n", "row 2 has no id"),
        ("id,name\nana,Ana,Paz\n", "more cells than the first line has columns"),
    ],
)
def test_a_roster_that_is_ambiguous_or_none_is_refused(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        roster(tmp_path, text)


def test_a_roster_need_not_be_utf8(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_bytes("id,name\nana,Ana Núñez\n".encode("cp1252"))
    ((_, ana),) = rosters.read_roster(tmp_path / "r.csv").people
    assert ana.name == "Ana Núñez"


@pytest.mark.parametrize(
    ("student", "about"),
    [
        ("ana", HandedIn()),
        ("ANA", HandedIn()),
        ("4711", HandedIn()),
        ("x", HandedIn(email="Ana@x.es")),
    ],
)
def test_a_submission_is_found_by_id_by_a_places_id_or_by_email(
    tmp_path: Path, student: str, about: HandedIn
) -> None:
    known = roster(tmp_path, "id,email,canvas\nana,ana@x.es,4711\n")
    (submission,), (ana,) = rosters.join(handed_in(student, about=about), known)
    assert (submission.student, submission.id) == ("ana", "ana")
    assert (ana.submission, ana.ids) == ("ana", {"canvas": "4711"})


@pytest.mark.parametrize("told", ["Ana Pérez", "PEREZ,  Ana", "pérez ana", "perezana"])
def test_who_has_a_name_alone_is_found_by_it_where_no_id_is_told(tmp_path: Path, told: str) -> None:
    known = roster(tmp_path, "id,Nombre,Apellido(s)\n4001,Ana,Pérez\n4002,Luis,Paz\n")
    (submission,), _ = rosters.join(handed_in("1017", about=HandedIn(told)), known)
    assert submission.student == "4001"
    (submission,), _ = rosters.join(handed_in(told), known)
    assert submission.student == "4001"


@pytest.mark.parametrize("told", ["Ana Pérez", "Ana", "Ana María Pérez", ""])
def test_a_name_that_two_have_or_nobody_has_finds_nobody(tmp_path: Path, told: str) -> None:
    known = roster(tmp_path, 'id,name\n4001,Ana Pérez\n4002,"Pérez, Ana"\n4003,\n')
    (submission,), _ = rosters.join(handed_in("1017", about=HandedIn(told)), known)
    assert submission.student == "1017"


def test_an_id_counts_more_than_a_name(tmp_path: Path) -> None:
    known = roster(tmp_path, "id,name,moodle\n4001,Ana Pérez,9\n4002,Luis Paz,1017\n")
    (submission,), _ = rosters.join(handed_in("1017", about=HandedIn("Ana Pérez")), known)
    assert submission.student == "4002"


def test_nobody_is_dropped(tmp_path: Path) -> None:
    known = roster(tmp_path, "id,name\nana,Ana\nluis,Luis\n")
    submissions, everybody = rosters.join(handed_in("ana", "eva"), known)
    assert [one.student for one in submissions] == ["ana", "eva"]
    assert [(one.student, one.submission, one.listed) for one in everybody] == [
        ("ana", "ana", True),
        ("luis", "", True),
        ("eva", "eva", False),
    ]


def test_two_submissions_set_their_person_aside_and_are_both_named(tmp_path: Path) -> None:
    known = roster(tmp_path, "id,moodle\nana,7\nluis,8\n")
    sent = [
        Submission("", name, f"{name}.ipynb", name.encode(), there="")
        for name in ("ana", "7", "luis")
    ]
    (ana, luis), everybody = rosters.join(identified(sent), known)
    assert "7.ipynb and ana.ipynb" in str(ana.aside and ana.aside.en)
    assert (luis.student, luis.aside, luis.read()) == ("luis", None, b"luis")
    assert [one.submission for one in everybody] == ["ana", "luis"]


def test_what_two_people_could_be_is_an_error(tmp_path: Path) -> None:
    known = roster(tmp_path, "id,email\nana,ana@x.es\nluis,luis@x.es\n")
    with pytest.raises(UsageError, match="could be ana and luis"):
        rosters.join(handed_in("ana", about=HandedIn(email="luis@x.es")), known)


def test_a_moment_after_the_deadline_is_late() -> None:
    deadline = datetime(2026, 12, 1, tzinfo=UTC)
    for at, late in (("2026-11-30T23:59:59+00:00", False), ("2026-12-01T00:00:01+00:00", True)):
        _, (person,) = rosters.join(handed_in("ana", about=HandedIn(at=at)), None, deadline)
        assert person.late is late


# students.csv

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8).map(str.strip)


@given(
    student=TEXTS.filter(lambda text: text and not text.startswith("'")),
    name=TEXTS,
    late=st.booleans(),
)
def test_people_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, student: str, name: str, *, late: bool
) -> None:
    name = name.lstrip("'")
    person = Person(student, "s1", name, "=a@x", {"moodle": "7"}, "2026-11-25T10:00:00+00:00", late)
    file = tmp_path_factory.mktemp("results") / students.FILE
    file.write_text(students.table([person]), encoding="utf-8", newline="")
    assert students.read(file) == [person]


def test_a_later_run_without_the_roster_keeps_what_it_told() -> None:
    before = [Person("ana", "ana", "Ana", ids={"moodle": "7"}, listed=True, late=True)]
    (kept,) = students.merged(before, [Person("ana", "ana", late=False)])
    assert kept == Person("ana", "ana", "Ana", ids={"moodle": "7"}, listed=True, late=False)


def test_a_later_run_keeps_the_people_of_an_earlier_one() -> None:
    before = [Person("ana", "ana"), Person("luis", "luis", "Luis")]
    now = [Person("ana", "ana", "Ana"), Person("eva", "eva")]
    assert [one.student for one in students.merged(before, now)] == ["ana", "eva", "luis"]
    assert students.merged(before, now)[0].name == "Ana"


# What places tell


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-25 10:30:00.948203 UTC", "2026-11-25T10:30:00+00:00"),
        ("2026-11-25 10:30:00 America/Lima\n", "2026-11-25T15:30:00+00:00"),
        ("2026-11-25 10:30:00", "2026-11-25T10:30:00+00:00"),
        ("2026-11-25 10:30:00 Nowhere/../etc", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_nbgraders_timestamps(text: str, expected: str) -> None:
    assert timestamp(text.encode()) == expected


METADATA = """\
submission_9:
  :submitters:
  - :name: Ana Paz
    :sid: a1
    :email: ana@x.es
  - :name: Luis Gil
    :sid:
    :email: luis@x.es
  :created_at: 2026-11-25 10:30:00.5 Z
submission_10:
  :submitters: nobody
"""


def test_gradescopes_metadata_names_each_student_of_a_group(tmp_path: Path) -> None:
    for number in (9, 10):
        (tmp_path / f"submission_{number}").mkdir()
        (tmp_path / f"submission_{number}" / "lstm_gru.ipynb").write_bytes(NOTEBOOK)
    (tmp_path / "submission_metadata.yml").write_text(METADATA)
    found = find([tmp_path], "lstm_gru")
    assert [one.student for one in found] == ["a1", "luis@x.es", "submission_10"]
    at = "2026-11-25T10:30:00+00:00"
    assert found[0].about == HandedIn("Ana Paz", "ana@x.es", at)
    assert found[0].source == found[1].source


@given(st.binary(max_size=60) | st.text(":{}[]-&*! \nasubmitters", max_size=60).map(str.encode))
def test_metadata_of_any_kind_is_read_or_passed_over(content: bytes) -> None:
    assert isinstance(gradescope(content), dict)


# The command


def test_a_dry_run_shows_what_is_there_and_grades_nothing(tmp_path: Path) -> None:
    for name in ("pazana_LATE_4711_9001_lstm_gru.ipynb", "gilluis_4712_9002_lstm_gru.ipynb"):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_bytes(NOTEBOOK)
    (tmp_path / "r.csv").write_text("id,name,canvas\na1,Ana Paz,4711\ne1,Eva Ros,4713\n")
    asked = ["grade", str(tmp_path / "in"), "--assignment", "lstm_gru", "--dry-run"]
    asked += ["--roster", str(tmp_path / "r.csv"), "--out", str(tmp_path / "out")]
    shown = CliRunner().invoke(app, [*asked, "--json"])
    assert shown.exit_code == 0
    told = {fields["student"]: fields for fields in map(json.loads, shown.stdout.splitlines())}
    assert {name: (one["submission"], one["late"]) for name, one in told.items()} == {
        "a1": ("a1", True),
        "e1": ("", False),
        "4712": ("4712", False),
    }
    table = CliRunner().invoke(app, asked).stdout
    assert "Eva Ros" in table
    assert not (tmp_path / "out").exists()
