"""What is told at the terminal can neither steer it nor be read otherwise than it is."""

from __future__ import annotations

import pytest

from grader.core.console import plain
from grader.sandbox.decode import without_host


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ana\x1b[31m", "ana [31m"),
        ("ana\u202ebiv.", r"ana\u202ebiv."),
        ("\u2066ana\u2069", r"\u2066ana\u2069"),
        ("an\u200ba\ufeff", r"an\u200ba\ufeff"),
        ("ana\u2028bob", r"ana\u2028bob"),
        ("ana\ud800", r"ana\ud800"),
        ("ana\ue000", r"ana\ue000"),
        ("ñandú «σ» 中文 ☕", "ñandú «σ» 中文 ☕"),
        ("una línea\notra", "una línea\notra"),
    ],
)
def test_what_cannot_be_seen_is_shown(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "No such file: '/var/lib/docker/overlay2/abc/diff/datos.csv'",
            "No such file: '…/datos.csv'",
        ),
        ("/opt/worker/torch/nn/modules/linear.py", "…/linear.py"),
        ("lowerdir=/var/lib/a:/var/lib/b,upperdir=/var/c", "lowerdir=…/a:…/b,upperdir=…/c"),
        ("/proc/self/mountinfo", "…/mountinfo"),
        ("id 0123456789abcdef0123456789abcdef!", "id …!"),
        ("No such file: '/content/drive/MyDrive/datos.csv'", None),
        ("mat1 and mat2 shapes cannot be multiplied (3x4 and 5x6)", None),
        ("h/c, 1/2 and https://example.org/usr/x", None),
        ("C:\\Users\\ana\\datos.csv", None),
    ],
)
def test_folders_and_ids_of_the_machine_are_cut(said: str, shown: str | None) -> None:
    assert without_host(said) == (said if shown is None else shown)
