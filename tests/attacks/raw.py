"""Submissions that are no Python: broken notebooks, archives and names, made when they are wanted.

Each function makes one in a folder and returns the student's id; `name` is the file's name, where
the name is not the attack.
"""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[[Path, str], str]

REFERENCE = Path(__file__).parent.parent.parent / "solutions" / "lstm_gru" / "lstm_gru.ipynb"
CASES: list[tuple[str, dict[str, Any], Make]] = []


def _raw(title: str, verdict: str, group: str = "Notebooks", **more: Any) -> Callable[[Make], Make]:
    """Register a function as a case. Rejected cases have 0 points, others 100."""
    rejected = {"points": 0, "status": "rejected"} if verdict == "R" else {"points": 100}

    def add(make: Make) -> Make:
        told = {"title": title, "group": group, "verdict": verdict, **rejected, **more}
        CASES.append((make.__name__, told, make))
        return make

    return add


def _notebook(folder: Path, name: str, content: bytes) -> str:
    (folder / f"{name}.ipynb").write_bytes(content)
    return name


def _reference() -> Any:
    return json.loads(REFERENCE.read_bytes())


def _code(*sources: str) -> list[dict[str, Any]]:
    return [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources
    ]


def _zip(folder: Path, name: str, *members: tuple[str | zipfile.ZipInfo, bytes]) -> str:
    with zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members:
            archive.writestr(member, content)
    return name


def _member(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


# Notebooks.


@_raw("JSON that ends in the middle", "R", says="no es un cuaderno")
def invalid_json(folder: Path, name: str) -> str:
    return _notebook(folder, name, REFERENCE.read_bytes()[:-200])


@_raw("Bytes that are no UTF-8", "R", says="UTF-8")
def invalid_utf8_notebook(folder: Path, name: str) -> str:
    return _notebook(folder, name, b'{"cells": "\xff\xfe"}')


@_raw("A byte order mark", "OK")
def byte_order_mark(folder: Path, name: str) -> str:
    return _notebook(folder, name, b"\xef\xbb\xbf" + REFERENCE.read_bytes())


@_raw("JSON nested a hundred thousand times", "R", says="anidado|no es un cuaderno")
def deep_json(folder: Path, name: str) -> str:
    return _notebook(folder, name, b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")


@_raw("Parentheses nested a hundred thousand times in a cell", "OK")
def deep_source(folder: Path, name: str) -> str:
    notebook = _reference()
    notebook["cells"] += _code("x = " + "(" * 100_000 + ")" * 100_000)
    return _notebook(folder, name, json.dumps(notebook).encode())


@_raw("Keys that stand twice: the last one counts, as it does for Jupyter", "OK")
def twice_the_key(folder: Path, name: str) -> str:
    content = REFERENCE.read_bytes().strip()
    return _notebook(folder, name, b'{"cells": [], "nbformat": 9,' + content[1:])


@_raw("nbformat 2", "R", says="no es un cuaderno|no define nada")
def nbformat_2(folder: Path, name: str) -> str:
    cells = [{"cell_type": "code", "input": "x = 1", "language": "python", "outputs": []}]
    notebook = {"nbformat": 2, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}
    return _notebook(folder, name, json.dumps(notebook).encode())


@_raw("nbformat 3", "OK")
def nbformat_3(folder: Path, name: str) -> str:
    cells = [
        {"cell_type": "code", "input": cell["source"], "language": "python", "outputs": []}
        for cell in _reference()["cells"]
        if cell["cell_type"] == "code"
    ]
    notebook = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}}
    notebook["worksheets"] = [{"cells": cells, "metadata": {}}]
    return _notebook(folder, name, json.dumps(notebook).encode())


@_raw("nbformat 5, which is not there yet", "R", says="no es un cuaderno")
def nbformat_5(folder: Path, name: str) -> str:
    notebook = _reference() | {"nbformat": 5, "nbformat_minor": 99}
    return _notebook(folder, name, json.dumps(notebook).encode())


@_raw("No cells at all", "R", says="no define nada")
def no_cells(folder: Path, name: str) -> str:
    return _notebook(folder, name, json.dumps(_reference() | {"cells": []}).encode())


@_raw("Only Markdown", "R", says="no define nada")
def only_markdown(folder: Path, name: str) -> str:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": "class celdaLSTM: <script>"}]
    return _notebook(folder, name, json.dumps(_reference() | {"cells": cells}).encode())


