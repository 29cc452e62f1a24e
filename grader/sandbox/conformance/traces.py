"""What a check leaves behind, what it used, and what runs beside it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from grader.core.errors import Delegated, Place
from grader.core.limits import MIB, Limits
from grader.protocol import wire
from grader.sandbox.conformance.case import SMALL, Promises, lane_of, submission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.sandbox.api import Sandbox
    from grader.sandbox.conformance.case import Opened

PROMISES = Promises()


@PROMISES.of_all
def what_is_shut_ends_the_check(sandbox: Sandbox) -> None:
    """Running what the assignment shuts ends the check, whatever the code does about it."""
    source = """
import torch
class Part:
    def forward(self):
        cell = torch.nn.RNNCell(1, 2)
        try:
            return cell(torch.zeros(1, 1))
        except BaseException:
            return 1
def f(way):
    if way == "thread":
        import threading
        thread = threading.Thread(target=Part().forward)
        thread.start()
        thread.join()
        return 1
    return Part().forward()
"""
    with lane_of(sandbox) as lane:
        with lane.open(source, all=["torch.nn.RNN*"]) as opened:
            for way in ("plain", "thread"):
                delegated = _delegated(opened, way)
                assert delegated.operator == "torch.rnn_tanh_cell", delegated
                assert delegated.place == Place(1, 7), delegated.place
        with lane.open(source) as opened:  # an assignment that shuts nothing
            assert isinstance(opened.f("plain"), wire.Array)
        lane.goes_on()


@PROMISES.of_all
def what_is_shut_for_a_part_is_free_elsewhere(sandbox: Sandbox) -> None:
    """A part's own list ends the check where its code runs, and nowhere else."""
    source = """
import torch
class Part:
    def forward(self):
        return torch.nn.RNNCell(1, 2)(torch.zeros(1, 1))
def f(by):
    return Part().forward() if by == "part" else torch.nn.RNNCell(1, 2)(torch.zeros(1, 1))
"""
    with (
        lane_of(sandbox) as lane,
        lane.open(source, SMALL, ("f", "Part"), Part=["torch.nn.RNN*"]) as opened,
    ):
        for _ in range(2):
            assert isinstance(opened.f("f"), wire.Array)
            assert _delegated(opened, "part").part == "Part"


def _delegated(opened: Opened, *args: Any) -> Delegated:
    """Call `f` and return the delegation that must end it."""
    try:
        value = opened.f(*args)
    except Delegated as delegated:
        return delegated
    raise AssertionError(f"it answered {value!r:.200}")


@PROMISES.of_all
def the_reference_runs_apart(sandbox: Sandbox) -> None:
    """What the student's code did to torch is not there where the reference runs."""
    broken = """
import torch
class Rota:
    uno = 1
    torch.nn.RNNCell.__init__ = torch.nn.Module.__init__ = None
def f():
    return Rota.uno if torch.nn.Module.__init__ is None else 0
"""
    with submission(sandbox, broken) as opened, opened.session.check(1) as check:
        source = "import torch\ndef f(_):\n    torch.nn.RNNCell(1, 2)(torch.zeros(1, 1))"
        usage = check.reference([{"source": source, "name": "f", "args": {}}])
        assert 0 < usage.cpu_seconds < SMALL.cpu_seconds, usage
        assert check.ask("call", name="f", args=[], kwargs={}) == 1


@PROMISES.of_all
def nothing_of_the_students_runs_beside_the_reference(sandbox: Sandbox) -> None:
    """Processes that a student left busy cannot slow what their time is compared with."""
    source = """
import os
def f():
    for _ in range(4):
        if os.fork() == 0:
            while True: pass
"""
    # They do run while a question is on its way, for a tenth of a second; this takes one or more.
    program = "def f(_):\n    return sum(range(200_000_000))"
    limits = replace(SMALL, seconds=60, cpu_seconds=30)
    with submission(sandbox, source, limits) as opened, opened.session.check(1) as check:
        check.ask("call", name="f", args=[], kwargs={})
        before = check.used()
        usage = check.reference([{"source": program, "name": "f", "args": {}}])
        assert check.used() - before < usage.cpu_seconds / 2, (check.used() - before, usage)


@PROMISES.of_all
def the_time_so_far_is_the_kernels(sandbox: Sandbox) -> None:
    """The CPU time of a check grows with what it computes, not with what it sleeps."""
    source = """
import time
def f(work):
    if not work:
        time.sleep(0.5)
    return sum(range(10_000_000)) if work else 0
"""
    with submission(sandbox, source) as opened, opened.session.check(1) as check:
        took = []
        for work in (False, True):
            before = check.used()
            check.ask("call", name="f", args=[work], kwargs={})
            took.append(check.used() - before)
        assert took[0] < took[1] / 2, took


