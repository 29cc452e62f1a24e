"""How a check ends badly, and what that is called."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from grader.core.errors import StudentProcessLost
from grader.sandbox.conformance.case import SMALL, Promises, lane_of, submission

if TYPE_CHECKING:
    from grader.sandbox.api import Sandbox

PROMISES = Promises()


@PROMISES.of_all
def an_endless_loop_times_out(sandbox: Sandbox) -> None:
    """`cpu_seconds` ends a loop long before the wall clock, SIGXCPU and SIGTERM ignored too."""
    source = """
import signal
def f(deaf):
    if deaf:
        for number in (signal.SIGXCPU, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)
    while True: pass
"""
    with submission(sandbox, source, replace(SMALL, seconds=120)) as opened:
        assert "procesador" in opened.is_lost("timeout", False)
        assert "procesador" in opened.is_lost("timeout", True)


@PROMISES.of_all
def a_part_may_have_longer_checks(sandbox: Sandbox) -> None:
    """`parts` gives the checks of one part more time, and those of no other."""
    source = """
import time
def f(seconds):
    while time.process_time() < seconds: pass
    return True
"""
    limits = replace(SMALL, cpu_seconds=1, load_seconds=2, parts={"long": {"cpu_seconds": 5}})
    with submission(sandbox, source, limits) as opened:
        assert opened.f(2.5, part="long")
        assert "procesador" in opened.is_lost("timeout", 2.5)
        assert opened.f(2.5, part="long")


@PROMISES.of_all
def doing_nothing_times_out(sandbox: Sandbox) -> None:
    """`seconds` ends sleep, a process that stopped itself, and an answer that never ends."""
    source = """
import os, signal, struct, time
def f(how):
    if how == "stop": os.kill(os.getpid(), signal.SIGSTOP)
    if how == "drip":
        for number in range(3, 256):
            try: os.write(number, b"GRDR")
            except OSError: pass
    time.sleep(600)
"""
    with submission(sandbox, source, replace(SMALL, seconds=1)) as opened:
        for how in ("sleep", "stop", "drip"):
            opened.is_lost("timeout", how)


@PROMISES.of_all
def endless_definitions_time_out(sandbox: Sandbox) -> None:
    """`load_seconds` ends definitions that never end."""
    for line in ("while True: pass", "time.sleep(600)"):
        source = f"import time\nclass f:\n    {line}"
        with lane_of(sandbox) as lane:
            try:
                with lane.open(source, replace(SMALL, load_seconds=1)):
                    raise AssertionError("it was loaded")
            except StudentProcessLost as lost:
                assert lost.outcome == "timeout", lost


@PROMISES.of_all
def the_heap_is_bounded(sandbox: Sandbox) -> None:
    """More than `memory` on the heap is out_of_memory, Python's or torch's."""
    source = """
import torch
def f(torchs): return len(torch.ones(2**27) if torchs else bytearray(2**29))
"""
    with submission(sandbox, source) as opened:
        opened.is_lost("out_of_memory", False)
        opened.is_lost("out_of_memory", True)


@PROMISES.of_those_with_a_group
def all_memory_together_is_bounded(sandbox: Sandbox) -> None:
    """What a process's own limit does not count (shared memory, children) has an end too."""
    source = """
import mmap, os
def f(children):
    for _ in range(children): os.fork()
    size = 1 << 28
    kept = []
    while True:
        kept.append(mmap.mmap(-1, size))
        for start in range(0, size, 4096): kept[-1][start] = 1
"""
    with submission(sandbox, source, replace(SMALL, seconds=60, cpu_seconds=60)) as opened:
        opened.is_lost("out_of_memory", 0)
        opened.is_lost("out_of_memory", 1)


@PROMISES.of_all
def a_crash_costs_one_check(sandbox: Sandbox) -> None:
    """A process that dies is `crashed`, however it dies; the next check finds all as it was."""
    source = """
import faulthandler, os, signal
def f(how):
    if how == "exit": os._exit(0)
    if how == "segfault": faulthandler._sigsegv()
    if how == "abort": os.abort()
    if how == "close": os.closerange(0, 1024)
    if how == "parent": os.kill(os.getppid(), signal.SIGKILL); signal.pause()
    return 7
"""
    with submission(sandbox, source) as opened:
        for how in ("exit", "segfault", "abort", "close", "parent"):
            opened.is_lost("crashed", how)
            assert opened.f("") == 7, how


@PROMISES.of_all
def a_reply_is_bounded(sandbox: Sandbox) -> None:
    """What is larger than `output` is refused by name, before anybody makes room for it."""
    source = """
import torch
def f(how):
    if how == "tensor": return torch.zeros(2 << 20)
    if how == "text": return "x" * (2 << 20)
    return torch.zeros(1).expand(10 << 30)
"""
    with submission(sandbox, source) as opened:
        assert "grande" in opened.is_lost("crashed", "tensor")
        assert "grande" in opened.is_lost("crashed", "text")
        assert "grande" in opened.is_fault("huge").message.es


@PROMISES.of_all
def printing_hurts_nobody(sandbox: Sandbox) -> None:
    """What is printed, also beneath Python and without end of line, goes nowhere."""
    source = """
import os, sys
def f():
    print("x" * (1 << 24)); print("x", file=sys.stderr); sys.stdin.read()
    for descriptor in (1, 2): os.write(descriptor, bytes(1 << 24))
    return 7
"""
    with submission(sandbox, source) as opened:
        assert opened.f() == 7
