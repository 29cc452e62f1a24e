"""What every sandbox promises, as one ordered list of plain functions.

Each case opens a lane, hands it a few lines of student code and raises AssertionError when the
promise in its docstring is broken. `needs_protection` marks what a plain process cannot hold,
`needs_group` what also bubblewrap cannot where it may not make a control group.

    for case in CASES:
        case.check(sandbox)
"""

from __future__ import annotations

import os
import secrets
import socket
import struct
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from grader import wire
from grader.errors import Delegated, Place, StudentFault, StudentLost
from grader.sandbox import MIB, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.errors import FaultOutcome
    from grader.sandbox import Sandbox, Session

SMALL = Limits(
    seconds=3, cpu_seconds=1, load_seconds=5, memory=200 * MIB, pids=32, output=MIB, disk=MIB
)
"""Short enough for the list to run in a minute."""


@dataclass(frozen=True)
class Case:
    """One promise: `check` raises AssertionError when it is broken."""

    name: str
    check: Callable[[Sandbox], None]
    needs_protection: bool
    needs_group: bool = False


_cases: list[Case] = []


def _promise(check: Callable[[Sandbox], None]) -> Callable[[Sandbox], None]:
    _cases.append(Case(check.__name__, check, needs_protection=False))
    return check


def _protected(check: Callable[[Sandbox], None]) -> Callable[[Sandbox], None]:
    _cases.append(Case(check.__name__, check, needs_protection=True))
    return check


def _grouped(check: Callable[[Sandbox], None]) -> Callable[[Sandbox], None]:
    _cases.append(Case(check.__name__, check, needs_protection=True, needs_group=True))
    return check


class _Opened:
    """One submission, and what it answers."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def f(self, *args: Any, entropy: int = 1) -> Any:
        """Call the student's `f` in a check of its own."""
        with self.session.check(entropy) as check:
            return check.ask("call", name="f", args=list(args), kwargs={})

    def is_lost(self, outcome: FaultOutcome, *args: Any) -> str:
        """Call `f`, see that it takes its process down with this outcome; return the message."""
        try:
            value = self.f(*args)
        except StudentLost as lost:
            assert lost.outcome == outcome, f"{lost.outcome}: {lost.message}"
            return lost.message.es
        except StudentFault as fault:
            raise AssertionError(f"it answered with an exception: {fault}") from fault
        raise AssertionError(f"it answered {value!r:.200}")

    def is_fault(self, *args: Any) -> StudentFault:
        """Call `f` and return the exception that it must raise."""
        try:
            value = self.f(*args)
        except StudentFault as fault:
            return fault
        except StudentLost as lost:
            raise AssertionError(f"the process was lost: {lost.message}") from lost
        raise AssertionError(f"it answered {value!r:.200}")


class _Lane:
    """A lane to which submissions are handed as source text."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.lane = sandbox.lane()

    @contextmanager
    def open(self, source: str, limits: Limits = SMALL) -> Iterator[_Opened]:
        """Open a submission that defines `f`."""
        with self.lane.open(source.encode(), "a.py", ["f"], limits) as session:
            assert "f" in session.report.defined, session.report
            yield _Opened(session)

    def goes_on(self) -> None:
        """See that the next submission is none the worse for the last one."""
        with self.open(_HONEST) as next_one:
            got = next_one.f(wire.Array("float64", (2,), struct.pack("<2d", 3.0, 4.0)))
            assert got == (wire.Array("float64", (), struct.pack("<d", 25.0)), []), got


@contextmanager
def _lane(sandbox: Sandbox) -> Iterator[_Lane]:
    lane = _Lane(sandbox)
    try:
        yield lane
        lane.goes_on()
    finally:
        lane.lane.close()


@contextmanager
def _submission(sandbox: Sandbox, source: str, limits: Limits = SMALL) -> Iterator[_Opened]:
    """Open a lane and a submission in it; afterwards the next one must be unharmed."""
    with _lane(sandbox) as lane, lane.open(source, limits) as opened:
        yield opened


_HONEST = """
import os, torch
def f(x):
    return torch.sum(x * x), os.listdir()
