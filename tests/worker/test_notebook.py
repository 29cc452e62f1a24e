from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanish import spanish

from grader.worker.analysis.documents import Unreadable
from grader.worker.analysis.notebook import Cell, Notice, read


def notebook(*sources: str | list[str]) -> bytes:
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "source": source,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def cells(*sources: str) -> list[Cell]:
    return read(notebook(*sources), "a.ipynb")[0]


def notices(*sources: str) -> list[Notice]:
    return read(notebook(*sources), "a.ipynb")[1]


def line_of(name: str, cell: Cell) -> int:
    """The line on which a class stands."""
    found = [node for node in cell.statements if isinstance(node, ast.ClassDef)]
    return next(node.lineno for node in found if node.name == name)


def test_code_cells_are_counted_from_one_and_texts_are_not() -> None:
    content = json.loads(notebook("a = 1", "b = 2"))
    content["cells"].insert(1, {"cell_type": "markdown", "source": "# b", "metadata": {}})
    found, _ = read(json.dumps(content).encode(), "a.ipynb")
    assert [(cell.number, cell.source) for cell in found] == [(1, "a = 1"), (2, "b = 2")]


def test_a_source_may_be_a_list_of_lines() -> None:
    found, _ = read(notebook(["a = 1\n", "b = 2"]), "a.ipynb")
    assert found[0].source == "a = 1\nb = 2"


@pytest.mark.parametrize(
    "magic",
    [
        "%matplotlib inline",
        "!pip install torch",
        "!pip install \\\n  torch",
        "archivos = !ls",
        "torch.nn?",
        "%time x = 1",
    ],
)
def test_a_magic_beside_code_becomes_a_call(magic: str) -> None:
    (cell,) = cells(f"{magic}\nclass A: pass")
    assert any(isinstance(node, ast.ClassDef) for node in cell.statements)


@pytest.mark.parametrize(
    "above", ["", "\n", "\n  \n", "%%time\n", "%%time\n\n", "%%time\n%%capture\n"]
)
def test_lines_stay_where_they_were_beside_a_magic(above: str) -> None:
    source = f"{above}!pip install torch\nclass A: pass"
    assert line_of("A", cells(source)[0]) == above.count("\n") + 2


@pytest.mark.parametrize("magic", ["%%time", "%%timeit -n 1", "%%capture salida", "\n%%time"])
def test_a_timed_cell_is_read_like_any_other(magic: str) -> None:
    (cell,) = cells(f"{magic}\nclass A: pass")
    assert line_of("A", cell) == magic.count("\n") + 2


@pytest.mark.parametrize(
    "magic", ["bash", "html", "javascript", "writefile a.txt", "script python"]
)
def test_a_cell_in_another_language_is_left_out_with_a_notice(magic: str) -> None:
    source = f"%%{magic}\nclass A: pass"
    assert cells(source)[0].statements == ()
    assert "no se usa" in spanish(notices(source)[0].text)


def test_a_syntax_error_costs_its_own_cell_and_is_told_with_its_line() -> None:
    sources = ("a = 1", "b = 1\nclass :", "c = 1")
    assert [cell.number for cell in cells(*sources)] == [1, 3]
    (notice,) = notices(*sources)
    assert (notice.cell, notice.line) == (2, 2)
    assert "error de sintaxis" in spanish(notice.text)


@pytest.mark.parametrize(
    "source",
    ["f = " + "(" * 300 + ")" * 300, "f = " + "-" * 9999 + "1", "f = 1\0", "\ud800", "  f = [\n!x"],
    ids=["parentheses", "signs", "NUL", "surrogate", "unclosed"],
)
def test_what_python_cannot_parse_is_a_notice(source: str) -> None:
    assert cells(source, "b = 1")[-1].number == 2
    assert notices(source)[0].cell == 1


@given(st.text(max_size=40), st.text("%!?()[]{}:=\n\t \"'\\a1#", max_size=40))
def test_no_cell_is_beyond_reading(anything: str, python_like: str) -> None:
    found, told = read(notebook(anything, python_like), "a.ipynb")
    assert {1, 2} == {cell.number for cell in found} | {note.cell for note in told}


def test_windows_lines_are_lines() -> None:
    assert line_of("A", cells("x = 1\r\nclass A: pass")[0]) == 2


def test_a_byte_order_mark_is_passed_over() -> None:
    found, _ = read(b"\xef\xbb\xbf" + notebook("a = 1"), "a.ipynb")
    assert found[0].source == "a = 1"


