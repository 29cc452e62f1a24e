"""The `process` sandbox as root, within a container that is not ours and holds this program too.

Students' processes are users of their own, as in a lane of ours, under the same filter of system
calls: they have no network, cannot touch our processes, nor our files where these are closed to
others. What bounds memory and disk in all is the container's. It needs root, and what changes a
process's user: SETUID, SETGID and KILL, which containers have unless somebody took them.

`python -m grader.sandbox.apart …` becomes `python -m grader.worker …` under the filter.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import SandboxFault
from grader.sandbox.process import ENVIRONMENT, ROOT, ProcessSandbox, stream_of
from grader.sandbox.seccomp import compiled

if TYPE_CHECKING:
    from grader.sandbox.process import ProcessStream

_MODULE = ("-m", "grader.sandbox.apart", "--separate-users", "--shared")
_ENVIRONMENT = ENVIRONMENT | {"PYTHONPATH": ROOT, "PATH": os.defpath, "LANG": "C.UTF-8"}
"""All that students' processes can read of ours, in /proc: nothing of the container's own."""


class ApartSandbox(ProcessSandbox):
    """Starts workers as root, under the filter. Raises SandboxFault where that cannot be."""

    def __init__(self) -> None:
        if os.geteuid() != 0:
            raise SandboxFault("this sandbox needs root, to run students' code as another user")
        compiled()  # tells what is missing, which a worker that does not start cannot

    def start(self) -> ProcessStream:
        """Start a worker for a lane; students may pass through its folder, and not list it."""
        stream = stream_of(_MODULE, _ENVIRONMENT)
        return stream


def main() -> None:
    """Load the filter, and become a worker."""
    compiled().load()
    scratch = Path(sys.argv[-1])
    scratch.chmod(0o711)
    os.execv(sys.executable, [sys.executable, "-P", "-m", "grader.worker", *sys.argv[1:]])


if __name__ == "__main__":
    main()