"""


# What is answered.


@_promise
def tensors_cross_exactly(sandbox: Sandbox) -> None:
    """Tensors come back bit for bit: NaN, infinities, −0, subnormals; empty; every dtype."""
    data = struct.pack("<6d", float("nan"), float("inf"), -0.0, 5e-324, 0.1, -1e308)
    sent = [wire.Array("float64", (2, 3), data), wire.Array("int64", (0, 4), b"")]
    sent += [wire.Array(dtype, (1,), b"\1" * size) for dtype, size in wire.ITEM_SIZES.items()]
    with _submission(sandbox, "def f(*x): return x") as opened:
        assert opened.f(*sent) == tuple(sent)


@_promise
def a_notebook_may_hold_pictures(sandbox: Sandbox) -> None:
    """Some megabytes of notebook are loaded like any other."""
    with _submission(sandbox, f"# {'x' * (5 << 20)}\ndef f(): return 7") as opened:
        assert opened.f() == 7


@_promise
def a_limit_may_be_larger_than_another(sandbox: Sandbox) -> None:
    """A check may take longer than the definitions, and the definitions than a check."""
    for seconds in (1, 60):
        limits = replace(SMALL, load_seconds=30, cpu_seconds=seconds)
        with _submission(sandbox, "def f(): return 7", limits) as opened:
            assert opened.f() == 7


@_promise
def an_exception_has_its_place(sandbox: Sandbox) -> None:
    """An exception is an answer, with its type, text, cell and line; the process lives on."""
    with _submission(sandbox, "def f(x):\n    y = x\n    raise ValueError(y)") as opened:
        fault = opened.is_fault("no")
        assert (fault.message.es, fault.place) == ("ValueError: no", Place(1, 3)), fault


@_promise
def sys_exit_is_an_exception(sandbox: Sandbox) -> None:
    """SystemExit ends nothing."""
    with _submission(sandbox, "import sys\ndef f(): sys.exit(0)") as opened:
        assert opened.is_fault().message.es.startswith("SystemExit")


@_promise
def chance_starts_from_the_entropy(sandbox: Sandbox) -> None:
    """The usual generators start from the check's entropy and from nothing else."""
    source = "import random, torch\ndef f(): return random.random(), torch.rand(3)"
    with _submission(sandbox, source) as opened:
        first, again, other = opened.f(entropy=7), opened.f(entropy=7), opened.f(entropy=8)
        assert first == again != other


# How a check ends badly, and what that is called.


@_promise
def an_endless_loop_times_out(sandbox: Sandbox) -> None:
    """`cpu_seconds` ends a loop long before the wall clock, SIGXCPU and SIGTERM ignored too."""
    source = """
import signal
def f(deaf):
    if deaf:
        for number in (signal.SIGXCPU, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)
    while True: pass
"""
    with _submission(sandbox, source, replace(SMALL, seconds=120)) as opened:
        assert "procesador" in opened.is_lost("timeout", False)
        assert "procesador" in opened.is_lost("timeout", True)


@_promise
def doing_nothing_times_out(sandbox: Sandbox) -> None:
    """`seconds` ends sleep, a process that stopped itself, and an answer that never ends."""
    source = """
import os, signal, struct, time
def f(how):
    if how == "stop": os.kill(os.getpid(), signal.SIGSTOP)
    if how == "drip": os.write(max(map(int, os.listdir("/proc/self/fd")[:-1])), b"GRDR")
    time.sleep(600)
"""
    with _submission(sandbox, source, replace(SMALL, seconds=1)) as opened:
        for how in ("sleep", "stop", "drip"):
            opened.is_lost("timeout", how)


@_promise
def endless_definitions_time_out(sandbox: Sandbox) -> None:
    """`load_seconds` ends definitions that never end."""
    for line in ("while True: pass", "time.sleep(600)"):
        source = f"import time\nclass f:\n    {line}"
        with _lane(sandbox) as lane:
            try:
                with lane.open(source, replace(SMALL, load_seconds=1)):
                    raise AssertionError("it was loaded")
            except StudentLost as lost:
                assert lost.outcome == "timeout", lost


@_promise
def the_heap_is_bounded(sandbox: Sandbox) -> None:
    """More than `memory` on the heap is out_of_memory, Python's or torch's."""
    source = """
import torch
def f(torchs): return len(torch.ones(2**27) if torchs else bytearray(2**29))
"""
    with _submission(sandbox, source) as opened:
        opened.is_lost("out_of_memory", False)
        opened.is_lost("out_of_memory", True)