@_raw("Cells that are no cells", "R", says="no es un cuaderno|no define nada|no se dejó leer")
def odd_cells(folder: Path, name: str) -> str:
    cells = [None, 3, "code", {"cell_type": ["code"]}, {"cell_type": "code", "source": {"a": 1}}]
    return _notebook(folder, name, json.dumps(_reference() | {"cells": cells}).encode())


@_raw("500 MB of outputs", "R", says="ocupa más de")
def half_a_gigabyte(folder: Path, name: str) -> str:
    name = _notebook(folder, name, REFERENCE.read_bytes())
    os.truncate(folder / f"{name}.ipynb", 500 << 20)
    return name


@_raw("15 MB of outputs, which is less than the most", "OK")
def large_outputs(folder: Path, name: str) -> str:
    notebook = _reference()
    text = {"output_type": "stream", "name": "stdout", "text": ["x" * (15 << 20)]}
    next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")["outputs"] = [text]
    return _notebook(folder, name, json.dumps(notebook).encode())


@_raw("An empty file", "R", says="vacío")
def empty_file(folder: Path, name: str) -> str:
    return _notebook(folder, name, b"")


@_raw("A kernelspec that selects a command", "OK")
def kernelspec_command(folder: Path, name: str) -> str:
    notebook = _reference()
    command = {"argv": ["/bin/sh", "-c", "touch /tmp/huella-ataque"], "name": "../../sh"}
    notebook["metadata"]["kernelspec"] = {**command, "display_name": "<b>", "language": "sh"}
    return _notebook(folder, name, json.dumps(notebook).encode())


@_raw("Cells that raise, before and after", "OK")
def cells_that_raise(folder: Path, name: str) -> str:
    notebook = _reference()
    cells = _code("raise SystemExit(3)", "1 / 0", "def rota(:\n")
    notebook["cells"] = [*cells, *notebook["cells"], *cells]
    return _notebook(folder, name, json.dumps(notebook).encode())


@_raw("input(), at top level and in what is asked for", "OK")
def asks_for_input(folder: Path, name: str) -> str:
    notebook = _reference()
    notebook["cells"] = _code("import sys\nlineas = sys.stdin.readlines()\ninput('¿nombre? ')") + (
        notebook["cells"]
        + _code("def genera_dataset(l, m, de=genera_dataset):\n    sys.stdin.read()\n    return de(l, m)")
    )
    return _notebook(folder, name, json.dumps(notebook).encode())


@_raw("Widgets", "OK")
def widgets(folder: Path, name: str) -> str:
    notebook = _reference()
    notebook["metadata"]["widgets"] = {"application/javascript": "alert(1)"}
    notebook["cells"] += _code("import ipywidgets\nboton = ipywidgets.Button()\ndisplay(boton)")
    return _notebook(folder, name, json.dumps(notebook).encode())


@_raw("Magics and shell escapes, in what is asked for too", "OK")
def magics(folder: Path, name: str) -> str:
    notebook = _reference()
    cells = ["!touch /tmp/huella-ataque", "%%bash\ntouch /tmp/huella-ataque", "%run /etc/passwd"]
    inside = "def modelo_prueba(*a, de=modelo_prueba):\n    !touch /tmp/huella-ataque\n    %time 1\n"
    notebook["cells"] += _code(*cells, inside + "    return de(*a)")
    return _notebook(folder, name, json.dumps(notebook).encode())


# Archives and files that are none.


@_raw("A zip whose member leads outside", "R", says="no vale")
def zip_slip(folder: Path, name: str) -> str:
    return _zip(folder, name, ("../../huella-ataque.ipynb", REFERENCE.read_bytes()))


@_raw("A zip whose member leads outside by backslashes", "R", says="no vale")
def zip_slip_backslashes(folder: Path, name: str) -> str:
    return _zip(folder, name, ("..\\..\\huella-ataque.ipynb", REFERENCE.read_bytes()))


@_raw("A zip with absolute names", "R", says="no vale")
def absolute_names(folder: Path, name: str) -> str:
    return _zip(folder, name, ("/tmp/huella-ataque.ipynb", REFERENCE.read_bytes()))  # noqa: S108


@_raw("A zip with a drive's letter", "R", says="no vale")
def drive_letter(folder: Path, name: str) -> str:
    return _zip(folder, name, ("C:\\huella-ataque.ipynb", REFERENCE.read_bytes()))


