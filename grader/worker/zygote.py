"""The lane's first process: imports what students import, then forks a supervisor a submission.

It never parses anything, so its memory, which every student's process is a copy of, holds
nothing of anybody's submission.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import shutil
from typing import TYPE_CHECKING

from grader.worker import gpus, hugepages, seal, supervisor
from grader.worker.users import USERS_A_SESSION, Users, first_user

if TYPE_CHECKING:
    from pathlib import Path

PRELOADED = (
    "torch",
    "torch.nn.functional",
    "torch.utils.data",
    # The first optimizer would otherwise import it, for 0.9 s of CPU in every process.
    "torch._dynamo",
    "numpy",
    "nbformat.v4",
    "IPython.core.inputtransformer2",
)
_FIRST_SESSIONS = 2
"""The host's greeting and a submission; large pages, for 0.6 s of CPU, pay from the next one on."""


def serve(scratch: Path, *, separate_users: bool, shared: bool) -> None:
    """Answer the host on standard input and output until it closes; one supervisor at a time.

    `shared` is whether others than this lane run in its container, the host itself say.
    """
    incoming, outgoing = _take_standard_streams()
    preload()
    found = gpus.hide()
    first = first_user()
    sessions = 0
    while _readable(incoming):
        if sessions == _FIRST_SESSIONS:
            hugepages.collapse()
        users = Users(scratch, first, separate=separate_users, shared=shared)
        first += USERS_A_SESSION
        pid = os.fork()
        if pid == 0:
            os._exit(supervisor.run(incoming, outgoing, users, found))
        status = _end_of(pid)
        if status != 0:  # the host left, or the lane could not be cleaned: end it
            break
        sessions += 1
    if not separate_users:  # the folder was made for this lane; a container's goes with it
        shutil.rmtree(scratch, ignore_errors=True)


def _end_of(pid: int) -> int:
    """Wait for a child's end and return its status; bury any orphans that end before it."""
    while True:
        ended, status = os.wait()
        if ended == pid:
            return status


def preload() -> None:
    """Import what every submission needs, single-threaded, without running a tensor op."""
    gc.disable()  # what is imported stays: to look for what does not is 0.2 s, twice
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    for name in PRELOADED:
        importlib.import_module(name)
    seal.list_extensions()
    with torch.autograd.profiler.record_function("preload"):
        pass  # the first one, in an optimizer's first step, imports a module of the profiler's
    gc.freeze()  # a student's garbage collections need not walk, and so copy, all of torch
    gc.enable()


def _take_standard_streams() -> tuple[int, int]:
    """Move the host's stream away from descriptors 0 to 2, which become /dev/null."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return incoming, outgoing


def _readable(descriptor: int) -> bool:
    """Wait until the host speaks; what it says is left for the supervisor to read."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return any(event & select.POLLIN for _, event in poll.poll())
