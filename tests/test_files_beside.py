"""Files beside a notebook go with it where it asks for them; another student's never do."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grader.protocol.notebooks import MARK, without_files
from grader.storage import origins
from grader.submissions.beside import of_folder
from grader.submissions.discovery import find, find_one

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submissions.model import Submission

UNO = "def uno(): return 1\n"


def notebook(*sources: str) -> str:
    cells = [
        {"cell_type": "code", "source": source.splitlines(keepends=True)} for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def files_of(submission: Submission) -> dict[str, str]:
    return without_files(submission.read())[1]


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.mark.parametrize(
    "asks",
    [
        "from piezas import uno",
        "x = 1\nimport math, piezas as p",
        "%run piezas.py",
        "  %run piezas",
    ],
)
def test_what_a_notebook_asks_for_goes_with_it(tmp_path: Path, asks: str) -> None:
    put(tmp_path, {"ana/a.ipynb": notebook(asks), "ana/piezas.py": UNO, "luis/b.ipynb": notebook()})
    ana, luis = find([tmp_path])
    assert (files_of(ana), files_of(luis)) == ({"piezas.py": UNO}, {})
    assert origins.content(ana) == ana.read()


def test_what_a_file_asks_for_goes_with_it_too(tmp_path: Path) -> None:
    files = {"ana/a.ipynb": notebook("import src.b"), "ana/src/b.py": "from . import c\n"}
    others = {"ana/src/c.py": UNO, "ana/d.py": UNO, "luis/a.ipynb": notebook("import d")}
    put(tmp_path, files | others)
    ana, luis = find([tmp_path])
    assert files_of(ana).keys() == {"src/b.py", "src/c.py"}
    assert not files_of(luis)


@pytest.mark.parametrize("inner", ["", "tarea/"])
def test_a_students_zip_has_its_own_files(tmp_path: Path, inner: str) -> None:
    with zipfile.ZipFile(tmp_path / "ana.zip", "w") as archive:
        archive.writestr(f"{inner}a.ipynb", notebook("%run otro.ipynb"))
        archive.writestr(f"{inner}piezas.py", UNO)
    with zipfile.ZipFile(tmp_path / "luis.zip", "w") as archive:
        archive.writestr(f"{inner}a.ipynb", notebook("import piezas"))
        archive.writestr(f"{inner}piezas.py", UNO)
    ana, luis = find([tmp_path])
    assert (files_of(ana), files_of(luis)) == ({}, {"piezas.py": UNO})


def test_a_zip_of_a_class_keeps_its_students_apart(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "todos.zip", "w") as archive:
        for student in ("ana", "luis"):
            archive.writestr(f"{student}/a.ipynb", notebook("import piezas"))
        archive.writestr("ana/piezas.py", UNO)
    ana, luis = find([tmp_path / "todos.zip"])
    assert (files_of(ana), files_of(luis)) == ({"piezas.py": UNO}, {})


@pytest.mark.parametrize("name", ["luis.py", "piezas.py", "luis.ipynb"])
def test_a_file_of_another_student_never_goes_with_it(tmp_path: Path, name: str) -> None:
    stem = name.partition(".")[0]
    put(tmp_path, {"ana.ipynb": notebook(f"import {stem}\n%run {stem}"), name: notebook()})
    ana = next(one for one in find([tmp_path]) if one.student == "ana")
    assert files_of(ana) == {}


def test_in_a_folder_of_ones_own_all_that_is_asked_for_goes_with_it(tmp_path: Path) -> None:
    put(tmp_path, {"tarea.ipynb": notebook("import piezas"), "piezas.py": UNO, "otra.py": UNO})
    assert files_of(find_one(tmp_path, "ana", "tarea")) == {"piezas.py": UNO}


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\x00", b"import piezas"])
def test_a_notebook_goes_as_it_is_whatever_it_is(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, {"ana/piezas.py": UNO})
    (tmp_path / "ana/a.ipynb").write_bytes(content + b"\n import piezas")
    notebook, files = without_files(find([tmp_path])[0].read())
    assert (notebook, files) == (content + b"\n import piezas", {"piezas.py": UNO})


@pytest.mark.parametrize("line", [b"[1]", b"{", b"[" * 9**5, b"", b'{"a.py": 3}'])
def test_what_somebody_forges_is_a_notebook_that_does_not_read(line: bytes) -> None:
    assert without_files(MARK + line + b"\nx")[1] == {}


@pytest.mark.parametrize("word", ["from ", "import a, ", "%run %run ", "import import"])
def test_a_text_of_nothing_but_imports_is_read_once(tmp_path: Path, word: str) -> None:
    """A search that goes back over the text for each of them would never end."""
    others = {f"ana/modulo{number}.py": UNO for number in range(9)}
    put(tmp_path, {"ana/a.ipynb": notebook(word * 300_000), **others, "luis/a.ipynb": "{}"})
    assert files_of(find([tmp_path])[0]) == {}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_a_notebook_in_any_encoding_asks_for_its_files(tmp_path: Path, encoding: str) -> None:
    put(tmp_path, {"ana/piezas.py": UNO, "luis/a.ipynb": "{}"})
    (tmp_path / "ana/a.ipynb").write_bytes(notebook("import piezas").encode(encoding))
    assert files_of(find([tmp_path])[0]) == {"piezas.py": UNO}


def test_a_notebook_that_asks_for_nothing_is_what_it_was(tmp_path: Path) -> None:
    put(tmp_path, {"ana/a.ipynb": notebook("x = 'piezas'"), "ana/piezas.py": UNO})
    assert find([tmp_path])[0].read() == (tmp_path / "ana/a.ipynb").read_bytes()


@pytest.mark.parametrize("given", ["a.ipynb", "./a.ipynb", "b/../a.ipynb"])
def test_a_check_of_ones_own_notebook_sees_its_folder(tmp_path: Path, given: str) -> None:
    put(tmp_path, {"a.ipynb": notebook("import piezas"), "piezas.py": UNO, "b/piezas.py": "2"})
    found = replace(find([tmp_path / given])[0], beside=of_folder(tmp_path / given))
    assert files_of(found) == {"piezas.py": UNO}
    assert files_of(find([tmp_path / given])[0]) == {}
