"""Whom a student's processes run as, what they may use, and how they are made to disappear.

With separate users (a container), each submission gets a user id that was never used before, so
that the kernel keeps submissions apart and `kill(-1)` as that user reaches all of its processes,
whatever they did to hide. Without (a plain process on the student's own machine), the
supervisor adopts orphans and kills its descendants.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.worker import gpus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FIRST_USER = 20_000
USERS_A_SESSION = 256
USERS_A_LANE = 1 << 15  # a hundred sessions and more
_MOST_USERS = 1 << 31
_PR_SET_CHILD_SUBREAPER = 36
_CAPABILITY_VERSION_3 = 0x20080522


def first_user() -> int:
    """Return where a lane's user ids begin, drawn at random of those that its namespace has.

    The kernel counts a user's processes (RLIMIT_NPROC) over all containers of a machine: if two
    lanes had the same users, a fork bomb in one would keep the other from forking.
    """
    lanes = (min(_users_end(), _MOST_USERS) - FIRST_USER) // USERS_A_LANE
    return FIRST_USER + int.from_bytes(os.urandom(8), "big") % max(1, lanes) * USERS_A_LANE


def _users_end() -> int:
    """Return the first user id that this namespace lacks."""
    try:
        lines = Path("/proc/self/uid_map").read_text().splitlines()
    except OSError:  # no Linux
        return 0
    return max(int(first) + int(count) for first, _, count in map(str.split, lines))


class Users:
    """The user ids and folders of one session: one for each time that it is (re)opened.

    `shared` is whether others run in this container too, so that what the kernel counts of it is
    not of this lane alone.
    """

    def __init__(self, scratch: Path, first: int, *, separate: bool, shared: bool = False) -> None:
        self.scratch = scratch
        self.separate = separate
        self.shared = shared
        self.next_user = first
        self.last_user = self.next_user + USERS_A_SESSION

    def new(self) -> User | None:
        """Return a user never used before, with an empty folder; None when all were used up."""
        if self.next_user == self.last_user:
            return None
        number = self.next_user
        self.next_user += 1
        return User(number, self._folder(number), separate=self.separate)

    def _folder(self, number: int) -> Path:
        """Make a folder that this user alone can use, without the right to give files away."""
        folder = self.scratch / str(number)
        if self.separate:
            os.setegid(number)
        folder.mkdir(mode=0o700)
        if self.separate:
            folder.chmod(0o770)
            os.setegid(0)
        return folder


class User:
    """One user id and its folder."""

    def __init__(self, number: int, folder: Path, *, separate: bool) -> None:
        self.number = number
        self.folder = folder
        self.separate = separate

    def become(self, limits: Mapping[str, Any]) -> None:
        """Turn this process into the student's: user, folder, environment and limits."""
        os.setsid()
        _die_first()
        _limit(limits, own_user=self.separate)
        if self.separate:
            os.setgroups([])
            os.setresgid(self.number, self.number, self.number)
            os.setresuid(self.number, self.number, self.number)
            _disinherit()
        os.umask(0o077)
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(_environment(self.folder))
        tempfile.tempdir = None  # what torch was told, when it was imported, is another user's

    def kill(self) -> None:
        """Kill every process of this user, and wait until none is left."""
        while self._attack():
            time.sleep(0.001)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let none of this user's processes run for a while."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def end(self, pid: int) -> float:
        """Kill our child, the only process of this user; return the CPU seconds that it used."""
        if self.separate:
            self._as_user(lambda: os.kill(-1, signal.SIGKILL))
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _, _, used = os.wait4(pid, 0)
        return used.ru_utime + used.ru_stime

    def processes(self) -> list[int]:
        """Return the ids of the processes that are this user's (or, unseparated, descend from
        this one), zombies aside.
        """  # noqa: D205 - one sentence
        if self.separate:
            return [pid for pid, owner, _ in _processes() if owner == self.number]
        return _descendants(os.getpid())

    def has_empty_folder(self) -> bool:
        """Whether the folder is as it was made, as far as can be seen."""
        try:
            return not any(self.folder.iterdir())
        except OSError:
            return False

    def wipe(self) -> None:
        """Remove everything in this user's folder; the folder too."""
        if self.separate and not self.has_empty_folder():
            self._as_user(lambda: _empty(self.folder))
        elif not self.separate:
            _empty(self.folder)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def _attack(self) -> bool:
        """Kill once; return whether there was anything to kill."""
        pids = self.processes()
        if pids:
            self._signal(signal.SIGKILL)
        _reap()
        return bool(pids)

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal to every process of this user."""
        if self.separate:
            self._as_user(lambda: os.kill(-1, number))
        for pid in self.processes() if not self.separate else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _as_user(self, action: Callable[[], None]) -> None:
        pid = os.fork()
        if pid == 0:
            with contextlib.suppress(BaseException):
                os.setresgid(self.number, self.number, self.number)
                os.setresuid(self.number, self.number, self.number)
                action()
            os._exit(0)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


def adopt_orphans() -> None:
    """Become the parent of all below whose parent ends, so that none is lost sight of."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _disinherit() -> None:
    """Give up the capabilities that the worker's programs may inherit (bwrap gives them so)."""
    header, none = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None).capset(header, none):
        os._exit(1)