@_grouped
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
    with _submission(sandbox, source, replace(SMALL, seconds=60, cpu_seconds=60)) as opened:
        opened.is_lost("out_of_memory", 0)
        opened.is_lost("out_of_memory", 1)


@_promise
def a_crash_costs_one_check(sandbox: Sandbox) -> None:
    """A process that dies is `crashed`, however it dies; the next check finds all as it was."""
    source = """
import ctypes, os, signal
def f(how):
    if how == "exit": os._exit(0)
    if how == "segfault": ctypes.string_at(0)
    if how == "abort": os.abort()
    if how == "close": os.closerange(0, 1024)
    if how == "parent": os.kill(os.getppid(), signal.SIGKILL); signal.pause()
    return 7
"""
    with _submission(sandbox, source) as opened:
        for how in ("exit", "segfault", "abort", "close", "parent"):
            opened.is_lost("crashed", how)
            assert opened.f("") == 7, how


@_promise
def a_reply_is_bounded(sandbox: Sandbox) -> None:
    """What is larger than `output` is refused by name, before anybody makes room for it."""
    source = """
import torch
def f(how):
    if how == "tensor": return torch.zeros(2 << 20)
    if how == "text": return "x" * (2 << 20)
    return torch.zeros(1).expand(10 << 30)
"""
    with _submission(sandbox, source) as opened:
        assert "bytes" in opened.is_lost("crashed", "tensor")
        assert "bytes" in opened.is_lost("crashed", "text")
        assert "grande" in opened.is_fault("huge").message.es


@_promise
def printing_hurts_nobody(sandbox: Sandbox) -> None:
    """What is printed, also beneath Python and without end of line, goes nowhere."""
    source = """
import os, sys
def f():
    print("x" * (1 << 24)); print("x", file=sys.stderr); sys.stdin.read()
    for descriptor in (1, 2): os.write(descriptor, bytes(1 << 24))
    return 7
"""
    with _submission(sandbox, source) as opened:
        assert opened.f() == 7


# Frames that nobody asked for.


@_promise
def forged_frames_are_no_answers(sandbox: Sandbox) -> None:
    """Whatever is written to inherited descriptors, no old, foreign or broken frame counts."""
    source = """
import os
def f(frame):
    for descriptor in range(3, 256):
        try: os.write(descriptor, frame)
        except OSError: pass
    return 7
"""
    foreign = wire.encode({"nonce": secrets.token_bytes(16), "value": 99})
    damaged = foreign[:-1] + b"\0"
    headless = struct.pack("!4sBxxxIQI", b"GRDR", 1, 1, 0, 0x5BA06F8B) + b"\xc1"
    for frame in (foreign, damaged, headless, b"GRDR" * 99, b"GRDR\1" + b"\xff" * 19):
        with _submission(sandbox, source) as opened:
            opened.is_lost("crashed", frame)


@_promise
def a_frame_with_the_right_nonce_is_an_answer_at_most(sandbox: Sandbox) -> None:
    """Who finds the nonce can answer, lose or raise for itself, and confuse nobody else."""
    source = """
import os, sys
from grader import wire
def f(message):
    frame = sys._getframe()
    while "nonce" not in frame.f_locals: frame = frame.f_back
    forged = wire.encode({"nonce": frame.f_locals["nonce"], **message})
    for descriptor in range(3, 256):
        try: os.write(descriptor, forged)
        except OSError: pass
    os._exit(0)
"""
    odd: list[dict[str, Any]] = [
        {"lost": 5},
        {"lost": []},
        {"lost": ["passed", None]},
        {"raised": 5},
        {"raised": [b"\xff", [], "1", -1, 2]},
        {"value": 9, "clean": False, "cpu_seconds": "x", "report": 3},
        {},
    ]
    with _submission(sandbox, source) as opened:
        for message in odd:
            try:
                assert opened.f(message) == message.get("value")
            except (StudentFault, StudentLost):
                continue


