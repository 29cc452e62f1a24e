"""The student's own process: runs the notebook's definitions and forks once for each check.

From the moment that the definitions run, nothing here can be relied upon; the supervisor and the
host do not.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import sys
import time
from typing import TYPE_CHECKING, Any, NoReturn

from grader import wire
from grader.worker.channel import Channel, Gone, Late, message
from grader.worker.definitions import load
from grader.worker.objects import Objects
from grader.worker.users import limit_cpu

if TYPE_CHECKING:
    from grader.worker.users import User

_FOREVER = 365 * 86_400.0


def run(control: Channel, user: User, opened: wire.Message) -> NoReturn:
    """Become the student, load the notebook, report, and serve checks until told to stop."""
    try:
        user.become(opened["limits"])
        _close_others(control)
        limit_cpu(opened["limits"]["load_seconds"], opened["limits"]["cpu_seconds"])
        loaded = load(opened["source"], opened["filename"], opened["names"])
        control.send(message(b"", report=loaded.report()), _later())
        _serve(control, loaded.namespace)
    except (Gone, Late):
        os._exit(0)
    finally:
        os._exit(1)


def _serve(control: Channel, namespace: dict[str, Any]) -> None:
    while True:
        plan = control.receive(wire.Caps(), _later())
        _, (descriptor, *_), _, _ = socket.recv_fds(control.socket, 1, 1)
        pid = os.fork()
        if pid == 0:
            control.close()
            _check(Channel(socket.socket(fileno=descriptor)), plan, namespace)
        os.close(descriptor)
        _, status, used = os.wait4(pid, 0)
        seconds = used.ru_utime + used.ru_stime
        code = os.waitstatus_to_exitcode(status)
        control.send(message(b"", status=code, cpu_seconds=seconds), _later())


def _check(channel: Channel, plan: wire.Message, namespace: dict[str, Any]) -> NoReturn:
    """Answer the questions of one check, then end without running anybody's exit handlers."""
    with contextlib.suppress(Gone, Late):
        limit_cpu(plan["cpu_seconds"])
        _seed(plan["entropy"])
        objects = Objects(namespace)
        while True:
            question = channel.receive(wire.Caps(), _later())
            channel.send(objects.answer(question), _later())
    os._exit(0)


def _seed(entropy: int) -> None:
    """Start the usual generators anew, so that a check does not depend on those before it."""
    torch = sys.modules["torch"]
    torch.manual_seed(entropy)
    random.seed(entropy)
    sys.modules["numpy"].random.seed(entropy % 2**32)


def _close_others(control: Channel) -> None:
    keep = control.socket.fileno()
    os.closerange(3, keep)
    os.closerange(keep + 1, 256)


def _later() -> float:
    return time.monotonic() + _FOREVER