@_raw("A zip with NUL in a name", "R", says="no vale")
def nul_in_a_name(folder: Path, name: str) -> str:
    _zip(folder, name, ("aXhuella.ipynb", REFERENCE.read_bytes()))
    path = folder / f"{name}.zip"
    path.write_bytes(path.read_bytes().replace(b"aXhuella", b"a\0huella"))
    return name


@_raw("A zip bomb: a gigabyte in a megabyte", "R", says="200 veces|más de")
def zip_bomb(folder: Path, name: str) -> str:
    return _zip(folder, name, ("a.ipynb", bytes(256 << 20)))


@_raw("A zip bomb that says that it is small", "R", says="dañado|más de|200 veces")
def lying_zip_bomb(folder: Path, name: str) -> str:
    _zip(folder, name, ("a.ipynb", bytes(64 << 20)))
    path = folder / f"{name}.zip"
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", 64 << 20), struct.pack("<I", 1000)))
    return name


@_raw("A zip whose members overlap, hundreds over one", "R", says="solapan")
def overlapping_members(folder: Path, name: str) -> str:
    _zip(folder, name, *((f"{number}.ipynb", b"[]" * 999) for number in range(300)))
    path = folder / f"{name}.zip"
    content = bytearray(path.read_bytes())
    start = 0
    while (start := content.find(b"PK\1\2", start)) >= 0:
        content[start + 42 : start + 46] = bytes(4)  # where the member begins: all at the start
        start += 4
    path.write_bytes(content)
    return name


@_raw("A zip with sixty thousand members", "R", says="más de 10000")
def many_members(folder: Path, name: str) -> str:
    return _zip(folder, name, *((f"{number}", b"") for number in range(60_000)))


@_raw("A zip in a zip in a zip", "R", says="ningún cuaderno")
def zips_in_zips(folder: Path, name: str) -> str:
    content = REFERENCE.read_bytes()
    for inner in ("a.ipynb", "b.zip", "c.zip"):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr(inner, content)
        content = made.getvalue()
    (folder / f"{name}.zip").write_bytes(content)
    return name


@_raw("A zip that is damaged", "R", says="dañado")
def damaged_zip(folder: Path, name: str) -> str:
    _zip(folder, name, ("a.ipynb", REFERENCE.read_bytes()))
    path = folder / f"{name}.zip"
    path.write_bytes(path.read_bytes()[:-30])
    return name


@_raw("A zip with a symbolic link", "R", says="enlace")
def link_in_a_zip(folder: Path, name: str) -> str:
    return _zip(folder, name, (_member("a.ipynb", 0o120777), b"/etc/passwd"))


@_raw("A zip with a device and a FIFO", "R", says="dispositivo")
def device_in_a_zip(folder: Path, name: str) -> str:
    device, fifo = _member("a.ipynb", 0o020666), _member("b", 0o010666)
    return _zip(folder, name, (device, b""), (fifo, b""))


@_raw("A zip with a conftest.py and a pytest.ini beside the notebook", "OK", "Score forging")
def conftest_in_a_zip(folder: Path, name: str) -> str:
    patch = b"import os\nopen('/tmp/huella-ataque', 'w')\nos._exit(0)\n"
    others = ("conftest.py", "test_celda_lstm.py", "pytest.ini", "sitecustomize.py", "torch.py")
    members = [(other, patch) for other in others]
    return _zip(folder, name, ("a.ipynb", REFERENCE.read_bytes()), *members)


@_raw("A symbolic link to a file of the host's", "R", says="enlace")
def link_to_the_host(folder: Path, name: str) -> str:
    (folder / f"{name}.ipynb").symlink_to("/etc/passwd")
    return name


@_raw("A symbolic link to another student's work", "R", says="enlace")
def link_to_the_right_answer(folder: Path, name: str) -> str:
    (folder / f"{name}.ipynb").symlink_to(REFERENCE)
    return name


@_raw("A folder that is a link to the folder above", "R", says="enlace")
def folder_in_a_circle(folder: Path, name: str) -> str:
    (folder / name).symlink_to("..", target_is_directory=True)
    return name


@_raw("A hard link, which is a file like any other", "OK")
def hard_link(folder: Path, name: str) -> str:
    original = folder.parent / f"{name}.original"
    original.write_bytes(REFERENCE.read_bytes())
    (folder / f"{name}.ipynb").hardlink_to(original)
    return name