@_promise
def a_forged_report_is_the_students(sandbox: Sandbox) -> None:
    """Definitions that answer in the worker's place cost their author at most a crash."""
    source = """
import os, time
def forge():
    for descriptor in range(3, 256):
        try: os.write(descriptor, FRAME)
        except OSError: pass
class f: forge()
"""
    reports: list[Any] = [5, {}, {"defined": 5}, "x" * ((1 << 20) - 64), {"defined": ["f"]}]
    frames = [wire.encode({"nonce": b"", "report": report}) for report in reports]
    frames += [
        wire.encode({"status": "x", "cpu_seconds": "x"}),
        wire.encode({"nonce": b"", "report": {}, "tensor": wire.Array("uint8", (9,), bytes(9))}),
        b"GRDR" * 99,
    ]
    with _lane(sandbox) as lane:
        for frame in frames:
            try:
                with lane.open(f"FRAME = {frame!r}\n{source}") as opened:
                    opened.f()
            except (AssertionError, StudentFault, StudentLost):
                continue  # AssertionError: the report does not name f


# What is left behind.


@_promise
def a_cell_of_torchs_ends_the_check(sandbox: Sandbox) -> None:
    """Running one of torch's recurrent cells ends the check, whatever the code does about it."""
    source = """
import torch
class Celda:
    def forward(self):
        cell = torch.nn.GRUCell(1, 2)
        try:
            return cell(torch.zeros(1, 1))
        except BaseException:
            return 1
def f(way):
    if way == "thread":
        import threading
        thread = threading.Thread(target=Celda().forward)
        thread.start()
        thread.join()
        return 1
    return Celda().forward()
"""
    with _lane(sandbox) as lane:
        with lane.open(source) as opened:
            for way in ("plain", "thread"):
                try:
                    value = opened.f(way)
                except Delegated as delegated:
                    assert delegated.operator == "torch.gru_cell", delegated
                    assert delegated.place == Place(1, 7), delegated.place
                else:
                    raise AssertionError(f"it answered {value!r:.200}")
        lane.goes_on()


@_promise
def the_reference_runs_apart(sandbox: Sandbox) -> None:
    """What the student's code did to torch is not there where the reference runs."""
    broken = """
import torch
class Rota:
    uno = 1
    torch.nn.LSTMCell.__init__ = torch.nn.Module.__init__ = None
def f():
    return Rota.uno if torch.nn.Module.__init__ is None else 0
"""
    with _submission(sandbox, broken) as opened, opened.session.check(1) as check:
        source = "import torch\ncell = torch.nn.LSTMCell(1, 2)(torch.zeros(1, 1))\nstand_in = 0"
        usage = check.reference("stand_in", names=[], source=source)
        assert 0 < usage.cpu_seconds < SMALL.cpu_seconds, usage
        assert check.ask("call", name="f", args=[], kwargs={}) == 1


@_promise
def nothing_of_the_students_runs_beside_the_reference(sandbox: Sandbox) -> None:
    """Processes that a student left busy cannot slow what their time is compared with."""
    source = """
import os
def f():
    for _ in range(4):
        if os.fork() == 0:
            while True: pass
"""
    program = "sum(range(20_000_000))\nstand_in = 0"
    with _submission(sandbox, source) as opened, opened.session.check(1) as check:
        check.ask("call", name="f", args=[], kwargs={})
        before = check.used()
        usage = check.reference("stand_in", names=[], source=program)
        assert check.used() - before < usage.cpu_seconds, (check.used() - before, usage)


@_promise
def the_time_so_far_is_the_kernels(sandbox: Sandbox) -> None:
    """The CPU time of a check grows with what it computes, not with what it sleeps."""
    source = """
import time
def f(work):
    if not work:
        time.sleep(0.5)
    return sum(range(10_000_000)) if work else 0
"""
    with _submission(sandbox, source) as opened, opened.session.check(1) as check:
        took = []
        for work in (False, True):
            before = check.used()
            check.ask("call", name="f", args=[work], kwargs={})
            took.append(check.used() - before)
        assert took[0] < took[1] / 2, took


@_promise
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
    with _submission(sandbox, source, replace(SMALL, seconds=1, patience=99)) as opened:
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


@_promise
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
    with _lane(sandbox) as lane:
        for much in (True, False):
            with lane.open(source) as opened:
                assert opened.f(much) == much
            used.append(opened.session.usage)
    for name, least in (("cpu_seconds", 0.1), ("peak_memory", 40_000_000), ("written", 300_000)):
        first, second = (each[name] for each in used)
        assert first is None or second is None or first - second >= least, used
    first, second = (each["processes"] for each in used)
    assert first is None or second is None or first - second >= 3, used


