"""The student's own process: runs the notebook's definitions and forks once for each check.

From the moment that the definitions run, nothing here can be relied upon; the supervisor and the
host do not.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import socket
import time
from typing import TYPE_CHECKING, Any, NoReturn

from grader.protocol import wire
from grader.worker import gpus, tripwires
from grader.worker.channel import Channel, ChannelClosed, DeadlineExceeded, message
from grader.worker.definitions import load
from grader.worker.messages import TranslatableError, notice
from grader.worker.objects import Objects, start_random
from grader.worker.users import limit_cpu

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.worker.users import User

_FOREVER = 365 * 86_400.0


def run(control: Channel, user: User, opened: wire.Message, gpu: str | None) -> NoReturn:
    """Become the student, load the notebook, report, and serve checks until told to stop.

    Where there is a GPU for it, each check loads the notebook by itself.
    """
    try:
        user.become(opened["limits"])
        _close_others(control)
        limit_cpu(opened["limits"]["load_seconds"], opened["limits"]["cpu_seconds"])
        trap = Trap(opened["names"])
        names, shut = opened["names"], opened["shut"]
        tripwires.arm(trap, shut, names)
        source = opened["source"].data
        read = functools.partial(load, source, opened["filename"], names, shut, opened["cell"])
        if gpu is None:
            loaded = read()
            control.send(message(b"", report=loaded.report()), _later())
            _serve(control, lambda: loaded.namespace, trap)
        else:
            gpus.show(gpu)
            control.send(message(b"", report={}), _later())
            _serve(control, lambda: read().namespace, trap)
    except (ChannelClosed, DeadlineExceeded):
        os._exit(0)
    finally:
        os._exit(1)


class Forbidden(TranslatableError, RuntimeError):
    """What the assignment shuts ran while definitions did."""


class Trap:
    """What happens when what the assignment shuts runs in the student's process.

    While definitions run, the statement fails; in a check, the host is told and the process ends,
    so that nothing can take it back.
    """

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.watched: tuple[Channel, Objects] | None = None

    def __call__(self, operator: str) -> NoReturn:
        """Tell and end."""
        if self.watched is None:
            told = notice("{operator} has to be written by hand here", operator=operator)
            raise Forbidden(told)
        channel, objects = self.watched
        part = cell = line = None
        try:
            with contextlib.suppress(Exception):
                part, cell, line = tripwires.place_and_part(self.names)
            tripped = [operator, part, cell, line]
            channel.send(message(objects.nonce, tripped=tripped), _later())
        finally:
            os._exit(1)


def _serve(control: Channel, namespace: Callable[[], dict[str, Any]], trap: Trap) -> None:
    gc.freeze()  # what is collected in a check would be copied first
    while True:
        plan = control.receive(wire.Caps(), _later())
        _, (descriptor, *_), _, _ = socket.recv_fds(control.socket, 1, 1)
        pid = os.fork()
        if pid == 0:
            control.close()
            _check(Channel(socket.socket(fileno=descriptor)), plan, namespace, trap)
        os.close(descriptor)
        _, status, used = os.wait4(pid, 0)
        seconds = used.ru_utime + used.ru_stime
        code = os.waitstatus_to_exitcode(status)
        control.send(message(b"", status=code, cpu_seconds=seconds), _later())


def _check(
    channel: Channel, plan: wire.Message, namespace: Callable[[], dict[str, Any]], trap: Trap
) -> NoReturn:
    """Answer the questions of one check, then end without running anybody's exit handlers."""
    with contextlib.suppress(ChannelClosed, DeadlineExceeded):
        limit_cpu(plan["cpu_seconds"])
        start_random(plan["entropy"])
        objects = Objects(namespace())
        trap.watched = channel, objects
        _answer(channel, objects)
    os._exit(0)


def run_reference(
    channel: Channel, user: User, limits: dict[str, Any], gpu: str | None
) -> NoReturn:
    """Answer in a process that no student's code was ever in."""
    with contextlib.suppress(ChannelClosed, DeadlineExceeded):
        user.become(limits)
        _close_others(channel)
        limit_cpu(limits["cpu_seconds"])
        if gpu is not None:
            gpus.show(gpu)
        _answer(channel, Objects({}))
    os._exit(0)


def _answer(channel: Channel, objects: Objects) -> None:
    while True:
        question = channel.receive(wire.Caps(), _later())
        channel.send(objects.answer(question), _later())


def _close_others(control: Channel) -> None:
    keep = control.socket.fileno()
    os.closerange(3, keep)
    os.closerange(keep + 1, 256)


def _later() -> float:
    return time.monotonic() + _FOREVER
