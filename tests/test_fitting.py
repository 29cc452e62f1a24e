"""Which assignment is meant where several are there and none is named."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from test_cli import assert_one_sentence, grader

from grader.assignments.fitting import choose_fitting
from grader.core.errors import AssignmentFault, UsageError
from grader.submissions.definitions import defined_in

if TYPE_CHECKING:
    from pathlib import Path

    from grader.assignments.fitting import Defines

ASKED = {
    "algebra": ("traza", "norma", "Matriz"),
    "sonido": ("filtro", "Onda", "norma"),
    "texto": ("trocea", "vocabulario"),
}
"""What three assignments ask for; two of them share a name, and all a part of what was learnt."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, names in ASKED.items():
        folder = tmp_path / "assignments" / name
        folder.mkdir(parents=True)
        points = {**dict.fromkeys(names, 10), "aprendizaje": 100 - 10 * len(names)}
        folder.joinpath("assignment.toml").write_text(
            f'name = "{name}"\ntitle = {{ es = "{name}", en = "{name}" }}\n[points]\n'
            + "".join(f"{part} = {worth}\n" for part, worth in points.items())
            + "[names]\n"
            + "".join(f"{one} = []\n" for one in names)
        )
    return tmp_path / "assignments"


def source(*names: str) -> str:
    return "\n\n".join(
        f"class {one}:\n    pass" if one[0].isupper() else f"def {one}(x):\n    return x"
        for one in names
    )


def notebook(*names: str) -> bytes:
    lines = [f"{line}\n" for line in source(*names).splitlines()]
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": lines}
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    ).encode()


def defines(*defined: str) -> Defines:
    return lambda names: set(names) & set(defined)


def meant(root: Path, *notebooks: tuple[str, ...], parts: tuple[str, ...] = ()) -> str:
    return choose_fitting(root, None, parts, lambda: [defines(*one) for one in notebooks]).name


@pytest.mark.parametrize(
    ("defined", "expected"),
    [
        (("traza", "norma", "Matriz"), "algebra"),
        (("Matriz",), "algebra"),
        (("filtro", "Onda", "ayuda"), "sonido"),
        (("trocea",), "texto"),
        (("traza", "norma", "Matriz", "filtro"), "algebra"),  # a whole one, and a piece of another
        (("filtro", "Onda", "norma", "traza", "trocea"), "sonido"),
    ],
)
def test_the_one_that_asks_for_what_is_defined_fits(
    root: Path, defined: tuple[str, ...], expected: str
) -> None:
    assert meant(root, defined) == expected


@pytest.mark.parametrize(
    ("defined", "named"),
    [
        (("norma",), ("algebra", "sonido")),
        (("traza", "filtro"), ("algebra", "sonido")),
        ((*ASKED["algebra"], *ASKED["texto"]), ("algebra", "texto")),
        (("Onda", "trocea", "vocabulari"), ("sonido", "texto")),
    ],
)
def test_several_that_fit_are_named_and_no_other(
    root: Path, defined: tuple[str, ...], named: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError) as caught:
        meant(root, defined)
    assert str(caught.value).endswith(f"with --assignment: {', '.join(named)}")
    assert "de varias tareas" in caught.value.said.es


@pytest.mark.parametrize("defined", [(), ("otra",), ("Traza", "trozea")])
def test_where_none_fits_all_are_named(root: Path, defined: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=r"no assignment asks for .*: algebra, sonido, texto"):
        meant(root, defined)


def test_a_class_decides_together(root: Path) -> None:
    assert meant(root, ("norma",), ("traza",), (), ("Matriz", "filtro")) == "algebra"
    assert meant(root, (), ("trocea",), ("trocea", "vocabulario")) == "texto"
    with pytest.raises(UsageError, match="algebra, texto"):
        meant(root, ("traza",), ("trocea",), ("traza", "norma", "Matriz"))


@pytest.mark.parametrize(
    ("parts", "defined", "expected"),
    [
        (("trocea",), (), "texto"),
        (("traza",), ("trocea", "vocabulario"), "algebra"),
        (("norma", "Onda"), (), "sonido"),
        (("norma",), ("Onda",), "sonido"),
        (("aprendizaje",), ("trocea",), "texto"),
        (("aprendizaje", "Matriz"), (), "algebra"),
        (("vocabularios",), (), "texto"),  # not a part of any: what is much like it
        (("nada",), ("filtro",), "sonido"),
    ],
)
def test_the_parts_that_are_asked_for_decide_first(
    root: Path, parts: tuple[str, ...], defined: tuple[str, ...], expected: str
) -> None:
    assert meant(root, defined, parts=parts) == expected


def test_nothing_is_read_where_it_need_not_be(root: Path) -> None:
    def read() -> list[Defines]:
        raise AssertionError

    assert choose_fitting(root, "texto", (), read).name == "texto"
    assert choose_fitting(root, None, ("filtro",), read).name == "sonido"
    for other in ("algebra", "sonido"):
        (root / other / "assignment.toml").unlink()
    assert choose_fitting(root, None, (), read).name == "texto"
    (root / "texto" / "assignment.toml").unlink()
    with pytest.raises(UsageError, match="there is no assignment in"):
        choose_fitting(root, None, (), read)


def test_one_that_cannot_be_read_is_told_where_it_counts(root: Path) -> None:
    (root / "algebra" / "assignment.toml").write_text("name = [")
    assert choose_fitting(root, "texto", (), list).name == "texto"
    with pytest.raises(AssignmentFault, match="algebra"):
        meant(root, ("trocea",))


