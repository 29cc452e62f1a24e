"""The `process` sandbox as root, within a container that is not ours and holds this program too.

Students' processes are users of their own, as in a lane of ours, under the same filter of system
calls: they have no network, cannot touch our processes, nor our files where these are closed to
others. What bounds memory and disk in all is the container's. It needs root, and what changes a
process's user: SETUID, SETGID and KILL, which containers have unless somebody took them.

`python -m grader.sandbox.backends.apart …` becomes `python -m grader.worker …` under the filter.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from grader.core.errors import SandboxFault
from grader.sandbox.backends.process import ENVIRONMENT, ROOT, ProcessSandbox, stream_of
from grader.sandbox.backends.recipe import PACKAGE
from grader.sandbox.backends.seccomp import compiled
from grader.worker.users import FIRST_USER

if TYPE_CHECKING:
    from grader.sandbox.backends.process import ProcessStream

_MODULE = ("-m", "grader.sandbox.backends.apart", "--separate-users", "--shared")
_ENVIRONMENT = ENVIRONMENT | {"PYTHONPATH": ROOT, "PATH": os.defpath, "LANG": "C.UTF-8"}
"""All that students' processes can read of ours, in /proc: nothing of the container's own."""


class ApartSandbox(ProcessSandbox):
    """Starts workers as root, under the filter. Raises SandboxFault where that cannot be."""

    def __init__(self) -> None:
        if os.geteuid() != 0:
            raise SandboxFault("this sandbox needs root, to run students' code as another user")
        compiled()  # tells what is missing, which a worker that does not start cannot
        _try_as_student()

    def start(self) -> ProcessStream:
        """Start a worker for a lane. Raises SandboxFault."""
        return stream_of(_MODULE, _ENVIRONMENT)


def _try_as_student() -> None:
    """Raise SandboxFault unless somebody who is not root can run Python and read torch."""
    torch = importlib.util.find_spec("torch")
    files = [str(PACKAGE / "protocol" / "wire.py"), str(torch.origin if torch else "torch")]
    command = [sys.executable, "-S", "-c", "import sys; [open(name) for name in sys.argv[1:]]"]
    try:
        done = subprocess.run(
            [*command, *files],
            user=FIRST_USER,
            group=FIRST_USER,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise SandboxFault(
            f"only root can run {sys.executable} ({error}): use a Python that everybody can run"
        ) from error
    if done.returncode:
        why = done.stderr.strip().rpartition("\n")[2]
        raise SandboxFault(
            f"only root can read this Python and its packages ({why}): use ones "
            "that everybody can read"
        )


def main() -> None:
    """Load the filter, and become a worker."""
    compiled().load()
    Path(sys.argv[-1]).chmod(0o711)  # students pass through to their own folders
    worker = [sys.executable, "-P", "-m", "grader.worker", *sys.argv[1:]]
    os.execv(sys.executable, worker)  # noqa: S606 - the filter stays


if __name__ == "__main__":
    main()
