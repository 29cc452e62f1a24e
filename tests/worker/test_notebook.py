from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanish import spanish

from grader.worker.analysis.notebook import Cell, Notice, Unreadable, read


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


@pytest.mark.parametrize("magic", ["bash", "html", "javascript", "writefile a.py", "script python"])
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


def test_a_module_that_is_not_utf_8_is_refused_in_words() -> None:
    with pytest.raises(Unreadable, match="UTF-8"):
        read(b"# \xf1", "tarea.py")
