"""A command under `bwrap`, in namespaces and, where there is one, in a control group of its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from grader.core.errors import SandboxFault
from grader.core.i18n import tr
from grader.sandbox.backends import view
from grader.sandbox.backends.process import ENVIRONMENT
from grader.sandbox.backends.seccomp import compile_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.core.i18n import Bilingual
    from grader.sandbox.backends.cgroups import Group
    from grader.sandbox.backends.ids import Range

_NAMESPACES = (
    "--unshare-user",
    "--unshare-pid",
    "--unshare-net",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup-try",
)
_REFUSALS = (
    ("user/max_user_namespaces", "0", "10000"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),  # Ubuntu
    ("kernel/unprivileged_userns_clone", "0", "1"),  # older Debians
)
"""What may keep users from making namespaces: a setting, its value that does, one that does not."""
_PRIVILEGES = ("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
_ENDING = ("--as-pid-1", "--die-with-parent", "--new-session")
_ENVIRONMENT = ENVIRONMENT | {
    "PYTHONPATH": view.WORKER,
    "PYTHONDONTWRITEBYTECODE": "1",
    "LANG": "C.UTF-8",
    "PATH": view.python_path(),
}


class Bwrap:
    """A command that has been started; raises SandboxFault when it cannot be, and says why.

    `bwrap` is the program and what the command sees; `process` is its process, `pid` the command's
    own as it is seen out here. bwrap waits until that one has its group and its ids.
    """

    def __init__(
        self,
        bwrap: Sequence[str],
        command: Sequence[str],
        ranges: Sequence[Range],
        group: Group | None,
    ) -> None:
        self.group = group
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as the process
        self.said = ""
        try:
            with contextlib.ExitStack() as stack:
                self._start([*bwrap, *_options(group)], command, ranges, stack)
        except (ValueError, OSError, SandboxFault) as error:
            self.ended()
            raise self.fault(error) from error

    def ended(self) -> None:
        """Remove what the process leaves, now that it has ended; keep the last line it wrote."""
        if not self.errors.closed:
            self.errors.seek(0)
            self.said = self.errors.read().decode(errors="replace").strip().rpartition("\n")[2]
            self.errors.close()
        if self.group:
            self.group.remove()

    def fault(self, error: object = None) -> SandboxFault:
        """Return what went wrong, as bwrap says or else the error, and what to do."""
        return SandboxFault(
            tr(
                "bwrap cannot make a sandbox ({why}): {remedy}",
                why=self.said or error or tr("no reason given"),
                remedy=remedy(),
            )
        )

    def _start(
        self,
        bwrap: Sequence[str],
        command: Sequence[str],
        ranges: Sequence[Range],
        stack: contextlib.ExitStack,
    ) -> None:
        told, tell = _pipe(stack)
        wait, go = _pipe(stack)
        rules = stack.enter_context(os.fdopen(os.memfd_create("seccomp"), "w+b"))
        compile_profile(rules)
        rules.seek(0)
        files = {"--info-fd": tell, "--userns-block-fd": wait, "--seccomp": rules}
        numbers = [word for option, file in files.items() for word in (option, f"{file.fileno()}")]
        self.process = subprocess.Popen(
            [*bwrap, *numbers, "--", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            bufsize=0,
            start_new_session=True,  # a Ctrl-C on the terminal is ours to handle
            env=_ENVIRONMENT,
            pass_fds=[file.fileno() for file in files.values()],
        )
        with _killed_on_failure(self.process):
            tell.close()
            self.pid = int(json.load(told)["child-pid"])
            if self.group:
                self.group.add(self.pid)
            for each in ranges:
                each.give(self.pid)
            go.write(b"!")


def remedy(settings: Path = Path("/proc/sys"), root: Path = Path("/")) -> Bilingual:
    """Return what this machine's kernel lacks for namespaces, as its settings say."""
    for name, refuses, value in _REFUSALS:
        if _setting(settings / name) == refuses:
            return tr(
                "as root, run sysctl {name}={value}", name=name.replace("/", "."), value=value
            )
    if any((root / name).exists() for name in (".dockerenv", "run/.containerenv")):
        return tr("in a container nobody may make namespaces, unless it is a privileged one")
    return tr("this user has to be allowed to make namespaces")


def _setting(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:  # this kernel has no such setting
        return ""


def _options(group: Group | None) -> Iterator[str]:
    yield from (*_NAMESPACES, *_PRIVILEGES, *_ENDING)
    yield from ("--uid", "0", "--gid", "0", "--hostname", "worker", "--chdir", view.SCRATCH)
    for folder, name in group.views() if group else ():
        yield from ("--ro-bind", str(folder), str(name))
    yield from ("--remount-ro", "/")


@contextlib.contextmanager
def _killed_on_failure(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        process.kill()
        process.communicate()
        raise


def _pipe(stack: contextlib.ExitStack) -> tuple[IO[bytes], IO[bytes]]:
    """Return the two ends of a pipe, unbuffered; they close with the stack."""
    read, write = os.pipe()
    return (
        stack.enter_context(os.fdopen(read, "rb", buffering=0)),
        stack.enter_context(os.fdopen(write, "wb", buffering=0)),
    )
