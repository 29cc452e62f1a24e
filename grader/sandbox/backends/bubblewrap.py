"""The `bubblewrap` sandbox: a lane is a worker in namespaces of its own, without any engine.

For Linux machines where nobody may start a container. `bwrap` makes the namespaces (users,
processes, network, mounts, IPC, host name, control groups), shows of this machine what `view` says,
read-only, and sets the same filter of system calls as a container has. It needs no root, but a
range of ids to give away (`newuidmap`), because each submission is a user of its own here too.

What a container holds and this may not: a lane's memory in all (shared memory and children add to a
process's own limit) and its share of the processor are bounded only where a control group can be
made; and there the kernel counts all the CPU time of a check, elsewhere not that of processes
whose parent chose not to be told of their end. `bounded` says which it is. /proc shows where the
bound folders are on this machine. It runs on the CPU alone.

`python -m grader.sandbox.backends.bubblewrap` tells whether it works here, and what to do if it
does not.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
from typing import TYPE_CHECKING

from grader.core.errors import GraderError, SandboxFault
from grader.core.i18n import tr
from grader.core.limits import MOST_FILES, Limits
from grader.sandbox.backends import cgroups, ids, view
from grader.sandbox.backends.bwrap import Bwrap
from grader.sandbox.backends.process import ProcessStream
from grader.sandbox.backends.recipe import tool, worker_digest
from grader.sandbox.lane import StreamLane
from grader.worker.users import FIRST_USER

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORKER = ("python3", "-P", "-s", "-m", "grader.worker", "--separate-users")
_STUDENT = f"""
import os
os.setresgid(*[{FIRST_USER}] * 3)
os.setresuid(*[{FIRST_USER}] * 3)
os.chdir("{view.WORKER}")
closed = [name for name in os.listdir() if not os.access(name, os.R_OK)]
if closed: raise SystemExit("not everybody may read " + ", ".join(closed))
"""


class BubblewrapSandbox:
    """Starts workers under bwrap. Raises SandboxFault where that does not work, and says why.

    `run` is in the names of this run's control groups, by which they are found and removed;
    `packages` are those that the assignment adds to our list.
    """

    name = "bubblewrap"
    protects = True

    def __init__(
        self, limits: Limits, *, run: str | None = None, packages: Sequence[str] = ()
    ) -> None:
        self.limits = limits
        self.run = run or secrets.token_hex(8)
        self.bwrap = tool("bwrap", "bubblewrap")
        self.nsenter = tool("nsenter", "util-linux")
        self.view = tuple(view.options(packages))
        self.ranges = ids.ranges()
        self.bounded = self._try()
        """Whether a lane's memory and processes are bounded in all, by a control group."""

    @property
    def image(self) -> str:
        """The digest of the worker's source and of the Python and torch that run it."""
        return worker_digest()

    def lane(self) -> StreamLane:
        """Start a worker. Raises SandboxFault."""
        started = self._start(_WORKER)
        stream = ProcessStream(started.process, started.ended)
        try:
            lane = StreamLane(stream)
            self._bound_files(started.pid)
        except SandboxFault as fault:
            stream.close()
            told = tr("{fault}: “{said}”", fault=fault.said, said=started.said)
            raise SandboxFault(told if started.said else fault.said) from fault
        return lane

    def reap(self) -> None:
        """Remove what lanes left: nothing but an empty control group outlives its parent."""
        cgroups.reap(self.run)

    def _start(self, command: Sequence[str]) -> Bwrap:
        group = cgroups.make(self.run, secrets.token_hex(4), self.limits)
        return Bwrap([self.bwrap, *self.view], command, self.ranges, group)

    def _try(self) -> bool:
        """Start Python in a lane, as a student; return whether it had a group of its own."""
        started = self._start(("python3", "-S", "-c", _STUDENT))
        started.process.communicate()
        started.ended()
        if started.process.returncode:
            raise started.fault()
        return started.group is not None

    def _bound_files(self, pid: int) -> None:
        """Give a lane's scratch its bounds, also in number, which bwrap cannot."""
        bounds = f"remount,nosuid,nodev,noexec,size={self.limits.disk},nr_inodes={MOST_FILES}"
        enter = [self.nsenter, "--target", str(pid), "--user", "--mount", "--pid"]
        mount = [view.MOUNT, "-n", "-i", "-t", "tmpfs", "-o", bounds, "tmpfs", view.SCRATCH]
        done = subprocess.run([*enter, *mount], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SandboxFault(
                tr("the size of a lane's files cannot be limited: {why}", why=done.stderr.strip())
            )


def main() -> int:
    """Say on standard error why it does not work here, and nothing where it does."""
    try:
        BubblewrapSandbox(Limits())
    except GraderError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