NAMES = ("traza", "Matriz", "norma")
WRITTEN = {
    "a notebook": (notebook("traza", "Matriz"), {"traza", "Matriz"}),
    "a script": (source("norma").encode(), {"norma"}),
    "UTF-16": (source("traza", "norma").encode("utf-16"), {"traza", "norma"}),
    "a mark of UTF-8": (b"\xef\xbb\xbf" + source("traza").encode(), {"traza"}),
    "Latin-1": ("# trazó\ndef traza(x):\n    return x".encode("latin-1"), {"traza"}),
    "one text for all lines": (
        json.dumps({"cells": [{"source": "import torch\nclass Matriz:\n    pass"}]}).encode(),
        {"Matriz"},
    ),
    "below a magic, and assigned": (
        b"%%time\nMatriz = Base\nasync def norma(): ...",
        {"Matriz", "norma"},
    ),
    "damaged": (notebook("norma")[:-9] + b",,", {"norma"}),
    "indented, with tabs": (
        b"if True:\n\tdef traza(x): ...\n  class  Matriz(Base): ...",
        {"traza", "Matriz"},
    ),
    "called and compared": (b"traza(x)\nnorma == 2\nMatriz.forward(x)\n# def traza", set()),
    "longer names": (b"def traza2(x): ...\nclass MatrizGrande: ...\nla_norma = 1", set()),
    "binary": (bytes(range(256)) * 3, set()),
    "nothing": (b"", set()),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_what_is_defined_is_seen_in_whatever_form(form: str) -> None:
    content, expected = WRITTEN[form]
    assert defined_in(content, NAMES) == expected


def test_a_name_that_json_escapes_is_seen() -> None:
    assert defined_in(notebook("señal"), ["señal", "senal"]) == {"señal"}
    assert b"\\u00f1" in notebook("señal")


def test_an_endless_line_is_searched_in_no_time() -> None:
    long = b'"' * 2_000_000 + b" " * 2_000_000 + b"\\n" * 2_000_000 + b"class " * 500_000
    assert defined_in(long + b"\ndef traza(): ...", NAMES) == {"traza"}


def dry_run(root: Path, *paths: Path) -> list[str]:
    ran = grader("grade", *paths, "--dry-run", "--json", GRADER_ASSIGNMENTS=str(root))
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line)["student"] for line in ran.stdout.splitlines()]


def test_grade_needs_no_assignment_where_one_fits(root: Path, tmp_path: Path) -> None:
    handed_in = tmp_path / "in"
    handed_in.mkdir()
    (handed_in / "ana.ipynb").write_bytes(notebook("filtro", "norma"))
    (handed_in / "luis.ipynb").write_bytes(notebook("Onda"))
    (handed_in / "eva.ipynb").write_bytes(b"no notebook")
    assert dry_run(root, handed_in) == ["ana", "eva", "luis"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("norma",), ("es de varias tareas", "algebra, sonido")),
        (("traza", "trocea"), ("es de varias tareas", "algebra, texto")),
        (("otra",), ("ninguna tarea pide nada", "algebra, sonido, texto")),
    ],
)
@pytest.mark.parametrize("command", ["grade", "check"])
def test_a_command_says_what_to_choose_from(
    root: Path, tmp_path: Path, command: str, names: tuple[str, ...], words: tuple[str, ...]
) -> None:
    path = tmp_path / "mine.ipynb"
    path.write_bytes(notebook(*names))
    options = ["--out", str(tmp_path / "out")] if command == "grade" else []
    ran = grader(command, path, *options, GRADER_ASSIGNMENTS=str(root))
    assert_one_sentence(ran, 2, *words, "--assignment")


def test_a_class_of_two_assignments_is_told_apart(root: Path, tmp_path: Path) -> None:
    (tmp_path / "ana.ipynb").write_bytes(notebook("filtro"))
    (tmp_path / "luis.ipynb").write_bytes(notebook("traza"))
    ran = grader("grade", tmp_path / "ana.ipynb", tmp_path / "luis.ipynb", "--dry-run",
                 GRADER_ASSIGNMENTS=str(root))  # fmt: skip
    assert_one_sentence(ran, 2, "algebra, sonido")


def test_a_part_that_no_assignment_has_is_told_of_the_one_that_fits(
    root: Path, tmp_path: Path
) -> None:
    path = tmp_path / "mine.ipynb"
    path.write_bytes(notebook("filtro"))
    for part, word in (
        ("filtros", "¿querías decir filtro?"),
        ("trozea", "trocea"),
        ("xx", "sonido"),
    ):
        ran = grader("check", path, "--part", part, GRADER_ASSIGNMENTS=str(root))
        assert_one_sentence(ran, 2, word)


def test_check_in_a_notebook_finds_the_assignment(root: Path) -> None:
    pytest.importorskip("IPython")
    from IPython.core.error import UsageError as ShownError
    from IPython.core.interactiveshell import InteractiveShell

    from grader.integrations.jupyter import magic

    os.environ["GRADER_ASSIGNMENTS"] = str(root)
    try:
        InteractiveShell.instance()
        for line, told in (
            ("", "ninguna tarea pide nada"),
            ("aprendizaje", "algebra, sonido, texto"),
            ("norma", "algebra, sonido"),
            ("trozea", "trocea"),
            ("traza trocea", "algebra, texto"),
        ):
            with pytest.raises(ShownError, match=told):
                magic.check(line)
    finally:
        InteractiveShell.clear_instance()
        del os.environ["GRADER_ASSIGNMENTS"]
