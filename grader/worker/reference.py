"""Probes of the host's that are timed beside a student's: run where no student's code ever was."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING, Any

from grader.protocol import wire
from grader.worker import gpus
from grader.worker.channel import Channel, ChannelClosed, DeadlineExceeded, message, pair
from grader.worker.objects import Objects
from grader.worker.submission import answer
from grader.worker.users import close_others, limit_cpu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.worker.users import User


def run(
    questions: Sequence[dict[str, Any]], user: User, limits: dict[str, Any], gpu: str | None
) -> tuple[list[float], float]:
    """Ask a process of its own; return the seconds that each took and the CPU seconds of all.

    No seconds where one failed.
    """
    channel, theirs = pair()
    pid = os.fork()
    if pid == 0:
        _serve(theirs, user, limits, gpu)
    theirs.close()
    try:
        seconds = [_ask(channel, args, limits) for args in questions]
    except (DeadlineExceeded, ChannelClosed):
        seconds = []
    finally:
        channel.close()
        cpu_seconds = user.end(pid)
    return seconds, cpu_seconds


def _ask(channel: Channel, args: dict[str, Any], limits: dict[str, Any]) -> float:
    """Return the seconds that a probe took. Raises DeadlineExceeded and ChannelClosed."""
    started = time.monotonic()
    deadline = started + limits["seconds"]
    channel.send(message(b"", op="run", args=args), deadline)
    if "raised" in channel.receive(wire.Caps(body=int(limits["output"])), deadline):
        raise ChannelClosed
    return time.monotonic() - started


def _serve(channel: Channel, user: User, limits: dict[str, Any], gpu: str | None) -> None:
    with contextlib.suppress(ChannelClosed, DeadlineExceeded):
        user.become(limits)
        close_others(channel.socket.fileno())
        limit_cpu(limits["cpu_seconds"])
        if gpu is not None:
            gpus.show(gpu)
        answer(channel, Objects({}))
    os._exit(0)
