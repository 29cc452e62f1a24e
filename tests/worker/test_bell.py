"""The bell: what was rung is told, whatever the process does next."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

import pytest

from grader.worker import bell
from grader.worker.bell import Bell, Stroke

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

Both: TypeAlias = "tuple[Bell, socket.socket]"


@pytest.fixture
def both() -> Iterator[Both]:
    ours, rope = bell.pair()
    with rope:
        yield ours, rope
    ours.close()


def test_what_is_rung_is_heard_with_its_place(both: Both) -> None:
    ours, rope = both
    ring = bell.ring_of(rope)
    ring("!torch.lstm_cell")
    ring("@celdaLSTM\t3\t7")
    assert ours.listen() == [Stroke("torch.lstm_cell", "", "celdaLSTM", 3, 7)]
    assert ours.listen() == []
    ring("?code")
    ring("@\t\t")
    assert ours.listen() == [Stroke("", "code", "", None, None)]


def test_it_is_heard_when_who_rang_has_closed_and_gone(both: Both) -> None:
    ours, rope = both
    bell.ring_of(rope)("!torch.gru")
    rope.close()
    assert [stroke.operator for stroke in ours.listen()] == ["torch.gru"]
    assert ours.is_cut


def test_what_is_rung_after_a_line_without_an_end_is_heard(both: Both) -> None:
    ours, rope = both
    os.write(rope.fileno(), b"x" * 512)
    bell.ring_of(rope)("!torch.lstm_cell")
    assert [stroke.operator for stroke in ours.listen()] == ["torch.lstm_cell"]


def test_a_name_that_is_exchanged_does_not_keep_it_from_ringing(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, rope = both
    ring = bell.ring_of(rope)
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda *_: 0)
        patched.setattr(bell, "_LONGEST", 0)
        ring("!torch.lstm")
    assert [stroke.operator for stroke in ours.listen()] == ["torch.lstm"]


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"\xff\xfe\n",
        b"@celda\t1\t2\n",
        b"x" * 5000,
        b"\n" * 100,
        b"!" + b"a" * 10_000,
        b"!torch.lstm\n@p\tuno\t-1\n",
        b"!torch.lstm\n@p\t" + b"9" * 4000 + b"\t1\n",
    ],
)
def test_whatever_is_said_is_read(told: bytes) -> None:
    for stroke in bell.strokes(told):
        assert stroke.cell is None
        assert stroke.line is None or stroke.line == 1


def test_a_flood_is_cut_and_what_came_first_is_kept(both: Both) -> None:
    ours, rope = both
    rope.settimeout(0)
    bell.ring_of(rope)("!torch.lstm")
    bell.ring_of(rope)("@a\t1\t1")
    for _ in range(200):
        try:
            rope.send(b"x" * 4096)
        except BlockingIOError:
            break
    assert [stroke.operator for stroke in ours.listen()] == ["torch.lstm"]
    assert len(ours.heard) <= 1 << 14
