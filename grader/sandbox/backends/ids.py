"""The ids that a lane's namespace has: its worker is who started it, its students are nobody.

Inside, the worker is 0 and the students' ids begin at FIRST_USER; outside these are ids that
belong to nobody else, from what /etc/subuid and /etc/subgid give this user.
"""

from __future__ import annotations

import getpass
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from grader.core.errors import SandboxFault
from grader.core.i18n import tr
from grader.sandbox.backends.recipe import tool
from grader.worker.users import FIRST_USER

_FEWEST = 1 << 15  # a lane's hundred submissions, each with its spares
_ROOTS = (1 << 30, 1 << 16)  # first and count: among those that are kept for containers


@dataclass(frozen=True)
class Range:
    """Ids of one kind (`uid` or `gid`) that a lane's students get; `tool` maps them, root can."""

    kind: str
    own: int
    first: int
    count: int
    tool: str | None

    def give(self, pid: int) -> None:
        """Set the map of a process's namespace. Raises SandboxFault and OSError."""
        lines = ((0, self.own, 1), (FIRST_USER, self.first, self.count))
        if self.tool is None:
            text = "".join(f"{inside} {outside} {count}\n" for inside, outside, count in lines)
            Path(f"/proc/{pid}/{self.kind}_map").write_text(text)
            return
        command = [self.tool, str(pid), *(str(number) for line in lines for number in line)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SandboxFault(done.stderr.strip() or tr("{name} failed", name=self.tool))


def ranges() -> tuple[Range, Range]:
    """Return this user's ranges of user and of group ids. Raises SandboxFault for none."""
    if os.geteuid() == 0:
        return Range("uid", 0, *_ROOTS, None), Range("gid", os.getegid(), *_ROOTS, None)
    return (
        Range("uid", os.getuid(), *_subordinate("uid"), tool("newuidmap", "uidmap")),
        Range("gid", os.getgid(), *_subordinate("gid"), tool("newgidmap", "uidmap")),
    )


def _subordinate(kind: str) -> tuple[int, int]:
    """Return the first and the number of the ids that a file gives this user."""
    file, names = Path(f"/etc/sub{kind}"), (getpass.getuser(), str(os.getuid()))
    lines = file.read_text().splitlines() if file.exists() else []
    for name, first, count in (line.split(":") for line in lines if line.count(":") == 2):  # noqa: PLR2004
        if name in names and int(count) >= _FEWEST:
            return int(first), int(count)
    raise SandboxFault(
        tr(
            "{file} gives {user} no range of {count} ids, and each submission needs one: as root, "
            "run usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user} (or "
            "another range, if that one is taken)",
            file=file,
            user=names[0],
            count=_FEWEST,
        )
    )
