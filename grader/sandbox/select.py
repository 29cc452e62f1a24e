"""Open the sandbox that was asked for, or the best one that works here."""

from __future__ import annotations

import functools
import secrets
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.core.errors import SandboxFault
from grader.core.i18n import tr
from grader.sandbox import gpus
from grader.sandbox.backends.process import ProcessSandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType

    from grader.core.console import Tell
    from grader.core.limits import Limits
    from grader.sandbox.api import Sandbox


def choose(
    chosen: str, limits: Limits, device: str, tell: Tell, packages: Sequence[str] = ()
) -> Sandbox:
    """Open the chosen sandbox in this process, to see that it is there; with more `packages`.

    Raises SandboxFault.
    """
    opened = functools.partial(
        _open,
        limits=limits,
        device=device,
        run=secrets.token_hex(8),
        tell=tell,
        packages=packages,
    )
    if chosen == "docker":
        _require_engine()
    sandbox = _auto(opened, tell) if chosen == "auto" else opened(chosen)
    if sandbox.name == "process":
        tell(tr("the process sandbox does not protect this machine from the students' code"))
    if device == "cuda":
        lane = sandbox.lane()
        try:
            gpus.require(lane)
        finally:
            lane.close()
    if not getattr(sandbox, "bounded", True):
        tell(
            tr(
                "no control group can be created here: the memory limit holds for each process, "
                "not for all the processes of a submission together"
            )
        )
    return sandbox


def again(
    sandbox: Sandbox, limits: Limits, device: str, tell: Tell, packages: Sequence[str] = ()
) -> Callable[[], Sandbox]:
    """Return how a job opens this sandbox in its process: the same image, whatever happens."""
    run = getattr(sandbox, "run", "")
    return functools.partial(
        _open, sandbox.name, limits, device, run, tell, packages, sandbox.image
    )


def elsewhere(
    name: str, image: str, limits: Limits, device: str, packages: Sequence[str] = ()
) -> Sandbox:
    """Open a run's sandbox on a machine that is not the run's. Raises SandboxFault.

    Its lanes have a label of their own: this machine's engine may be another's as well.
    """
    run = secrets.token_hex(8)
    sandbox = _open(name, limits, device, run, lambda _: None, packages, image)
    if name == "docker":
        sandbox.require_image()  # type: ignore[attr-defined] # it is a DockerSandbox
    return sandbox


@contextmanager
def reaping(sandbox: Sandbox) -> Iterator[None]:
    """Remove whatever this run's lanes left, however it ends."""
    try:
        yield
    finally:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C may wait
        sandbox.reap()
        signal.signal(signal.SIGINT, before)


def _require_engine() -> None:
    """Raise SandboxFault where no engine answers, which says what would do."""
    try:
        _docker().connect().close()
    except SandboxFault as fault:
        raise SandboxFault(
            tr(
                "{docker}. Or choose --sandbox bubblewrap, which needs no engine; --sandbox "
                "process does not protect this machine from the students' code",
                docker=fault.said,
            )
        ) from fault


def _auto(opened: Callable[[str], Sandbox], tell: Tell) -> Sandbox:
    """Open Docker where an engine answers, else bubblewrap. Raises SandboxFault for neither."""
    try:
        _docker().connect().close()
    except SandboxFault as fault:
        no_docker = fault
    else:
        return opened("docker")
    try:
        sandbox = opened("bubblewrap")
    except SandboxFault as fault:
        raise SandboxFault(
            tr(
                "no sandbox works here yet, and one is enough. bubblewrap: {bubblewrap}. Docker: "
                "{docker}. (--sandbox process does not protect this machine from the students' "
                "code)",
                bubblewrap=fault.said,
                docker=no_docker.said,
            )
        ) from fault
    tell(tr("no Docker engine answers: students' code runs in the bubblewrap sandbox"))
    return sandbox


def _open(
    name: str,
    limits: Limits,
    device: str,
    run: str,
    tell: Tell,
    packages: Sequence[str],
    image: str | None = None,
) -> Sandbox:
    if name == "process":
        return ProcessSandbox()
    if name == "docker":
        sandbox: Sandbox = _docker().DockerSandbox(
            limits, device=device, run=run, image=image, packages=packages, tell=tell
        )
        return sandbox
    if device != "cpu":
        raise SandboxFault(
            tr("the bubblewrap sandbox has no GPU: for --device cuda use --sandbox docker")
        )
    from grader.sandbox.backends.bubblewrap import BubblewrapSandbox

    return BubblewrapSandbox(limits, run=run, packages=packages)


def _docker() -> ModuleType:
    try:
        from grader.sandbox.backends import docker
    except ModuleNotFoundError as error:
        raise SandboxFault(
            tr("Docker's Python package is missing: pip install 'rnn-grader[docker]'")
        ) from error
    return docker
