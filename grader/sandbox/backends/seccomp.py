"""The filter of system calls, docker/seccomp.json: as the engine reads it, and for the kernel."""

from __future__ import annotations

import errno
import json
from typing import IO, Any

from grader.core.errors import SandboxFault
from grader.core.i18n import tr
from grader.sandbox.backends.recipe import docker_folder


def profile() -> dict[str, Any]:
    """Return the profile: what is not named in it, is refused."""
    read: dict[str, Any] = json.loads((docker_folder() / "seccomp.json").read_text())
    return read


def compile_profile(file: IO[bytes]) -> None:
    """Write the profile into a file as a program of the kernel's. Raises SandboxFault."""
    compiled().export_bpf(file)


def compiled() -> Any:
    """Return the profile as pyseccomp's filter, not loaded yet. Raises SandboxFault."""
    try:
        import pyseccomp
    except ImportError as error:
        raise SandboxFault(
            tr(
                "the bubblewrap sandbox's Python packages are missing: "
                "pip install 'rnn-grader[bubblewrap]'"
            )
        ) from error
    except RuntimeError as error:
        raise SandboxFault(
            tr(
                "the filter of system calls cannot be made ({why}): as root, run apt-get install "
                "libseccomp2",
                why=error,
            )
        ) from error
    program = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    for rule in profile()["syscalls"]:
        action = _action(pyseccomp, rule)
        wanted = [_argument(pyseccomp, each) for each in rule.get("args", ())]
        for name in rule["names"]:
            if _is_known(pyseccomp, name):
                program.add_rule(action, name, *wanted)
    return program


def _action(library: Any, rule: dict[str, Any]) -> int:
    if rule["action"] == "SCMP_ACT_ALLOW":
        return int(library.ALLOW)
    return int(library.ERRNO(rule["errnoRet"]))


def _argument(library: Any, wanted: dict[str, Any]) -> Any:
    """Return a condition on an argument; of a masked one `value` is the mask."""
    operator = getattr(library, wanted["op"].removeprefix("SCMP_CMP_"))
    return library.Arg(wanted["index"], operator, wanted["value"], wanted.get("valueTwo", 0))


def _is_known(library: Any, name: str) -> bool:
    """Whether this machine has the call; one that the library is too old to know is refused."""
    try:
        return bool(library.resolve_syscall(library.Arch.NATIVE, name) >= 0)
    except ValueError:
        return False
