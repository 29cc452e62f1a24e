"""What a notebook imports or runs of its student's own is read and run with it, or is told."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from spanish import spanish

from grader.protocol.notebooks import with_files
from grader.worker.definitions import load
from grader.worker.reading import Reading, read

if TYPE_CHECKING:
    from collections.abc import Iterator

SHUT = {"": ["torch.nn.LSTM*"]}
ONE = "n = 1\ndef uno(): return n\nif __name__ == '__main__':\n    n = 5"
OTHER = json.dumps(
    {"cells": [{"cell_type": "code", "source": one} for one in ("n = 1", "def uno(): return n")]}
)
ASKS = {
    "from": "from piezas import uno\nf = uno",
    "from as": "from piezas import uno as f",
    "stars": "from piezas import *\nf = uno",
    "module": "import piezas\nf = piezas.uno",
    "module as": "import piezas as p\ndef f(): return p.uno()",
    "in a function": "def f():\n    import piezas\n    return piezas.uno()",
    "from in a function": "def f():\n    from piezas import uno\n    return uno()",
    "relative": "from .piezas import uno as f",
    "in a try": "try:\n    from piezas import uno\nexcept ImportError:\n    uno = None\nf = uno",
}
FOLDERS = {
    "from": "from src.piezas import uno as f",
    "module of the folder": "from src import piezas\nf = piezas.uno",
    "module as": "import src.piezas as p\nf = p.uno",
    "module, by its whole name": "import src.piezas\nf = src.piezas.uno",
    "path": "import sys\nsys.path.append('src')\nfrom piezas import uno as f",
}
RUNS = ("%run piezas.py", "%run piezas", "%run -i ./piezas.py", "x = 2\n%run 'piezas.py' 3")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """A notebook takes the main module's place."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


def both(*sources: str, files: dict[str, str] | None = None) -> tuple[Reading, dict[str, Any]]:
    cells = [{"cell_type": "code", "source": source} for source in sources]
    content = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode()
    found = read(with_files(content, files or {}), "a.ipynb", ["f"], SHUT)
    ran = load(found.program, ["f"])
    found.notices += ran.notices
    return found, ran.namespace


def texts(found: Reading) -> str:
    return "\n".join(spanish(one.text) for one in found.notices)


@pytest.mark.parametrize("asks", ASKS.values(), ids=ASKS)
@pytest.mark.parametrize("written", [True, False])
def test_a_module_of_the_students_is_read_and_run(asks: str, written: bool) -> None:  # noqa: FBT001
    if written:
        found, names = both(f"%%writefile piezas.py\n{ONE}", asks)
        assert "«piezas.py» se lee como parte del cuaderno" in texts(found)
    else:
        found, names = both(asks, files={"piezas.py": ONE})
        assert "«piezas.py», que acompaña al cuaderno, se lee como su celda [2]" in texts(found)
    assert names["f"]() == 1
    assert "no está aquí" not in texts(found)


@pytest.mark.parametrize("asks", FOLDERS.values(), ids=FOLDERS)
def test_a_module_in_a_folder_is_read_and_run(asks: str) -> None:
    assert both(asks, files={"src/piezas.py": ONE})[1]["f"]() == 1
    assert both(f"%%writefile src/piezas.py\n{ONE}", asks)[1]["f"]() == 1


def test_a_name_of_many_parts_is_read() -> None:
    many = "x" + ".y" * 5000
    assert both(
        f"from src.piezas import uno as f\ndef g(): return {many}", files={"src/piezas.py": ONE}
    )


@pytest.mark.parametrize("run", RUNS)
def test_what_is_run_is_the_notebooks_own(run: str) -> None:
    assert both(run, "f = uno", files={"piezas.py": ONE})[1]["f"]() == 5
    assert both(f"%%file piezas.py\n{ONE}", run, "f = uno")[1]["f"]() == 5


def test_another_notebook_is_run() -> None:
    for run in ("%run otro.ipynb", "%run otro", "%run ./otro.ipynb"):
        assert both(run, "f = uno", files={"otro.ipynb": OTHER})[1]["f"]() == 1


def test_modules_import_each_other() -> None:
    files = {"a_.py": "from b_ import n\ndef uno(): return n", "b_.py": "import a_\nn = 1"}
    assert both("from a_ import uno as f", files=files)[1]["f"]() == 1


def test_a_file_that_is_written_twice_is_what_was_written_last() -> None:
    cells = [f"%%writefile piezas.py\ndef uno(): return {n}" for n in (0, 1)]
    assert both(*cells, "from piezas import uno as f", files={"piezas.py": ONE})[1]["f"]() == 1


def test_a_file_that_is_added_to_is_both() -> None:
    cells = ("%%writefile piezas.py\nn = 1", "%%writefile -a piezas.py\ndef uno(): return n")
    assert both(*cells, "from piezas import uno as f")[1]["f"]() == 1


@pytest.mark.parametrize(
    ("run", "said"),
    [("%run piezas.ipynb", "piezas.ipynb"), ("%run -i aux/p.py", "aux/p.py"), ("%run p", "p")],
)
def test_what_was_not_handed_in_is_told(run: str, said: str) -> None:
    found, names = both("x = 1", run)
    assert "f" not in names
    why = spanish(found.absent["f"])
    assert ("[2]" in why, f"«{said}», que no se entregó" in why) == (True, True)


@pytest.mark.parametrize(
    "source",
    ["%%writefile piezas.py\ndef f(): return 1", "%%writefile notas.txt\ndef f(): pass"],
)
def test_a_file_that_nothing_asks_for_is_not_used(source: str) -> None:
    found, names = both(source, "x = 1")
    assert ("f" in names, "%%writefile, no de Python, y no se usa" in texts(found)) == (False, True)


@pytest.mark.parametrize("package", ["torch", "math", "numpy"])
def test_a_file_is_not_taken_for_a_package(package: str) -> None:
    files = {f"{package}.py": "pi = e = 5"}
    value = {"torch": "torch.pi", "math": "math.pi", "numpy": "numpy.pi"}[package]
    assert both(f"import {package}\ndef f(): return {value}", files=files)[1]["f"]() < 4


@pytest.mark.parametrize("asks", ["from p_ import Celda as C", "import p_\nC = p_.Celda"])
@pytest.mark.parametrize("written", [True, False])
def test_a_file_is_read_for_conduct(asks: str, written: bool) -> None:  # noqa: FBT001
    borrowed = "import torch\nCelda = torch.nn.LSTM"
    uses = f"{asks}\ndef f(): return C(1, 2)"

    def flags(file: str) -> list[int]:
        if written:
            return [one.cell for one in both(f"%%writefile p_.py\n{file}", uses)[0].flags]
        return [one.cell for one in both(uses, files={"p_.py": file})[0].flags]

    assert (1 if written else 2) in flags(borrowed)
    assert flags(borrowed.replace("LSTM", "Linear")) == []


def test_a_file_that_cannot_be_read_is_told_by_its_name() -> None:
    found, _ = both("from p_ import f", files={"p_.py": "def f(:", "q.ipynb": "<html>"})
    assert "«p_.py», que acompaña" in texts(found)
    assert "«q.ipynb»: el archivo es una página web" in texts(found)


def test_lines_are_those_of_the_cell_that_writes_the_file() -> None:
    found, _ = both("%%writefile p_.py\n\ndef f(): pass", "from p_ import f")
    assert found.places["f"] == [1, 3]
