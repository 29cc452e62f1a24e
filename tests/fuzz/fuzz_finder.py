"""Submissions: whatever lies in a folder, it is found or refused in a clear sentence."""

from __future__ import annotations

import gzip
import io
import os
import re
import struct
import tarfile
import tempfile
import tracemalloc
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from choices import Choices, mutated

from grader.core.errors import GraderError
from grader.submissions.discovery import find
from grader.submissions.members import UnreadableError
from grader.submissions.model import DEVICES, SAFE, Submission

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = [
    *("a.ipynb", "A.ipynb", "a.py", "lstm_gru.ipynb", "b.zip", "s001", "lstm_gru", "submitted"),
    *("Ana_1_assignsubmission_file_", "Ana_1_assignsubmission_file_a.ipynb", "submission_3"),
    *("anaperez_LATE_12_34_a-1.ipynb", "beto_7_8_-1.ipynb", "__MACOSX", ".DS_Store", "x.txt"),
    *("CON.ipynb", "index.ipynb", "nul", "a..ipynb", " .ipynb", "-.ipynb", "ñ.ipynb", "n\u0303.py"),
    *("\u202egpj.ipynb", "\x1b[31m.ipynb", "a\nb.ipynb", "\udcff.ipynb", "\ufdfa" * 40 + ".py"),
    *("c.tar.gz", "d.tgz", "e.tar", "f.rar", "a.ipynb.txt", "hilda", "Paz, Ana(apaz)", "Version 2"),
    *("T_a_attempt_2026-11-25-10-30-00_x.ipynb", "9-1 - Ana - Nov 25, 2026 1030 AM", "Team 1"),
    *("d" * 250 + ".py", "student-e3b0c442.ipynb", "=1+1.ipynb", "a\\b.ipynb", "COM\u00b9.ipynb"),
]
WITHIN = [*NAMES, "../a.ipynb", "/a.ipynb", "C:a.ipynb", "a\0.ipynb", "a/./b.py", "//", "a/" * 50]
CONTENTS = [b"", b"{}", b"0" * 5000, b"PK\x05\x06" + bytes(18), b"PK\x06\x07" + bytes(40)]
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - quicker than a disk
BOMB = bytes(2 << 20)
LIMIT = 1 << 20  # bytes of a notebook
_MOST_MEMORY = 24 << 20  # zips of a few kilobytes; what is read of a file is bounded by LIMIT


def target(data: bytes) -> None:
    choices = Choices(data)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        root = Path(folder, choices.pick(["class", "submitted", "lstm_gru"]))
        root.mkdir()
        if choices.below(4) == 3:
            path = root / "all.zip"
            path.write_bytes(_zip(choices, 0))
        else:
            path = root
            _fill(root, choices, 0)
        tracemalloc.start()
        try:
            _look([path], choices.pick([None, "lstm_gru"]))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < _MOST_MEMORY, peak


def _look(paths: Sequence[Path], assignment: str | None) -> None:
    try:
        found = find(paths, assignment)
    except GraderError as error:
        _is_clear(str(error))
        return
    identities = [submission.id for submission in found]
    assert len({identity.lower() for identity in identities}) == len(found) > 0
    assert all(map(_is_safe, identities)), identities
    for submission in found:
        submission.student.encode()
        _read(submission)


def _read(submission: Submission) -> None:
    try:
        assert len(submission.read(LIMIT)) <= LIMIT
    except UnreadableError as error:
        _is_clear(error.said.es)
        _is_clear(error.said.en)
        _is_clear(error.why.es)
        _is_clear(error.why.en)
    except GraderError as error:
        _is_clear(str(error))


def _is_clear(text: str) -> None:
    assert text.strip()
    assert all(line.isprintable() for line in text.split("\n")), text


def _is_safe(identity: str) -> bool:
    stem = identity.split(".", maxsplit=1)[0].lower()
    longest = SAFE.fullmatch(identity) or len(identity) < 120
    return bool(longest) and identity.isascii() and stem not in DEVICES | {"index", ""}


def _fill(folder: Path, choices: Choices, depth: int) -> None:
    """Put files, folders, zips and things that are neither into a folder."""
    for _ in choices.times(6):
        path = folder / choices.pick(NAMES)
        if not (path.exists() or path.is_symlink()):
            _put(path, choices, depth)


