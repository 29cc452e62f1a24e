"""Notebooks that are broken, odd or too large, each with what it must get."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from attacks.raw import REFERENCE, code, notebook, raw, reference

if TYPE_CHECKING:
    from pathlib import Path


@raw("JSON that ends in the middle", "R", says="no es un cuaderno")
def invalid_json(folder: Path, name: str) -> str:
    return notebook(folder, name, REFERENCE.read_bytes()[:-200])


@raw("Bytes that are no UTF-8", "R", says="UTF-8")
def invalid_utf8_notebook(folder: Path, name: str) -> str:
    return notebook(folder, name, b'{"cells": "\xff\xfe"}')


@raw("A byte order mark", "OK")
def byte_order_mark(folder: Path, name: str) -> str:
    return notebook(folder, name, b"\xef\xbb\xbf" + REFERENCE.read_bytes())


@raw("JSON nested a hundred thousand times", "R", says="anidamiento|no es un cuaderno")
def deep_json(folder: Path, name: str) -> str:
    return notebook(folder, name, b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")


@raw("Parentheses nested a hundred thousand times in a cell", "OK")
def deep_source(folder: Path, name: str) -> str:
    made = reference()
    made["cells"] += code("x = " + "(" * 100_000 + ")" * 100_000)
    return notebook(folder, name, json.dumps(made).encode())


@raw("Keys that stand twice: the last one counts, as it does for Jupyter", "OK")
def twice_the_key(folder: Path, name: str) -> str:
    content = REFERENCE.read_bytes().strip()
    return notebook(folder, name, b'{"cells": [], "nbformat": 9,' + content[1:])


@raw("nbformat 2", "R", says="no es un cuaderno|no define nada")
def nbformat_2(folder: Path, name: str) -> str:
    cells = [{"cell_type": "code", "input": "x = 1", "language": "python", "outputs": []}]
    made = {"nbformat": 2, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}
    return notebook(folder, name, json.dumps(made).encode())


@raw("nbformat 3", "OK")
def nbformat_3(folder: Path, name: str) -> str:
    cells = [
        {"cell_type": "code", "input": cell["source"], "language": "python", "outputs": []}
        for cell in reference()["cells"]
        if cell["cell_type"] == "code"
    ]
    made = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}}
    made["worksheets"] = [{"cells": cells, "metadata": {}}]
    return notebook(folder, name, json.dumps(made).encode())


@raw("nbformat 5, which is not there yet", "R", says="demasiado nuevo")
def nbformat_5(folder: Path, name: str) -> str:
    made = reference() | {"nbformat": 5, "nbformat_minor": 99}
    return notebook(folder, name, json.dumps(made).encode())


@raw("No cells at all", "R", says="no define nada")
def no_cells(folder: Path, name: str) -> str:
    return notebook(folder, name, json.dumps(reference() | {"cells": []}).encode())


@raw("Only Markdown", "R", says="no define nada")
def only_markdown(folder: Path, name: str) -> str:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": "class celdaLSTM: <script>"}]
    return notebook(folder, name, json.dumps(reference() | {"cells": cells}).encode())


@raw("Cells that are no cells", "R", says="no es un cuaderno|no define nada|no se pudo leer")
def odd_cells(folder: Path, name: str) -> str:
    cells = [None, 3, "code", {"cell_type": ["code"]}, {"cell_type": "code", "source": {"a": 1}}]
    return notebook(folder, name, json.dumps(reference() | {"cells": cells}).encode())


@raw("500 MB of outputs", "R", says="ocupa más de")
def half_a_gigabyte(folder: Path, name: str) -> str:
    name = notebook(folder, name, REFERENCE.read_bytes())
    os.truncate(folder / f"{name}.ipynb", 500 << 20)
    return name


@raw("15 MB of outputs, which is less than the most", "OK")
def large_outputs(folder: Path, name: str) -> str:
    made = reference()
    text = {"output_type": "stream", "name": "stdout", "text": ["x" * (15 << 20)]}
    next(cell for cell in made["cells"] if cell["cell_type"] == "code")["outputs"] = [text]
    return notebook(folder, name, json.dumps(made).encode())


@raw("An empty file", "R", says="vacío")
def empty_file(folder: Path, name: str) -> str:
    return notebook(folder, name, b"")


@raw("A kernelspec that selects a command", "OK")
def kernelspec_command(folder: Path, name: str) -> str:
    made = reference()
    command = {"argv": ["/bin/sh", "-c", "touch /tmp/huella-ataque"], "name": "../../sh"}
    made["metadata"]["kernelspec"] = {**command, "display_name": "<b>", "language": "sh"}
    return notebook(folder, name, json.dumps(made).encode())


@raw("Cells that raise, before and after", "OK")
def cells_that_raise(folder: Path, name: str) -> str:
    made = reference()
    cells = code("raise SystemExit(3)", "1 / 0", "def rota(:\n")
    made["cells"] = [*cells, *made["cells"], *cells]
    return notebook(folder, name, json.dumps(made).encode())


@raw("input(), at top level and in what is asked for", "OK")
def asks_for_input(folder: Path, name: str) -> str:
    made = reference()
    made["cells"] = code("import sys\nlineas = sys.stdin.readlines()\ninput('¿nombre? ')") + (
        made["cells"]
        + code(
            "def genera_dataset(*a, de=genera_dataset):\n    sys.stdin.read()\n    return de(*a)"
        )
    )
    return notebook(folder, name, json.dumps(made).encode())


@raw("Widgets", "OK")
def widgets(folder: Path, name: str) -> str:
    made = reference()
    made["metadata"]["widgets"] = {"application/javascript": "alert(1)"}
    made["cells"] += code("import ipywidgets\nboton = ipywidgets.Button()\ndisplay(boton)")
    return notebook(folder, name, json.dumps(made).encode())


@raw("Magics and shell escapes, in what is asked for too", "OK")
def magics(folder: Path, name: str) -> str:
    made = reference()
    cells = ["!touch /tmp/huella-ataque", "%%bash\ntouch /tmp/huella-ataque", "%run /etc/passwd"]
    inside = (
        "def modelo_prueba(*a, de=modelo_prueba):\n    !touch /tmp/huella-ataque\n    %time 1\n"
    )
    made["cells"] += code(*cells, inside + "    return de(*a)")
    return notebook(folder, name, json.dumps(made).encode())
