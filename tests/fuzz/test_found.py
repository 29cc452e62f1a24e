"""What hostile bytes once broke, or took too long over: the smallest of each."""

from __future__ import annotations

import ast
import json
import os
import sys
import zipfile
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from fuzz_notebook import SHUT, WANTED, as_notebook
from spanish import spanish

from grader.core.errors import UsageError
from grader.core.results import CheckResult, Fingerprint, Grade
from grader.protocol import wire
from grader.submissions.discovery import find
from grader.submissions.model import _hashed, _ids
from grader.worker.analysis.conduct import findings
from grader.worker.analysis.notebook import Cell
from grader.worker.analysis.slicing import choose
from grader.worker.analysis.statements import statements
from grader.worker.reading import read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType

BROKE = {
    "an f-string with a line break inside": "x = f\"\"\"{'''\n'''}\"\"\"",
    "a number of thousands of digits": "x = 0x" + "f" * 5000,
    "names that wait for one another": "\n".join(f"a{i} = a{i + 1}" for i in range(1500)),
    "elif after elif": "if a: x = 1\n" + "elif a: x.y = 1\n" * 2500,
    "a guard with a long number": "if __name__ == 0x" + "f" * 5000 + ": x = 1",
    "guard after guard": "if a: x = 1\n" + "elif __name__ != '__main__': x = 2\n" * 2500,
    "one or another": "celdaGRU = " + "1 if a else " * 2500 + "1\ndef celdaGRU(): pass",
    "a command on each of 501 lines": "!ls\n" * 501,
    "a magic with a long name": "%%" + "x" * (1 << 20),
    "a long name before its definition": (name := "x" * (1 << 20)) + f".y\n{name} = 1\n",
}


@pytest.mark.parametrize("name", BROKE)
def test_a_notebook_has_a_report_that_can_be_sent(name: str) -> None:
    content = as_notebook([BROKE[name], "celdaLSTM = a0"])
    report = read(content, "a.ipynb", WANTED, SHUT).report()
    assert not report["unreadable"]
    wire.encode({"report": report}, wire.Caps(header=1 << 19, body=0))


def test_what_is_wrong_with_a_notebook_can_be_sent() -> None:
    content = json.dumps({"cells": [], "metadata": {}, "nbformat": "\ud800", "nbformat_minor": 5})
    report = read(content.encode(), "a.ipynb", WANTED, SHUT).report()
    assert wire.encode({"report": report})


def cells(source: str) -> list[Cell]:
    return [Cell(1, source, tuple(ast.parse(source).body))]


def steps(work: Callable[[], object]) -> int:
    """Return how many lines of ours, and turns of their loops, run: how long it takes, anywhere."""
    count = 0

    def trace(_: FrameType, event: str, __: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


GROWS: dict[str, Callable[[int], str]] = {
    "a name that is bound anew from itself": lambda n: "f = 0\n" + "f = f + 1\n" * n,
    "an object that is changed": lambda n: "f = g()\n" + "f.a = f.b\n" * n,
    "names that wait for one another": lambda n: (
        "f = a0\n" + "".join(f"a{i} = a{i + 1}\n" for i in range(n))
    ),
    "many names at once": lambda n: "a, b, c, d, f = a, b, c, d, f\n" * n,
}


@pytest.mark.parametrize("name", GROWS)
def test_choosing_takes_as_long_as_a_notebook_is_long(name: str) -> None:
    short, long = (statements(cells(GROWS[name](length))) for length in (50, 200))
    once, more = (steps(partial(choose, part, ["f"])) for part in (short, long))
    assert more < 6 * once


ENDLESS = {
    "attributes for attributes": "def f(s):\n" + "  s.a = s.a.b\n" * 3000,
    "a letter at a time": "f = list(map(chr, 'a' * 999_990))\n" * 9,
    "bindings for bindings": "a, b, c, d, f = a, b, c, d, f\n" * 2000,
    "code in a long text": "def f(s): exec('x = 1;' * 150_000)",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_takes_too_many_steps_to_tell_is_for_a_person_to_see(name: str) -> None:
    found = findings(statements(cells(ENDLESS[name])), ["f"], SHUT)
    assert {(one.kind, spanish(one.text)) for one in found} == {
        ("conduct", "tiene código que no se pudo analizar: conviene que lo mire una persona")
    }


def test_what_cannot_be_told_hides_nothing_after_it() -> None:
    number, names = "9" * 4299, [f"a{i}" for i in range(150)]  # its sum has too many digits to show
    texts = "".join(f'{name}_ = f"{{c}}"\n{name} = {name}_\n' for name in names)
    source = (
        f"import torch\nb = {number}\nc = {' + '.join(['b'] * 20)}\n{texts}"
        f"def f(s):\n    print({', '.join(names)})\n    return getattr(torch.nn, 'LS' + 'TM')(1)\n"
    )
    found = findings(statements(cells(source)), ["f"], SHUT)
    assert "uses torch.nn.LSTM" in {str(one.text).split(",")[0] for one in found}


def test_a_link_to_itself_is_its_students_problem(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").symlink_to("a.ipynb")
    (tmp_path / "b.ipynb").write_bytes(b"{}")
    assert ["enlace" in str(one.problem) for one in find([tmp_path])] == [True, False]


def test_a_name_too_long_with_its_folders_is_no_error(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(19):
        os.mkdir("d" * 200, dir_fd=folder)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(os.open("e" * 250 + ".py", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    os.close(folder)
    (tmp_path / "b.ipynb").write_bytes(b"{}")
    assert [one.student for one in find([tmp_path]) if not one.problem] == ["b"]


def test_a_name_of_a_zip_that_no_disk_has_room_for_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("a" + "\u0301" * 20_000 + "\u0323" * 10_000 + ".ipynb", "{}")
    with pytest.raises(UsageError, match="is not valid"):
        find([tmp_path / "all.zip"])


def test_ids_differ_though_students_are_called_like_others_ids() -> None:
    by_hash: dict[str, str] = {}
    name = other = "x\xe9"
    while (other := by_hash.setdefault(_hashed(name, 8), name)) == name:  # half a second
        name = f"x{chr(0x4E00 + len(by_hash) % 20_000)}{chr(0x4E00 + len(by_hash) // 20_000)}"
    students = [name, other, *(_hashed(name, digits) for digits in (8, 16, 32, 64))]
    ids = _ids(students)
    assert len({identity.lower() for identity in ids.values()}) == len(students)


CHECK = CheckResult("f/a", "f", "t", 1.0, 1.0, "passed")
STORED = Grade(
    "s", "s", "a", "graded", 1.0, 1.0, 1.0, 1.0, Fingerprint("", "", "", ""), checks=(CHECK,)
).to_json()  # fmt: skip


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('"score": 1.0', '"score": "1"'),
        ('"score": 1.0', '"score": NaN'),
        ('"score": 1.0', '"score": 1e999'),
        ('"score": 1.0', f'"score": 1{"0" * 400}'),
        ('"score": 1.0', '"score": true'),
        ('"score": 1.0', '"scores": 1.0'),
        ('"status": "graded"', '"status": "lost"'),
        ('"student": "s"', '"student": "\\ud800"'),
        ('"checks": [', '"checks": [3, '),
        ('"environment": {}', '"environment": {"a": Infinity}'),
        (STORED, "[]"),
        (STORED, STORED[:-20]),
        (STORED, "[" * 100_000),
        (STORED, ""),
    ],
)
def test_a_damaged_grade_is_refused(was: str, now: str) -> None:
    assert was in STORED
    with pytest.raises(ValueError, match=r"."):
        Grade.from_json(STORED.replace(was, now))
