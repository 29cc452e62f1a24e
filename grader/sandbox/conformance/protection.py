"""What a plain process cannot hold."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.core.i18n import tr
from grader.sandbox.conformance.case import SMALL, Promises, lane_of, submission
from grader.worker.trap import ACTS

if TYPE_CHECKING:
    from grader.sandbox.api import Sandbox

PROMISES = Promises()


@PROMISES.of_those_that_protect
def a_fork_bomb_is_bounded(sandbox: Sandbox) -> None:
    """Processes that fork without end stop at `pids`, and die with their check."""
    source = """
import os, time
def f():
    while True:
        try: os.fork()
        except OSError: time.sleep(0.01)
"""
    with submission(sandbox, source) as opened:
        opened.is_lost("timeout")


@PROMISES.of_those_that_protect
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
    with submission(sandbox, source) as opened:
        assert 0 < opened.f() < SMALL.pids


@PROMISES.of_those_that_protect
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
        submission(sandbox, source) as opened,
    ):
        unix.bind("\0" + name)
        unix.listen()
        assert opened.f(server.getsockname()[1], name) == ([], 1)


@PROMISES.of_those_that_protect
def submissions_are_different_users(sandbox: Sandbox) -> None:
    """No submission has a user or group that another had, or that is privileged."""
    source = "import os\ndef f(): return [*os.getresuid(), *os.getresgid()], os.getgroups()"
    with lane_of(sandbox) as lane:
        seen = []
        for _ in range(2):
            with lane.open(source) as opened:
                (user, *rest), groups = opened.f()
            assert not groups
            assert {user} == set(rest)
            seen.append(user)
        assert len({0, *seen}) == 1 + len(seen)


@PROMISES.of_those_that_protect
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
    with submission(sandbox, source) as opened:
        assert opened.f() == ([0, 0, 0, 0], "1", "2", [])


@PROMISES.of_those_that_protect
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
    with submission(sandbox, source, limits) as opened:
        assert opened.f() == []


@PROMISES.of_those_that_protect
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
    with submission(sandbox, source) as opened:
        assert opened.f(False) == []
        opened.is_lost("crashed", True)
        assert opened.f(False) == []


@PROMISES.of_those_that_protect
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
    with tempfile.NamedTemporaryFile() as file, submission(sandbox, source) as opened:
        assert opened.f(file.name) == []


@PROMISES.of_all
def the_environment_is_the_worker_s(sandbox: Sandbox) -> None:
    """`os.environ` holds what a student needs and nothing of the host's."""
    with submission(sandbox, "import os\ndef f(): return dict(os.environ)") as opened:
        found = opened.f()
    same = {name for name, value in found.items() if os.environ.get(name) == value}
    assert found["HOME"] == found["TMPDIR"]
    usual = {"PATH", "LANG", "MPLBACKEND", "OMP_NUM_THREADS", "MKL_NUM_THREADS"}
    assert same <= usual | {"OPENBLAS_NUM_THREADS"}


@PROMISES.of_those_that_protect
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
    with submission(sandbox, source) as opened:
        assert opened.f() == []


@PROMISES.of_those_that_protect
def no_program_is_run(sandbox: Sandbox) -> None:
    """The kernel refuses to run any program in a student's process, or in a child of it."""
    source = """
import os, subprocess, sys
def tries():
    yield lambda: os.execv(sys.executable, [sys.executable, "-c", ""])
    yield lambda: os.execve(os.open(sys.executable, os.O_RDONLY), ["python3"], {})
    yield lambda: os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {})
    yield lambda: subprocess.run([sys.executable, "-c", ""])
def f():
    refused = 0
    for act in tries():
        try: act()
        except PermissionError: refused += 1
    return refused, os.waitstatus_to_exitcode(os.system("true"))
"""
    with submission(sandbox, source) as opened:
        refused, shell = opened.f()
        assert (refused, shell != 0) == (4, True), (refused, shell)