@_promise
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
    with _lane(sandbox) as lane:
        for _ in range(2):
            with lane.open(source) as opened:
                assert opened.f() == opened.f() == [0, [], False, True]


@_promise
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
    with _lane(sandbox) as lane:
        with lane.open(source) as opened:
            daemon = opened.f(0)
            assert opened.f(daemon) is True
            daemon = opened.f(0)
        with lane.open(source) as opened:
            assert opened.f(daemon) is True


@_promise
def files_are_bounded_in_size(sandbox: Sandbox) -> None:
    """No file grows beyond `disk`."""
    source = "def f(size):\n    with open('a', 'wb') as file: file.write(bytes(size))\n    return 7"
    with _submission(sandbox, source) as opened:
        assert opened.f(SMALL.disk) == 7
        assert "OSError" in opened.is_fault(SMALL.disk + 1).message.es


@_protected
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
    with _submission(sandbox, source, replace(SMALL, seconds=30, cpu_seconds=30)) as opened:
        for _ in range(2):
            assert 0 < opened.f(MIB, 1024) <= Limits().disk // MIB
            assert 0 < opened.f(0, 50_000) < 50_000


# What a plain process cannot hold.


@_protected
def a_fork_bomb_is_bounded(sandbox: Sandbox) -> None:
    """Processes that fork without end stop at `pids`, and die with their check."""
    source = """
import os, time
def f():
    while True:
        try: os.fork()
        except OSError: time.sleep(0.01)
"""
    with _submission(sandbox, source) as opened:
        opened.is_lost("timeout")


@_protected
def threads_are_bounded(sandbox: Sandbox) -> None:
    """Threads count like processes."""
    source = """
import threading, time
def f():
    for number in range(1000):
        try: threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        except RuntimeError: return number
    return 1000
"""
    with _submission(sandbox, source) as opened:
        assert 0 < opened.f() < SMALL.pids


@_protected
def there_is_no_network(sandbox: Sandbox) -> None:
    """No address is reached, the host's own and its abstract sockets neither; no route is there."""
    source = """
import os, socket
def f(port, name):
    reached = []
    hosts = [(2, (h, port)) for h in ("127.0.0.1", "172.17.0.1", "8.8.8.8", "localhost")]
    for family, address in [*hosts, (10, ("::1", port)), (1, "\\0" + name), (1, "/var/run/docker.sock")]:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            try:
                with socket.socket(family, kind) as s:
                    s.settimeout(0.2); s.connect(address); reached.append(str(address))
            except OSError: pass
    return reached, len(open("/proc/net/route").readlines())
"""  # noqa: E501 - a program
    name = secrets.token_hex(8)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as unix,
        _submission(sandbox, source) as opened,
    ):
        unix.bind("\0" + name)
        unix.listen()
        assert opened.f(server.getsockname()[1], name) == ([], 1)


@_protected
def submissions_are_different_users(sandbox: Sandbox) -> None:
    """No submission has a user or group that another had, or that is privileged."""
    source = "import os\ndef f(): return [*os.getresuid(), *os.getresgid()], os.getgroups()"
    with _lane(sandbox) as lane:
        seen = []
        for _ in range(2):
            with lane.open(source) as opened:
                (user, *rest), groups = opened.f()
            assert not groups
            assert {user} == set(rest)
            seen.append(user)
        assert len({0, *seen}) == 1 + len(seen)


@_protected
def there_is_no_privilege(sandbox: Sandbox) -> None:
    """No capability in any set, no_new_privs, a filter of system calls, no way back to root."""
    source = """
import os
def f():
    lines = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
    names = ("CapInh", "CapPrm", "CapEff", "CapAmb")
    tried = []
    for call, user in [(os.setuid, 0), (os.setgid, 0), (os.seteuid, 0), (os.setuid, os.getuid() + 1)]:
        try: call(user); tried.append(user)
        except PermissionError: pass
    for call in (lambda: os.setgroups([0]), lambda: os.mknod("x", 0o60600, 2049), lambda: os.chroot(".")):
        try: call(); tried.append("x")
        except OSError: pass
    return [int(lines[n], 16) for n in names], lines["NoNewPrivs"], lines["Seccomp"], tried
"""  # noqa: E501 - a program
    with _submission(sandbox, source) as opened:
        assert opened.f() == ([0, 0, 0, 0], "1", "2", [])


