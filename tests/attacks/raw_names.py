"""Names and ids that are attacks, each with what it must get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attacks.raw import REFERENCE, notebook, raw, zipped

if TYPE_CHECKING:
    from pathlib import Path


@raw("A name that is written from right to left", "OK")
def right_to_left_name(folder: Path, name: str) -> str:
    return notebook(folder, f"{name}-\u202eyp.bpyni", REFERENCE.read_bytes())


@raw("A name that looks like another student's", "OK")
def look_alike_name(folder: Path, name: str) -> str:
    notebook(folder, f"{name}-ana", b"{}")
    return notebook(folder, f"{name}-\u0430na", REFERENCE.read_bytes())  # a Cyrillic а


@raw("A name that differs from another only in case", "OK")
def case_colliding_name(folder: Path, name: str) -> str:
    notebook(folder, f"{name}-ANA", b"{}")
    return notebook(folder, f"{name}-ana", REFERENCE.read_bytes())


@raw("An id that leads outside", "OK", "Reports")
def id_that_leads_outside(folder: Path, name: str) -> str:
    return notebook(folder, f"{name}\\..\\..\\x", REFERENCE.read_bytes())


@raw("An id that ends in dots", "OK", "Reports")
def id_of_dots(folder: Path, name: str) -> str:
    inside = folder / f"{name}...." / "entrega"
    inside.mkdir(parents=True)
    notebook(inside, name, REFERENCE.read_bytes())
    return f"{name}...."


@raw("An id that is a device's name", "OK", "Reports")
def id_of_a_device(folder: Path, _: str) -> str:
    return notebook(folder, "CON", REFERENCE.read_bytes())


@raw("An id that is the report's own page", "OK", "Reports")
def id_of_the_index(folder: Path, _: str) -> str:
    return notebook(folder, "index", REFERENCE.read_bytes())


@raw("An id of 300 bytes", "OK", "Reports")
def id_of_300_bytes(folder: Path, name: str) -> str:
    student = name + "ñ" * ((300 - len(name)) // 2)
    more = folder.parent / "more"
    members = [(f"{student}.ipynb", REFERENCE.read_bytes()), (f"{name}-otra.ipynb", b"{}")]
    zipped(more, name, *members)
    return student


@raw("An id that is a formula", "OK", "Reports")
def id_that_is_a_formula(folder: Path, _: str) -> str:
    return notebook(folder, "=cmd|' -C calc'!A0", REFERENCE.read_bytes())


@raw("An id with tabs, carriage returns and quotes", "OK", "Reports")
def id_with_line_ends(folder: Path, name: str) -> str:
    return notebook(folder, f'\t@{name}\r\n"+1",100', REFERENCE.read_bytes())


@raw("An id with ANSI and OSC escapes", "OK", "Reports")
def id_with_escapes(folder: Path, name: str) -> str:
    return notebook(folder, f"{name}\x1b[2J\x1b]0;x\x07[red]", REFERENCE.read_bytes())


@raw("An id with HTML and quotes", "OK", "Reports")
def id_with_markup(folder: Path, name: str) -> str:
    return notebook(folder, f"{name}<svg onload=alert(1)>\"'&", REFERENCE.read_bytes())


@raw("An id that is no UTF-8", "OK", "Reports")
def id_that_is_no_utf8(folder: Path, name: str) -> str:
    return (
        notebook(folder, f"{name}-\udcff\udcfe", REFERENCE.read_bytes())
        .encode("utf-8", "backslashreplace")
        .decode()
    )
