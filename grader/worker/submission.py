"""The student's own process: runs the notebook's definitions and forks once for each check.

From the moment that the definitions run, nothing here can be relied upon; the supervisor and the
host do not.
"""

from __future__ import annotations

import contextlib
import gc
import os
import socket
from typing import TYPE_CHECKING, Any, NoReturn

from grader.protocol import wire
from grader.worker import bell, calm, devices, gpus, seal, tripwires
from grader.worker.channel import Channel, ChannelClosed, DeadlineExceeded, forever, message
from grader.worker.definitions import load
from grader.worker.objects import Objects, start_random
from grader.worker.program import Program
from grader.worker.trap import spring_of
from grader.worker.users import close_others, limit_cpu

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.worker.definitions import Loaded
    from grader.worker.users import User


def run(
    control: Channel,
    rope: socket.socket,
    user: User,
    opened: wire.Message,
    program: bytes,
    gpu: str | None,
) -> NoReturn:
    """Become the student, run the definitions, report, and serve checks until told to stop.

    `rope` rings the supervisor's bell. Where there is a GPU for it, each check runs the definitions
    by itself.
    """
    try:
        user.become(opened["limits"])
        close_others(control.socket.fileno(), rope.fileno())
        limit_cpu(opened["limits"]["load_seconds"], opened["limits"]["cpu_seconds"])
        names = opened["names"]
        known = Program.from_bytes(program)
        spring = spring_of(bell.ring_of(rope), names, loads_alone=gpu is None)
        calm.install()
        tripwires.arm(lambda operator: spring(f"!{operator}"), opened["shut"], names)
        if user.separate:
            seal.seal(spring, [file.name for file in known.files], rope.fileno())
        if gpu is None:
            loaded = _load(known, names)
            control.send(message(b"", report=loaded.report()), forever())
            _serve(control, lambda: loaded.namespace)
        else:
            gpus.show(gpu)
            control.send(message(b"", report={}), forever())
            _serve(control, lambda: _load(known, names).namespace)
    except (ChannelClosed, DeadlineExceeded):
        os._exit(0)
    finally:
        os._exit(1)


def _load(program: Program, names: Sequence[str]) -> Loaded:
    devices.install(program.asked)
    return load(program, names)


def _serve(control: Channel, namespace: Callable[[], dict[str, Any]]) -> None:
    gc.freeze()  # what is collected in a check would be copied first
    while True:
        plan = control.receive(wire.Caps(), forever())
        _, (descriptor, *_), _, _ = socket.recv_fds(control.socket, 1, 1)
        pid = os.fork()
        if pid == 0:
            control.close()
            _check(Channel(socket.socket(fileno=descriptor)), plan, namespace)
        os.close(descriptor)
        _, status, used = os.wait4(pid, 0)
        seconds = used.ru_utime + used.ru_stime
        code = os.waitstatus_to_exitcode(status)
        control.send(message(b"", status=code, cpu_seconds=seconds), forever())


def _check(
    channel: Channel, plan: wire.Message, namespace: Callable[[], dict[str, Any]]
) -> NoReturn:
    """Answer the questions of one check, then end without running anybody's exit handlers."""
    with contextlib.suppress(ChannelClosed, DeadlineExceeded):
        limit_cpu(plan["cpu_seconds"])
        start_random(plan["entropy"])
        answer(channel, Objects(namespace()))
    os._exit(0)


def answer(channel: Channel, objects: Objects) -> None:
    """Answer questions until the channel closes."""
    while True:
        question = channel.receive(wire.Caps(), forever())
        channel.send(objects.answer(question), forever())