@_raw("A FIFO that nobody writes to", "R", says="no es un archivo normal")
def fifo(folder: Path, name: str) -> str:
    os.mkfifo(folder / f"{name}.ipynb")
    return name


@_raw("A socket", "R", says="no es un archivo normal")
def a_socket(folder: Path, name: str) -> str:
    os.mknod(folder / f"{name}.ipynb", 0o140600)
    return name


@_raw("A folder that is called like a notebook", "R", says="ningún cuaderno")
def folder_like_a_notebook(folder: Path, name: str) -> str:
    (folder / f"{name}.ipynb").mkdir()
    (folder / f"{name}.ipynb" / "nada.txt").write_text("")
    return f"{name}.ipynb"


# Names and ids.


@_raw("A name that is written from right to left", "OK")
def right_to_left_name(folder: Path, name: str) -> str:
    return _notebook(folder, f"{name}-\u202eyp.bpyni", REFERENCE.read_bytes())


@_raw("A name that looks like another student's", "OK")
def look_alike_name(folder: Path, name: str) -> str:
    _notebook(folder, f"{name}-ana", b"{}")
    return _notebook(folder, f"{name}-\u0430na", REFERENCE.read_bytes())  # a Cyrillic а


@_raw("A name that differs from another only in case", "OK")
def case_colliding_name(folder: Path, name: str) -> str:
    _notebook(folder, f"{name}-ANA", b"{}")
    return _notebook(folder, f"{name}-ana", REFERENCE.read_bytes())


@_raw("An id that leads outside", "OK", "Reports")
def id_that_leads_outside(folder: Path, name: str) -> str:
    return _notebook(folder, f"..\\..\\{name}", REFERENCE.read_bytes())


@_raw("An id of dots", "OK", "Reports")
def id_of_dots(folder: Path, name: str) -> str:
    inside = folder / "...." / "entrega"
    inside.mkdir(parents=True)
    _notebook(inside, name, REFERENCE.read_bytes())
    return "...."


@_raw("An id that is a device's name", "OK", "Reports")
def id_of_a_device(folder: Path, name: str) -> str:
    return _notebook(folder, "CON", REFERENCE.read_bytes())


@_raw("An id that is the report's own page", "OK", "Reports")
def id_of_the_index(folder: Path, name: str) -> str:
    return _notebook(folder, "index", REFERENCE.read_bytes())


@_raw("An id of 300 bytes", "OK", "Reports")
def id_of_300_bytes(folder: Path, name: str) -> str:
    student = name + "ñ" * ((300 - len(name)) // 2)
    more = folder.parent / "more"
    members = [(f"{student}.ipynb", REFERENCE.read_bytes()), (f"{name}-otra.ipynb", b"{}")]
    _zip(more, name, *members)
    return student


@_raw("An id that is a formula", "OK", "Reports")
def id_that_is_a_formula(folder: Path, name: str) -> str:
    return _notebook(folder, "=cmd|' -C calc'!A0", REFERENCE.read_bytes())


@_raw("An id with tabs, carriage returns and quotes", "OK", "Reports")
def id_with_line_ends(folder: Path, name: str) -> str:
    return _notebook(folder, f'\t@{name}\r\n"+1",100', REFERENCE.read_bytes())


@_raw("An id with ANSI and OSC escapes", "OK", "Reports")
def id_with_escapes(folder: Path, name: str) -> str:
    return _notebook(folder, f"{name}\x1b[2J\x1b]0;x\x07[red]", REFERENCE.read_bytes())


@_raw("An id with HTML and quotes", "OK", "Reports")
def id_with_markup(folder: Path, name: str) -> str:
    return _notebook(folder, f"{name}<svg onload=alert(1)>\"'&", REFERENCE.read_bytes())


@_raw("An id that is no UTF-8", "OK", "Reports")
def id_that_is_no_utf8(folder: Path, name: str) -> str:
    os.rename(
        folder / _named(folder, name), os.fsencode(folder) + b"/" + name.encode() + b"-\xff\xfe.ipynb"
    )
    return f"{name}-\\udcff\\udcfe"


def _named(folder: Path, name: str) -> str:
    return _notebook(folder, name, REFERENCE.read_bytes()) + ".ipynb"