def test_an_old_notebook_with_worksheets_is_read() -> None:
    cell = {"cell_type": "code", "language": "python", "input": "a = 1", "outputs": []}
    old: dict[str, Any] = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "a"}}
    old["worksheets"] = [{"cells": [cell], "metadata": {}}]
    found, _ = read(json.dumps(old).encode(), "a.ipynb")
    assert found[0].source == "a = 1"


@pytest.mark.parametrize("name", ["tarea.py", "TAREA.PY"])
def test_a_module_is_one_cell(name: str) -> None:
    found, _ = read(b"a = 1\nclass A: pass\n", name)
    assert line_of("A", found[0]) == 2


def test_a_notebook_without_cells_has_none() -> None:
    assert cells() == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n",
        b'{"cells": [',
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe",
        b'{"cells": null, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        b'{"cells": [1], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        b'{"cells": [], "metadata": {}, "nbformat": 5, "nbformat_minor": 0}',
    ],
    ids=lambda content: content[:24].decode("latin-1"),
)
def test_what_is_no_notebook_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(Unreadable, match=r"\w"):
        read(content, "a.ipynb")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("name", ["tarea.py", "tarea.ipynb"])
def test_another_encoding_is_read_with_a_notice(encoding: str, name: str) -> None:
    text = "# año\nclass A: pass\n"
    if name.endswith(".ipynb"):
        text = json.dumps(json.loads(notebook(text)), ensure_ascii=False)
    found, told = read(text.encode(encoding), name)
    assert line_of("A", found[0]) == 2
    assert "en vez de UTF-8" in spanish(told[0].text)


WHOLE = json.dumps(json.loads(notebook("a = 1", "b = 2")), indent=1)
CONFLICT = "<<<<<<< HEAD\n{}=======\n{}>>>>>>> otra\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<html><body>Moodle</body></html>", "página web"),
        ("\n<!DOCTYPE HTML>\n<p>Colab</p>", "página web"),
        ('<?xml version="1.0"?><html/>', "página web"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "Git LFS"),
        (WHOLE.replace(' "metadata"', CONFLICT.format(" ", "  ") + ' "metadata"', 1), "línea"),
        ('{"cells": [],\n"metadata": {},}', "coma de más en la línea 2, columna 15"),
        ('{"cells": [1,\n  ]}', "coma de más en la línea 1, columna 13"),
        ('{"cells": [],\n "metadata" {}}', "línea 2, columna 13"),
        (WHOLE[: len(WHOLE) // 2], "cortado"),
        ("%PDF-1.7", "PDF"),
        ("import marimo\napp = marimo.App()\n", "marimo"),
    ],
)
def test_what_was_handed_in_instead_is_named(text: str, says: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text.encode(), "a.ipynb")
    assert says in spanish(refused.value.told)


@pytest.mark.parametrize("lacking", [{"metadata"}, {"nbformat_minor"}, {"metadata", "nbformat"}])
def test_a_notebook_that_lacks_what_is_noted_of_it_is_read(lacking: set[str]) -> None:
    whole = json.loads(notebook("class A: pass"))
    content = {key: value for key, value in whole.items() if key not in lacking}
    found, told = read(json.dumps(content).encode(), "a.ipynb")
    assert line_of("A", found[0]) == 1
    assert bool(told) == bool(lacking - {"nbformat_minor"})


@pytest.mark.parametrize("language", ["R", "julia", "scala"])
def test_a_notebook_of_another_language_says_which(language: str) -> None:
    content = json.loads(notebook("f <- g(x)", "x = 1"))
    content["metadata"] = {"kernelspec": {"language": language}}
    with pytest.raises(Unreadable, match=language):
        read(json.dumps(content).encode(), "a.ipynb")


def test_python_below_another_kernels_name_is_read() -> None:
    content = json.loads(notebook("class A: pass"))
    content["metadata"] = {"kernelspec": {"language": "R"}}
    assert line_of("A", read(json.dumps(content).encode(), "a.ipynb")[0][0]) == 1


@pytest.mark.parametrize("marker", ["# %%", "#%% datos", "# In[3]:", "# In [ ]:"])
def test_a_marked_cell_that_does_not_parse_costs_itself_alone(marker: str) -> None:
    script = f"x = 1\n{marker}\nclass A: pass\n{marker}\nfor x in\n{marker}\ny = 2\n"
    found, (told,) = read(script.encode(), "tarea.py")
    assert [cell.number for cell in found] == [1, 2, 4]
    assert line_of("A", found[1]) == 3
    assert (told.cell, told.line) == (3, 5)
