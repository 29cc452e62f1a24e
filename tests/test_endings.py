"""What is at the top under another ending is graded by its content, rejected, or named."""

from __future__ import annotations

import bz2
import json
import lzma
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from grader.cli.main import app
from grader.core.errors import UsageError
from grader.submissions.discovery import find, find_one, look
from grader.submissions.recognition import student_of

if TYPE_CHECKING:
    from pathlib import Path

NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
OLD = b'{"metadata": {}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": []}]}'
PAGE = b"<!DOCTYPE html><html><head><title>x</title></head><body>hola</body></html>"
EXPORTED = PAGE.replace(b"<title>", b'<meta name="generator" content="nbconvert"><title>')
RAR, SEVEN = b"Rar!\x1a\x07\x01\x00...", b"7z\xbc\xaf\x27\x1c...."

NOTEBOOKS = {
    "a text": ("ana.ipynb.txt", NOTEBOOK),
    "a second download": ("ana.ipynb (1)", NOTEBOOK),
    "json": ("ana.json", NOTEBOOK),
    "json twice": ("ana.ipynb.json", OLD),
    "none": ("ana", NOTEBOOK),
    "rar in name alone": ("ana.rar", NOTEBOOK),
    "zip in name alone": ("ana.zip", NOTEBOOK),
    "tar in name alone": ("ana.tar.gz", NOTEBOOK),
    "html in name alone": ("ana.html", OLD),
    "utf-16": ("ana.txt", NOTEBOOK.decode().encode("utf-16")),
    "with a mark": ("ana.ipynb_", b"\xef\xbb\xbf\n" + NOTEBOOK),
}


def folder(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


@pytest.mark.parametrize("kind", NOTEBOOKS)
@pytest.mark.parametrize("place", ["{}", "ana/{}"])
def test_what_holds_a_notebook_is_graded_with_a_notice(
    tmp_path: Path, kind: str, place: str
) -> None:
    name, content = NOTEBOOKS[kind]
    path = place.format(name)
    ana, luis = find([folder(tmp_path, {path: content, "luis.ipynb": NOTEBOOK})])
    assert (ana.student, ana.read(), ana.problem) == ("ana", content, None)
    assert name in ana.notes[0].es
    assert not luis.notes


REJECTED = {
    "RAR": ("ana.rar", RAR),
    "7z": ("ana.7z", SEVEN),
    "xz": ("ana.tar.xz", lzma.compress(b"x")),
    "bzip2": ("ana.tar.bz2", bz2.compress(b"x")),
    "página web": ("ana.html", EXPORTED),
    "página": ("ana.ipynb.html", PAGE),
    "PDF": ("ana.ipynb.pdf", b"%PDF-1.7 ..."),
    "no es un cuaderno": ("ana.ipynb.txt", b"hola"),
    "diga lo que diga": ("ana.ipynb (2)", b"{}"),
    "dañado": ("ana.tgz", b"hola"),
}


@pytest.mark.parametrize("told", REJECTED)
def test_what_was_meant_and_cannot_be_read_is_rejected(tmp_path: Path, told: str) -> None:
    name, content = REJECTED[told]
    ana, luis = find([folder(tmp_path, {name: content, "luis.ipynb": NOTEBOOK})])
    assert ana.student == "ana"
    assert told in str(ana.problem)
    assert luis.problem is None
    alone = find_one(folder(tmp_path / "una", {name: content}), "ana", "tarea")
    assert alone.problem == ana.problem


STRAYS = {
    "LEEME.txt": b"hola",
    "notas.csv": b"id,nota\n",
    "foto.png": b"\x89PNG\r\n\x1a\n",
    "informe.pdf": b"%PDF-1.7 ...",
    "index.html": PAGE,
    "datos.json": b'{"cells": 3}',
    "celdas.json": b'{"cells": [1, 2]}',
    "memoria.docx": b"PK\x03\x04....",
    "vacío": b"",
}


@pytest.mark.parametrize("name", STRAYS)
def test_what_is_nobodys_is_named(tmp_path: Path, name: str) -> None:
    found = look([folder(tmp_path, {name: STRAYS[name], "luis.ipynb": NOTEBOOK})])
    assert [one.student for one in found.submissions] == ["luis"]
    assert [one.file.name for one in found.strays] == [name]


def test_a_folder_of_strays_alone_has_nothing_to_grade(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No notebook"):
        find([folder(tmp_path, STRAYS)])


@pytest.mark.parametrize("name", ["ana.ipynb.txt", "ana", "ana.json"])
def test_a_notebook_by_another_name_may_be_given_by_itself(tmp_path: Path, name: str) -> None:
    (found,) = find([folder(tmp_path, {name: NOTEBOOK}) / name])
    assert (found.student, found.read()) == ("ana", NOTEBOOK)


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("ana.ipynb", "ana"),
        ("ana.b.ipynb", "ana.b"),
        ("ana.ipynb.txt", "ana"),
        ("ana.IPYNB (12)", "ana"),
        ("ana.ipynb.ipynb.txt", "ana"),
        ("ana.tar.gz", "ana"),
        ("a.b.TGZ", "a.b"),
        ("ana", "ana"),
        (".ipynb.txt", ".ipynb"),
        ("ana.ipynbs", "ana"),
    ],
)
def test_the_student_is_the_name_without_its_endings(name: str, student: str) -> None:
    assert student_of(name) == student