def _put(path: Path, choices: Choices, depth: int) -> None:
    match choices.below(6):
        case 0:
            path.write_bytes(choices.pick(CONTENTS))
        case 1:
            path.write_bytes(_tar(choices) if choices.below(3) == 2 else _zip(choices, depth))
        case 2:
            path.symlink_to(choices.pick([*NAMES, "..", "/", "/proc/self/mem"]))
        case 3:
            os.mkfifo(path)
        case 4:
            path.write_bytes(choices.take(choices.below(300)))
        case _:
            path.mkdir()
            if depth < 3:
                _fill(path, choices, depth + 1)


def _zip(choices: Choices, depth: int) -> bytes:
    """Return a zip with some entries, of which some fields may be forged and some bytes damaged."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for _ in choices.times(5):
            _add(archive, choices, depth)
        archive.comment = choices.pick([b"", b"PK\x05\x06" * 3])
    content = buffer.getvalue()
    for _ in choices.times(3):
        content = _forged(content, choices)
    return mutated(content, choices) if choices.below(4) == 3 else content


def _tar(choices: Choices) -> bytes:
    """Return a tar with some members of any type, of which some bytes may be damaged."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=1 + choices.below(2)) as archive:
        for _ in choices.times(5):
            info = tarfile.TarInfo("/".join(choices.pick(NAMES) for _ in choices.times(2)) or "x")
            info.name = info.name.encode("utf-8", "replace").decode()[:90]
            info.type = choices.pick([b"0", b"0", b"5", b"1", b"2", b"6", b"L", b"x", b"g", b"S"])
            content = choices.pick([*CONTENTS, BOMB, b"9 a=b\n"])
            info.size = len(content) if choices.below(4) else choices.pick([0, 9, 1 << 31])
            archive.addfile(
                info,
                io.BytesIO(content.ljust(min(info.size, 1 << 12), b"\0"))
                if info.size <= len(content)
                else None,
            )
    content = buffer.getvalue()
    content = mutated(content, choices) if choices.below(4) == 3 else content
    return gzip.compress(content, 1) if choices.below(2) else content


def _add(archive: zipfile.ZipFile, choices: Choices, depth: int) -> None:
    parts = [choices.pick(WITHIN) for _ in range(1 + choices.below(3))]
    name = "/".join(parts).encode("utf-8", "replace").decode()
    info = zipfile.ZipInfo(name.replace("\0", "?"))
    info.compress_type = choices.pick([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    mode = choices.pick([0, 0o100644, 0o120777, 0o020666, 0o010644, 0o040755])
    info.external_attr = mode << 16
    nested = depth < 2 and choices.below(4) == 3
    content = _zip(choices, depth + 1) if nested else choices.pick([*CONTENTS, BOMB])
    if sum(map(len, archive.namelist())) < 60_000:
        archive.writestr(info, content)


# Where, in the records of a zip, there are fields to forge: (signature, offset, size).
FIELDS = [
    *((b"PK\x01\x02", offset, 2) for offset in (4, 6, 8, 10, 28, 30, 32, 34)),
    *((b"PK\x01\x02", offset, 4) for offset in (16, 20, 24, 38, 42, 46)),
    *((b"PK\x03\x04", offset, 4) for offset in (6, 14, 18, 22, 26, 30)),
    *((b"PK\x05\x06", offset, 2) for offset in (4, 6, 8, 10, 20)),
    *((b"PK\x05\x06", offset, 4) for offset in (12, 16)),
]
NUMBERS = [0, 1, 0xFF, 0xFFFF, 0xFFFFFFFF, 0x7FFFFFFF, 0x800, 0x41, 12, 14, 99]


def _forged(content: bytes, choices: Choices) -> bytes:
    """Return a zip with another number in a field, or a record of zip64's before its end."""
    signature, offset, size = choices.pick(FIELDS)
    places = [found.start() for found in re.finditer(re.escape(signature), content)]
    if not places:
        return content
    place = choices.pick(places[:200]) + offset
    if offset == 20 and signature == b"PK\x05\x06":
        end = content.rindex(signature)
        locator = b"PK\x06\x07" + struct.pack("<LQL", 0, choices.pick(NUMBERS), 1)
        return content[:end] + locator + content[end:]
    number = choices.pick(NUMBERS) & ((1 << 8 * size) - 1)
    return content[:place] + number.to_bytes(size, "little") + content[place + size :]


def corpus() -> list[bytes]:
    """Return bytes to begin with."""
    return [
        bytes([where, kind, *range(start, 200, 3)])
        for where in range(2)
        for kind in range(4)
        for start in range(12)
    ]