@PROMISES.of_all
def waiting_for_a_core_is_not_the_students(sandbox: Sandbox) -> None:
    """A check that others keep from the processor does not time out.

    One that sleeps does, and one that keeps itself from it with processes of its own.
    """
    source = """
import os, time
core = min(os.sched_getaffinity(0))
def f(how):
    os.sched_setaffinity(0, {core})
    others = []
    for _ in range(5 if how == "crowds" else 0):
        others.append(os.fork())
        if others[-1] == 0:
            while True: pass
    started = time.process_time()
    while time.process_time() - started < 0.4:
        if how == "sleeps": time.sleep(1)
    for pid in others: os.kill(pid, 9), os.wait()
    return core
"""
    with submission(sandbox, source, replace(SMALL, seconds=1, patience=99)) as opened:
        core = opened.f("works")
        assert isinstance(core, int)
        with _busy(core):
            assert opened.f("works") == core
        opened.is_lost("timeout", "crowds")
        opened.is_lost("timeout", "sleeps")


@contextmanager
def _busy(core: int) -> Iterator[None]:
    """Keep one core of this machine busy with other work."""
    endless = f"import os; os.sched_setaffinity(0, {{{core}}})\nwhile True: pass"
    others = [subprocess.Popen([sys.executable, "-c", endless]) for _ in range(5)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


@PROMISES.of_all
def a_session_knows_what_it_used(sandbox: Sandbox) -> None:
    """CPU, memory, processes and bytes written are the kernel's, and none is the last one's."""
    source = """
import os
def f(much):
    if not much: return 0
    data = b"x" * 50_000_000
    open("file", "wb").write(data[:300_000])
    for _ in range(9):
        if os.fork() == 0: os._exit(0)
        os.wait()
    os.remove("file")
    return sum(range(30_000_000)) and 1
"""
    used = []
    with lane_of(sandbox) as lane:
        for much in (True, False):
            with lane.open(source) as opened:
                assert opened.f(much) == much
            used.append(opened.session.usage)
    for name, least in (("cpu_seconds", 0.1), ("peak_memory", 40_000_000), ("written", 300_000)):
        first, second = (each[name] for each in used)
        assert first is None or second is None or first - second >= least, used
    first, second = (each["processes"] for each in used)
    assert first is None or second is None or first - second >= 3, used


@PROMISES.of_all
def nothing_passes_from_check_to_check(sandbox: Sandbox) -> None:
    """Globals, files, environment and patches are as they were, in the next check and after."""
    source = """
import builtins, os, torch
n = 0
def f():
    global n
    seen = [n, os.listdir(), "LEFT" in os.environ, torch.get_default_dtype() == torch.float32]
    n += 1
    os.makedirs("a/b"); open("a/b/c", "w").write("x"); os.chmod("a/b", 0); os.symlink("/", "root")
    try: os.chmod(".", 0)
    except PermissionError: pass
    os.environ["LEFT"] = "1"
    torch.set_default_dtype(torch.float64)
    torch.sum = torch.Tensor.__mul__ = None
    builtins.open = None
    return seen
"""
    with lane_of(sandbox) as lane:
        for _ in range(2):
            with lane.open(source) as opened:
                assert opened.f() == opened.f() == [0, [], False, True]


@PROMISES.of_all
def a_process_left_behind_is_gone(sandbox: Sandbox) -> None:
    """A daemon with a session of its own outlives neither its check nor its submission."""
    source = """
import os, signal, time
def f(pid):
    if pid: return gone(pid)
    ends = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in (signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)
            os.write(ends[1], str(os.getpid()).encode())
            time.sleep(600)
        os._exit(0)
    return int(os.read(ends[0], 20))
def gone(pid):
    for _ in range(100):
        try: os.kill(pid, 0)
        except ProcessLookupError: return True
        except PermissionError: pass
        time.sleep(0.02)
    return False
"""
    with lane_of(sandbox) as lane:
        with lane.open(source) as opened:
            daemon = opened.f(0)
            assert opened.f(daemon) is True
            daemon = opened.f(0)
        with lane.open(source) as opened:
            assert opened.f(daemon) is True


@PROMISES.of_all
def files_are_bounded_in_size(sandbox: Sandbox) -> None:
    """No file grows beyond `disk`."""
    source = "def f(size):\n    with open('a', 'wb') as file: file.write(bytes(size))\n    return 7"
    with submission(sandbox, source) as opened:
        assert opened.f(SMALL.disk) == 7
        assert "OSError" in opened.is_fault(SMALL.disk + 1).message.es


@PROMISES.of_those_that_protect
def files_are_bounded_together(sandbox: Sandbox) -> None:
    """All files together have an end, in bytes and in number; what was full is empty again."""
    source = """
def f(size, most):
    for number in range(most):
        try:
            with open(str(number), "wb") as file: file.write(bytes(size))
        except OSError: return number
    return most
"""
    with submission(sandbox, source, replace(SMALL, seconds=30, cpu_seconds=30)) as opened:
        for _ in range(2):
            assert 0 < opened.f(MIB, 1024) <= Limits().disk // MIB
            assert 0 < opened.f(0, 50_000) < 50_000