@PROMISES.of_those_that_protect
def no_native_code_is_reached(sandbox: Sandbox) -> None:
    """Neither a library nor an address can be called; who opens one ends, and is told why."""
    source = """
import ctypes, importlib.machinery, importlib.util, torch
def f(way):
    if way == "open": ctypes.CDLL(torch.__path__[0] + "/lib/libtorch_cpu.so")
    if way == "extension":
        open("a.so", "wb").write(b"\\x7fELF")
        loader = importlib.machinery.ExtensionFileLoader("a", "./a.so")
        importlib.util.module_from_spec(importlib.util.spec_from_loader("a", loader))
    if way == "memory": ctypes.c_int.from_address(id(f))
    if way == "address": ctypes.CFUNCTYPE(ctypes.c_int)(id(f))
    if way == "call": ctypes.memmove(0, 0, 0)
    if way == "type": ctypes.CFUNCTYPE(ctypes.c_int).__new__(ctypes.CFUNCTYPE(ctypes.c_int), 1)
    return ctypes.sizeof(ctypes.c_double)
"""
    with submission(sandbox, source) as opened:
        for way in ("open", "extension"):
            assert _said("library") in opened.is_lost("crashed", way)
        assert _said("memory") in opened.is_lost("crashed", "memory")
        for way in ("address", "call", "type"):
            opened.is_fault(way)
        assert opened.f("") == 8


@PROMISES.of_those_that_protect
def nobodys_code_is_exchanged(sandbox: Sandbox) -> None:
    """Code of torch's and of the worker's is neither replaced nor made into functions anew."""
    source = """
import torch, types
import torch.nn.modules.linear as linear
def g(): return 1
def f(way):
    if way == "replace": torch.nn.Linear.forward.__code__ = g.__code__
    if way == "copy": return types.FunctionType(torch.nn.Linear.forward.__code__, {}).__name__
    if way == "again": exec(linear.__loader__.get_code("torch.nn.modules.linear"), {})
    g.__code__ = (lambda: 2).__code__
    return types.FunctionType(g.__code__, {})()
"""
    with submission(sandbox, source) as opened:
        for way in ("replace", "copy", "again"):
            assert _said("code") in opened.is_lost("crashed", way), way
        assert opened.f("own") == 2


@PROMISES.of_those_that_protect
def the_machine_is_not_told(sandbox: Sandbox) -> None:
    """/proc tells what cannot be masked and no more; errors tell neither folders nor ids."""
    source = """
import os
def f(what):
    if what == "say":
        mounts = open("/proc/self/mountinfo").read()
        raise RuntimeError(mounts[:1500] + " " + "0123456789abcdef" * 4)
    told = []
    for name in ("cmdline", "version", "uptime", "loadavg", "meminfo", "modules", "partitions"):
        try: told.append(open("/proc/" + name).read())
        except OSError: pass
    return "".join(told), os.uname().nodename
"""
    with submission(sandbox, source) as opened:
        told = opened.f("ask")
        assert told == ("", "worker"), told
        said = str(opened.is_fault("say").said)
        for secret in ("/var/lib", "overlay2/", "0123456789abcdef" * 2):
            assert secret not in said, said


@PROMISES.of_those_that_protect
def what_torch_computes_in_python_is_empty(sandbox: Sandbox) -> None:
    """Torch's own Python cells raise, as source and as bytecode; its modules import as ever."""
    source = """
import glob, inspect, marshal, types
import torch._decomp.decompositions as decompositions
def codes(code):
    yield code
    for one in code.co_consts:
        if isinstance(one, types.CodeType): yield from codes(one)
def f():
    path = decompositions.__file__.rpartition("/")
    (compiled,) = glob.glob(path[0] + "/__pycache__/decompositions.*.pyc")
    module = marshal.loads(open(compiled, "rb").read()[16:])
    cells = [code for code in codes(module) if code.co_name in ("lstm_cell", "gru_cell")]
    text = "".join(inspect.getsource(vars(decompositions)[code.co_name]) for code in cells)
    return sorted({name for code in cells for name in code.co_names}), "tanh" in text, len(cells)
"""
    with submission(sandbox, source) as opened:
        assert opened.f() == (["NotImplementedError"], False, 2)


def _said(act: str) -> str:
    """Return what a student is told of an act that no notebook needs."""
    return tr(ACTS[act].message).es