@pytest.mark.parametrize("second", ["ana.ipynb.txt", "ana.json", "ana/tarea.ipynb", "ana.zip"])
def test_two_notebooks_under_any_endings_set_aside(tmp_path: Path, second: str) -> None:
    files = {"ana.ipynb": NOTEBOOK, second: NOTEBOOK, "luis.ipynb": NOTEBOOK}
    ana, luis = find([folder(tmp_path, files)])
    assert "ana.ipynb" in str(ana.aside)
    assert second in str(ana.aside)
    assert not luis.aside


PLACES = {
    "canvas": ("anaperez_{}_text.html", "anaperez_LATE_{}_link.html", "luis_{}_900_tarea.ipynb"),
    "blackboard": (
        "T_{}_attempt_2026-11-25-10-30-00.txt",
        "T_{}_attempt_2026-11-25-10-30-09.txt",
        "T_{}_attempt_2026-11-25-10-30-00_tarea.ipynb",
    ),
    "canvas, anonymous": (
        "anon_a{}_text.html",
        "anon_LATE_a{}_link.html",
        "anon_a{}_900_tarea.ipynb",
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_text_or_a_link_is_its_students_and_no_file(tmp_path: Path, place: str) -> None:
    names = [name.format(1000 + n) for n, name in enumerate(PLACES[place])]
    *texts, luis = find([folder(tmp_path, dict(zip(names, (PAGE, PAGE, NOTEBOOK), strict=True)))])
    assert ["un texto o un enlace" in str(one.problem) for one in texts] == [True, True]
    assert luis.read() == NOTEBOOK


def test_a_text_beside_the_file_does_not_count(tmp_path: Path) -> None:
    names = ["anaperez_1001_text.html", "anaperez_1001_900_tarea.ipynb"]
    (ana,) = find([folder(tmp_path, dict.fromkeys(names, NOTEBOOK))])
    assert ana.filename == names[1]


ATTEMPTS = {
    "brightspace": [
        f"9-1 - Ana Paz - {when}/{name}"
        for when, name in (
            ("Nov 9, 2026 1159 PM", "mayor.ipynb"),
            ("Nov 10, 2026 1201 AM", "tarea.ipynb"),
            ("Oct 31, 2026 100 PM", "tarea.ipynb"),
        )
    ],
    "brightspace, without folders": [
        f"9-1 - Ana Paz - {when} - tarea.ipynb"
        for when in ("9 nov. 2026 2359", "10 nov. 2026 0001", "31 oct. 2026 1300")
    ],
    "blackboard": [
        f"Tarea_apaz_attempt_2026-{when}-10-00-00_tarea.ipynb"
        for when in ("11-09", "11-10", "10-31")
    ],
    "teams": [f"Ana Paz/Tarea/Version {n}/tarea.ipynb" for n in (9, 10, 2)],
    "ilias": [
        f"Paz_Ana_apaz_9/{at}_tarea.ipynb"
        for at in ("20261109235900", "20261110000100", "20261031130000")
    ],
}


@pytest.mark.parametrize("place", ATTEMPTS)
@pytest.mark.parametrize("wrapper", ["", "Tarea 3/"])
def test_the_latest_attempt_counts_and_the_others_are_named(
    tmp_path: Path, place: str, wrapper: str
) -> None:
    names = ATTEMPTS[place]
    files = {f"{wrapper}{name}": str(n).encode() for n, name in enumerate(names)}
    other = "Gil, Luis(lgil)/Submission attachment(s)/tarea.ipynb"
    found = look([folder(tmp_path, files | {f"{wrapper}{other}": b"x"})], "tarea")
    ana = next(one for one in found.submissions if one.student != "lgil")
    assert len(found.submissions) == 2
    assert ana.read() == b"1"
    for name in (names[0], names[2]):
        assert name.rpartition("/")[2] in ana.notes[0].en


SAME = {
    "brightspace": "9-1 - Ana Paz - Nov 9, 2026 900 AM/{}.ipynb",
    "blackboard": "T_apaz_attempt_2026-11-09-10-00-00_{}.ipynb",
    "moodle": "Ana_9_assignsubmission_file/{}.ipynb",
}


@pytest.mark.parametrize("place", SAME)
def test_two_files_of_one_attempt_set_aside(tmp_path: Path, place: str) -> None:
    names = [SAME[place].format("a"), SAME[place].format("b")]
    other = "8-1 - Luis Gil - Nov 9, 2026 900 AM/a.ipynb"
    found = find([folder(tmp_path, dict.fromkeys([*names, other], NOTEBOOK))], "tarea")
    assert sorted(bool(one.aside) for one in found) == [False, True]


TWO = {
    "blackboard": ["T_ana_paz_{}_a.ipynb", "T_luis_paz_{}_a.ipynb"],
    "brightspace": ["9-1 - Ana Paz - {}/a.ipynb", "9-1 - Luis Gil - {}/a.ipynb"],
    "sakai": ["Paz, Ana(x)/a/t.ipynb", "Gil, Luis(x)/a/t.ipynb"],
}
WHEN = {"blackboard": "attempt_2026-11-09-10-00-0{}", "brightspace": "Nov {}, 2026 900 AM"}


@pytest.mark.parametrize("place", TWO)
def test_people_whom_an_id_does_not_tell_apart_are_two(tmp_path: Path, place: str) -> None:
    names = [name.format(WHEN.get(place, "").format(n + 1)) for n, name in enumerate(TWO[place])]
    found = find([folder(tmp_path, dict.fromkeys(names, NOTEBOOK))], "tarea")
    assert [one.read() for one in found] == [NOTEBOOK, NOTEBOOK]


# The command


def test_a_dry_run_names_everything_and_ends_with_totals(tmp_path: Path) -> None:
    files = {"ana.ipynb.txt": NOTEBOOK, "eva.rar": RAR, "luis.ipynb": NOTEBOOK, "LEEME.txt": b"x"}
    files |= {"olga/a.ipynb": NOTEBOOK, "olga/b.ipynb": NOTEBOOK}
    here = folder(tmp_path / "in", files)
    asked = ["grade", str(here), "--assignment", "lstm_gru", "--dry-run", "--lang", "en"]
    shown = CliRunner().invoke(app, asked, terminal_width=300)
    assert shown.exit_code == 0
    for name in files:
        assert name in "".join(shown.stdout.split("\n")).replace(" ", "")
    assert shown.stdout.splitlines()[-1] == (
        "4 submissions; 1 cannot be graded; 1 with several files to choose from; "
        "1 file of nobody's."
    )
    rows = [
        json.loads(line) for line in CliRunner().invoke(app, [*asked, "--json"]).stdout.splitlines()
    ]
    assert [row["student"] for row in rows] == ["ana", "eva", "luis", "olga", None]
    assert "read as one" in rows[0]["notes_en"][0]
    assert rows[-1]["file"].endswith("LEEME.txt")