def _limit(limits: Mapping[str, Any], *, own_user: bool) -> None:
    def cap(kind: int, most: int) -> None:
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))

    cap(resource.RLIMIT_CORE, 0)
    cap(resource.RLIMIT_NOFILE, 256)
    cap(resource.RLIMIT_FSIZE, int(limits["disk"]))
    if sys.platform == "linux":
        # Not RLIMIT_AS, which counts what torch maps and never touches.
        cap(resource.RLIMIT_DATA, _data_bytes() + int(limits["memory"]))
        if own_user:  # the count is by user: it would include the student's whole desktop
            cap(resource.RLIMIT_NPROC, int(limits["pids"]))


def close_others(*kept: int) -> None:
    """Close every file of this process's but the standard ones and those that are kept."""
    start = 3
    for descriptor in sorted(kept):
        os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, 256)


def limit_cpu(seconds: float, children: float = 0.0) -> None:
    """Let this process use so many seconds of CPU from its start; then SIGXCPU, then SIGKILL.

    SIGKILL waits until `children` seconds, which its children may then choose for themselves.
    """
    soft, most = (max(1, math.ceil(each)) for each in (seconds, children))
    resource.setrlimit(resource.RLIMIT_CPU, (soft, max(soft, most) + 1))


def _data_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0


def _die_first() -> None:
    """When memory runs out, let the kernel take the student's processes before ours."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _environment(folder: Path) -> dict[str, str]:
    home = str(folder)
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "MPLCONFIGDIR": home,
        "XDG_CACHE_HOME": home,
        "IPYTHONDIR": home,
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "LANG": "C.UTF-8",
        **gpus.HIDDEN,
    }


def _processes(*, zombies: bool = False) -> Iterator[tuple[int, int, int]]:
    """Yield (pid, owner, parent) of every living process that can be seen; of the dead, too."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, IndexError, ValueError):
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if zombies or state not in "ZX":
                yield int(entry.name), entry.stat().st_uid, int(parent)


def _descendants(root: int, *, zombies: bool = False) -> list[int]:
    if sys.platform != "linux":
        return []
    children: dict[int, list[int]] = {}
    for pid, _, parent in _processes(zombies=zombies):
        children.setdefault(parent, []).append(pid)
    found, queue = [], [root]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def descendants_cpu(root: int) -> float:
    """Return the CPU seconds of a process's descendants, the dead that nobody waited for yet and
    those that they waited for included, 0 where there is no /proc.
    """  # noqa: D205 - one sentence
    ticks = 0
    for pid in _descendants(root, zombies=True):
        with contextlib.suppress(OSError, IndexError, ValueError):
            fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))  # user and system, its own and its children's
    return ticks / os.sysconf("SC_CLK_TCK")


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _empty(folder: Path) -> None:
    """Remove what is in a folder, whatever its permissions became and however deep it is."""
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
    while sum(_remove(Path(entry.path), folder) for entry in list(os.scandir(folder))):
        pass


def _remove(path: Path, top: Path) -> bool:
    """Remove a file, or a folder once the folders in it were moved to the top; say if it is gone.

    Neither recursion nor the length of a path sets a limit to the depth.
    """
    with contextlib.suppress(OSError):
        if _is_folder(path):
            path.chmod(0o700)
            for below in path.iterdir():
                if _is_folder(below):
                    below.chmod(0o700)
                    below.rename(top / os.urandom(8).hex())
                else:
                    below.unlink()
            path.rmdir()
        else:
            path.unlink()
        return True
    return False


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
