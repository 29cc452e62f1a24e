"""Tars are read as zips are, under the same limits; and names of zips are as they were."""

from __future__ import annotations

import gzip
import io
import random
import struct
import tarfile
import tempfile
import tracemalloc
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.errors import UsageError
from grader.submissions import members, tars
from grader.submissions.archives import Source, list_archive
from grader.submissions.discovery import find
from grader.submissions.members import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable

    Add = Callable[[tarfile.TarFile], object]

NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


def put(archive: tarfile.TarFile, name: str, content: bytes = NOTEBOOK, **fields: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    archive.addfile(info, io.BytesIO(content))


def put_many(archive: tarfile.TarFile, count: int) -> None:
    for number in range(count):
        put(archive, f"{number}", b"")


def tarred(path: Path, *names: str, add: Add | None = None, form: int = tarfile.PAX_FORMAT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name in names:
            put(archive, name)
        if add:
            add(archive)
    content = buffer.getvalue()
    path.write_bytes(content if path.suffix == ".tar" else gzip.compress(content))
    return path


@pytest.mark.parametrize("ending", [".tar.gz", ".tgz", ".tar", ".TAR.GZ"])
@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_a_tar_is_read_as_a_zip_is(tmp_path: Path, ending: str, form: int) -> None:
    long = "carpeta/" * 11 + "mi tarea.ipynb"
    tarred(tmp_path / f"s001{ending}", long, form=form)
    tarred(tmp_path / f"s002{ending}", "a.ipynb", "datos/x.csv", form=form)
    found = find([tmp_path])
    assert [(one.student, one.filename, one.read()) for one in found] == [
        ("s001", "mi tarea.ipynb", NOTEBOOK),
        ("s002", "a.ipynb", NOTEBOOK),
    ]


@pytest.mark.parametrize("name", ["s001.zip", "s001.rar", "s001", "s001.gz"])
def test_a_tar_by_another_name_is_read_too(tmp_path: Path, name: str) -> None:
    tarred(tmp_path / "x.tar.gz", "a.ipynb").rename(tmp_path / name)
    tarred(tmp_path / "s002.tar.gz", "a.ipynb")
    assert [(one.student, one.read()) for one in find([tmp_path])] == [
        ("s001", NOTEBOOK),
        ("s002", NOTEBOOK),
    ]


def test_archives_in_a_tar_of_a_class_are_read(tmp_path: Path) -> None:
    inner = tarred(tmp_path / "x.tgz", "a/b.ipynb").read_bytes()
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("c.ipynb", NOTEBOOK)

    def add(archive: tarfile.TarFile) -> None:
        put(archive, "./s001.tar.gz", inner)
        put(archive, "./s002.zip", zipped.getvalue())
        put(archive, "./s003.ipynb")

    found = find([tarred(tmp_path / "clase.tar", add=add)])
    assert [(one.student, one.read()) for one in found] == [
        (f"s00{n}", NOTEBOOK) for n in (1, 2, 3)
    ]


HOSTILE: dict[str, tuple[Add, str, str]] = {
    "a link": (
        lambda tar: put(tar, "x.ipynb", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        *("enlace o un dispositivo", "link or a device"),
    ),
    "a hard link": (
        lambda tar: put(tar, "x.ipynb", b"", type=tarfile.LNKTYPE, linkname="lstm.ipynb"),
        *("enlace o un dispositivo", "link or a device"),
    ),
    "a device": (
        lambda tar: put(tar, "disco", b"", type=tarfile.BLKTYPE),
        *("enlace o un dispositivo", "link or a device"),
    ),
    "a pipe": (
        lambda tar: put(tar, "tubo", b"", type=tarfile.FIFOTYPE),
        *("enlace o un dispositivo", "link or a device"),
    ),
    "an absolute name": (lambda tar: put(tar, "/etc/x.ipynb"), "no válido", "leads outside"),
    "a name that goes up": (lambda tar: put(tar, "a/../../x.py"), "no válido", "leads outside"),
    "a drive": (lambda tar: put(tar, "C:\\x.ipynb"), "no válido", "leads outside"),
    "too many": (
        lambda tar: put_many(tar, members.MAX_ENTRIES),
        *("más de", "more than"),
    ),
    "twins": (lambda tar: put(tar, "lstm.ipynb"), "mismo nombre", "two files named"),
    "a sparse file": (
        lambda tar: put(tar, "y.ipynb", b"0\n", pax_headers={"GNU.sparse.major": "1",
            "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9"}),
        *("dañado", "sparse"),
    ),
    "long attributes": (
        lambda tar: put(tar, "z.ipynb", pax_headers={"comment": "x" * (9 << 20)}),
        *("más de", "more than"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", HOSTILE)
@pytest.mark.parametrize("ending", [".tar", ".tar.gz"])
def test_a_hostile_tar_is_its_students_problem_and_a_class_s_is_refused(
    tmp_path: Path, attack: str, ending: str
) -> None:
    add, spanish, english = HOSTILE[attack]
    path = tarred(tmp_path / "in" / f"s001{ending}", "lstm.ipynb", add=add)
    tarred(tmp_path / "in/s002.tar.gz", "a.ipynb")
    bad, good = find([tmp_path / "in"])
    assert spanish in str(bad.problem)
    assert good.read() == NOTEBOOK
    with pytest.raises(UsageError, match=english):
        find([path])


def forged(path: Path, size: int) -> Path:
    """Make a tar of which the last header claims this size."""
    info = tarfile.TarInfo("x.ipynb")
    info.size = size
    path.write_bytes(gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(1024)))
    return path


class Counted(io.BytesIO):
    """A file that counts how often it is read."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        return super().read(size)


def test_a_tar_that_ended_is_not_read_on() -> None:
    info = tarfile.TarInfo("x.ipynb")
    info.size = 1 << 31
    file = Counted(info.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    with pytest.raises(UnreadableError, match="dañado"):
        tars.members(file)
    assert file.reads < 10


@pytest.mark.parametrize("size", [1 << 20, 1 << 31, 1 << 60])
def test_a_size_that_is_a_lie_is_found_out(tmp_path: Path, size: int) -> None:
    forged(tmp_path / "s001.tar.gz", size)
    tarred(tmp_path / "s002.tar.gz", "a.ipynb")
    bad, good = find([tmp_path])
    assert bad.problem
    assert not good.problem


def bombs(tar: tarfile.TarFile) -> None:
    put(tar, "s001.ipynb", bytes(30 << 20))
    put(tar, "s002.ipynb")
    put(tar, "s003.ipynb", random.Random(3).randbytes(3 << 20))  # noqa: S311


def test_a_bomb_in_a_tar_of_a_class_costs_its_student_alone(tmp_path: Path) -> None:
    path = tarred(tmp_path / "clase.tar.gz", add=bombs)
    tracemalloc.start()
    try:
        found = find([path])
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert [one.problem for one in found] == [members.BOMB, None, None]


def test_a_bomb_in_a_students_tar_is_the_students_problem(tmp_path: Path) -> None:
    tarred(tmp_path / "s001.tgz", "a.ipynb", add=lambda tar: put(tar, "b.csv", bytes(9 << 20)))
    tarred(tmp_path / "s002.tgz", "a.ipynb")
    assert [one.problem for one in find([tmp_path])] == [members.BOMB, None]


def test_a_tar_that_is_hardly_anything_but_a_bomb_is_not_read_to_its_end(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x.ipynb")
    info.size = 1 << 30
    packer = zlib.compressobj(1, wbits=31)
    content = packer.compress(info.tobuf())
    for _ in range(600):
        content += packer.compress(bytes(1 << 20))
    (tmp_path / "s001.tar.gz").write_bytes(content)  # it ends early, and nobody gets there
    tarred(tmp_path / "s002.tar.gz", "a.ipynb")
    assert [one.problem for one in find([tmp_path])] == [members.BOMB, None]


@pytest.mark.parametrize("cut", [-500, 1, 10, 40])
def test_a_tar_that_was_cut_off_is_damaged_and_loses_nobody(tmp_path: Path, cut: int) -> None:
    path = tarred(tmp_path / "x.tar", "a.ipynb", "b.ipynb", "c.ipynb")
    content = path.read_bytes()[: 2 * 1024 + 512 + cut]
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match="dañado"):
        list_archive(Source(path))


def test_a_header_that_is_damaged_does_not_end_the_list(tmp_path: Path) -> None:
    path = tarred(tmp_path / "x.tar", "a.ipynb", "b.ipynb", "c.ipynb")
    content = bytearray(path.read_bytes())
    content[1024 + 148] ^= 1
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match="dañado"):
        list_archive(Source(path))


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=6), st.booleans())
def test_a_damaged_tar_is_read_or_refused_and_nothing_else(
    changes: list[tuple[int, int]],
    packed: bool,  # noqa: FBT001
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = tarred(Path(folder, f"s001.tar{'.gz' if packed else ''}"), "a.ipynb", "b/c.ipynb")
        content = bytearray(path.read_bytes())
        for position, value in changes:
            content[position % len(content)] = value
        path.write_bytes(content)
        with suppress(UnreadableError):
            for entry in list_archive(Source(path)):
                if not entry.folder:
                    entry.source.read(1000)


def test_gzips_one_after_another_are_one(tmp_path: Path) -> None:
    path = tarred(tmp_path / "x.tar", "a.ipynb", "b.ipynb")
    content = path.read_bytes()
    whole = gzip.compress(content[:700]) + gzip.compress(content[700:]) + bytes(100)
    assert [one.name for one in tars.members(io.BytesIO(whole))] == ["a.ipynb", "b.ipynb"]


# Names in zips


def zip_of(
    path: Path, raw: dict[str, bytes], extra: Callable[[bytes], bytes] | None = None
) -> Path:
    """Make a zip of files by the bytes of their names, without the flag for UTF-8."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(raw.values()):
            info = zipfile.ZipInfo(f"{number}".zfill(3).ljust(len(name), "X"))
            info.extra = extra(name) if extra else b""
            archive.writestr(info, NOTEBOOK)
    content = path.read_bytes()
    for number, name in enumerate(raw.values()):
        content = content.replace(f"{number}".zfill(3).ljust(len(name), "X").encode(), name)
    path.write_bytes(content)
    return path


PEOPLE = [
    "Begoña Núñez",
    "Ángel Ibáñez",
    "José María Peña",
    "Íñigo Muñoz",
    "Zoë Gülşen",
    "Łukasz Żak",
]


@pytest.mark.parametrize("encoding", ["utf-8", "cp437", "cp850"])
@pytest.mark.parametrize(
    "form", ["{}.ipynb", "{}/tarea.ipynb", "{}_77_assignsubmission_file/a.ipynb"]
)
def test_names_without_the_flag_are_as_they_were(tmp_path: Path, encoding: str, form: str) -> None:
    raw = {}
    for number, name in enumerate(PEOPLE):
        with suppress(UnicodeEncodeError):
            raw[name] = form.replace("77", str(3000 + number)).format(name).encode(encoding)
    found = find([zip_of(tmp_path / "clase.zip", raw)])
    assert sorted(one.about.name or one.student for one in found) == sorted(raw)
    assert [one.read() for one in found] == [NOTEBOOK] * len(raw)
    assert len(raw) >= {"utf-8": 6, "cp437": 2, "cp850": 4}[encoding]


def unicode_path(name: bytes) -> bytes:
    true = name.decode("cp1252").encode()
    return struct.pack("<HHBL", 0x7075, len(true) + 5, 1, zlib.crc32(name)) + true


def test_the_field_with_the_name_in_utf_8_counts(tmp_path: Path) -> None:
    raw = {name: f"{name}.ipynb".encode("cp1252") for name in PEOPLE[:4]}
    found = find([zip_of(tmp_path / "clase.zip", raw, unicode_path)])
    assert sorted(one.student for one in found) == sorted(raw)


def test_a_field_about_another_name_does_not_count(tmp_path: Path) -> None:
    raw = {name: f"{name}.ipynb".encode() for name in PEOPLE[:3]}
    wrong = zip_of(tmp_path / "clase.zip", raw, lambda name: unicode_path(b"otro.ipynb" + name[:1]))
    assert sorted(one.student for one in find([wrong])) == sorted(raw)
