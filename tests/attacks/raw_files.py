"""Zips, links and files that are none, each with what it must get."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from typing import TYPE_CHECKING

from attacks.raw import REFERENCE, member, raw, zipped

if TYPE_CHECKING:
    from pathlib import Path


@raw("A zip whose member leads outside", "R", says="nombre no válido")
def zip_slip(folder: Path, name: str) -> str:
    return zipped(folder, name, ("../../huella-ataque.ipynb", REFERENCE.read_bytes()))


@raw("A zip whose member leads outside by backslashes", "R", says="nombre no válido")
def zip_slip_backslashes(folder: Path, name: str) -> str:
    return zipped(folder, name, ("..\\..\\huella-ataque.ipynb", REFERENCE.read_bytes()))


@raw("A zip with absolute names", "R", says="nombre no válido")
def absolute_names(folder: Path, name: str) -> str:
    return zipped(folder, name, ("/tmp/huella-ataque.ipynb", REFERENCE.read_bytes()))  # noqa: S108


@raw("A zip with a drive's letter", "R", says="nombre no válido")
def drive_letter(folder: Path, name: str) -> str:
    return zipped(folder, name, ("C:\\huella-ataque.ipynb", REFERENCE.read_bytes()))


@raw("A zip with NUL in a name", "R", says="nombre no válido")
def nul_in_a_name(folder: Path, name: str) -> str:
    zipped(folder, name, ("aXhuella.ipynb", REFERENCE.read_bytes()))
    path = folder / f"{name}.zip"
    path.write_bytes(path.read_bytes().replace(b"aXhuella", b"a\0huella"))
    return name


@raw("A zip bomb: a gigabyte in a megabyte", "R", says="200 veces|más de")
def zip_bomb(folder: Path, name: str) -> str:
    return zipped(folder, name, ("a.ipynb", bytes(256 << 20)))


@raw("A zip bomb that says that it is small", "R", says="dañado|más de|200 veces")
def lying_zip_bomb(folder: Path, name: str) -> str:
    zipped(folder, name, ("a.ipynb", bytes(64 << 20)))
    path = folder / f"{name}.zip"
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", 64 << 20), struct.pack("<I", 1000)))
    return name


@raw("A zip whose members overlap, hundreds over one", "R", says="solapan")
def overlapping_members(folder: Path, name: str) -> str:
    zipped(folder, name, *((f"{number}.ipynb", b"[]" * 999) for number in range(300)))
    path = folder / f"{name}.zip"
    content = bytearray(path.read_bytes())
    start = 0
    while (start := content.find(b"PK\1\2", start)) >= 0:
        content[start + 42 : start + 46] = bytes(4)  # where the member begins: all at the start
        start += 4
    path.write_bytes(content)
    return name


@raw("A zip with sixty thousand members", "R", says="más de 10000")
def many_members(folder: Path, name: str) -> str:
    return zipped(folder, name, *((f"{number}", b"") for number in range(60_000)))


@raw("A zip in a zip in a zip", "R", says="ningún cuaderno")
def zips_in_zips(folder: Path, name: str) -> str:
    content = REFERENCE.read_bytes()
    for inner in ("a.ipynb", "b.zip", "c.zip"):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr(inner, content)
        content = made.getvalue()
    (folder / f"{name}.zip").write_bytes(content)
    return name


@raw("A zip that is damaged", "R", says="dañado")
def damaged_zip(folder: Path, name: str) -> str:
    zipped(folder, name, ("a.ipynb", REFERENCE.read_bytes()))
    path = folder / f"{name}.zip"
    path.write_bytes(path.read_bytes()[:-30])
    return name


@raw("A zip with a symbolic link", "R", says="enlace")
def link_in_a_zip(folder: Path, name: str) -> str:
    return zipped(folder, name, (member("a.ipynb", 0o120777), b"/etc/passwd"))


@raw("A zip with a device and a FIFO", "R", says="dispositivo")
def device_in_a_zip(folder: Path, name: str) -> str:
    device, fifo = member("a.ipynb", 0o020666), member("b", 0o010666)
    return zipped(folder, name, (device, b""), (fifo, b""))


@raw("A zip with a conftest.py and a pytest.ini beside the notebook", "OK", "Score forging")
def conftest_in_a_zip(folder: Path, name: str) -> str:
    patch = b"import os\nopen('/tmp/huella-ataque', 'w')\nos._exit(0)\n"
    others = ("conftest.py", "test_celda_lstm.py", "pytest.ini", "sitecustomize.py", "torch.py")
    members = [(other, patch) for other in others]
    return zipped(folder, name, ("a.ipynb", REFERENCE.read_bytes()), *members)


@raw("A symbolic link to a file of the host's", "R", says="enlace")
def link_to_the_host(folder: Path, name: str) -> str:
    (folder / f"{name}.ipynb").symlink_to("/etc/passwd")
    return name


@raw("A symbolic link to another student's work", "R", says="enlace")
def link_to_the_right_answer(folder: Path, name: str) -> str:
    (folder / f"{name}.ipynb").symlink_to(REFERENCE)
    return name


@raw("A folder that is a link to the folder above", "R", says="enlace")
def folder_in_a_circle(folder: Path, name: str) -> str:
    (folder / name).symlink_to("..", target_is_directory=True)
    return name


@raw("A hard link, which is a file like any other", "OK")
def hard_link(folder: Path, name: str) -> str:
    original = folder.parent / f"{name}.original"
    original.write_bytes(REFERENCE.read_bytes())
    (folder / f"{name}.ipynb").hardlink_to(original)
    return name


@raw("A FIFO that nobody writes to", "R", says="no es un archivo normal")
def fifo(folder: Path, name: str) -> str:
    os.mkfifo(folder / f"{name}.ipynb")
    return name


@raw("A socket", "R", says="no es un archivo normal")
def a_socket(folder: Path, name: str) -> str:
    os.mknod(folder / f"{name}.ipynb", 0o140600)
    return name


@raw("A folder that is called like a notebook", "R", says="ningún cuaderno")
def folder_like_a_notebook(folder: Path, name: str) -> str:
    (folder / f"{name}.ipynb").mkdir()
    (folder / f"{name}.ipynb" / "nada.txt").write_text("")
    return f"{name}.ipynb"