@_protected
def only_its_folder_is_writable(sandbox: Sandbox) -> None:
    """No other folder takes a file, and no file of the worker's can be written."""
    source = """
import os
def f():
    home, open_ = os.getcwd(), []
    for path, folders, files in os.walk("/"):
        folders[:] = [n for n in folders if os.path.join(path, n) not in ("/proc", "/sys", home)]
        open_ += [path] if os.access(path, os.W_OK) else []
        open_ += [n for n in files if n.endswith((".py", ".so")) and os.access(f"{path}/{n}", os.W_OK)]
    for path in ("/", "/tmp", "/dev/shm", "/opt/worker/grader", "/dev/mqueue", "/var/tmp", "/run", ".."):
        try: open(path + "/left", "w"); open_.append(path)
        except OSError: pass
    return open_
"""  # noqa: E501 - a program
    limits = replace(SMALL, seconds=30, cpu_seconds=30)
    with _submission(sandbox, source, limits) as opened:
        assert opened.f() == []


@_protected
def other_processes_are_out_of_reach(sandbox: Sandbox) -> None:
    """Memory, environment and descriptors of others cannot be read, nor can they be signalled."""
    source = """
import os, signal
def f(kill):
    if kill: os.kill(-1, signal.SIGKILL); signal.pause()
    reached = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if os.stat("/proc/" + pid).st_uid == os.getuid(): continue
        for act in (
            lambda: open(f"/proc/{pid}/mem", "rb"), lambda: open(f"/proc/{pid}/environ", "rb").read(),
            lambda: os.listdir(f"/proc/{pid}/fd"), lambda: os.listdir(f"/proc/{pid}/cwd/"),
            lambda: open(f"/proc/{pid}/oom_score_adj", "w"), lambda: os.kill(int(pid), 0),
        ):
            try: act(); reached.append(pid)
            except OSError: pass
    return reached
"""  # noqa: E501 - a program
    with _submission(sandbox, source) as opened:
        assert opened.f(False) == []
        opened.is_lost("crashed", True)
        assert opened.f(False) == []


@_protected
def the_hosts_files_are_not_there(sandbox: Sandbox) -> None:
    """No file of the host's can be read, and no check, reference or assignment imported."""
    source = """
import importlib, os
def f(path):
    found = [path] if os.path.exists(path) else []
    for name in ("grader.checks", "grader.sandbox", "grader.student", "grader.grading", "hypothesis"):
        try: importlib.import_module(name); found.append(name)
        except ImportError: pass
    return found
"""  # noqa: E501 - a program
    with tempfile.NamedTemporaryFile() as file, _submission(sandbox, source) as opened:
        assert opened.f(file.name) == []


@_promise
def the_environment_is_the_worker_s(sandbox: Sandbox) -> None:
    """`os.environ` holds what a student needs and nothing of the host's."""
    with _submission(sandbox, "import os\ndef f(): return dict(os.environ)") as opened:
        found = opened.f()
    same = {name for name, value in found.items() if os.environ.get(name) == value}
    assert found["HOME"] == found["TMPDIR"]
    usual = {"PATH", "LANG", "MPLBACKEND", "OMP_NUM_THREADS", "MKL_NUM_THREADS"}
    assert same <= usual | {"OPENBLAS_NUM_THREADS"}


@_protected
def the_kernel_shows_no_host_environment(sandbox: Sandbox) -> None:
    """Neither /proc nor the worker's arguments tell anything of the host."""
    source = """
import os
def f():
    seen = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try: seen.append(open(f"/proc/{pid}/environ").read())
        except PermissionError: pass
        arguments = open(f"/proc/{pid}/cmdline").read().split("\\0")
        seen += [argument for argument in arguments if argument not in KNOWN]
    return seen
KNOWN = "/sbin/docker-init -- python3 -P -s -m grader.worker --separate-users".split() + [""]
"""
    with _submission(sandbox, source) as opened:
        assert opened.f() == []


CASES: tuple[Case, ...] = tuple(_cases)
"""The list, in the order in which it is best read and run."""
