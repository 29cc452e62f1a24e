"""What bubblewrap alone has: what it leaves, whom it refuses, and what `auto` makes of it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import SAMPLES, grade_samples

from grader.core.errors import SandboxFault
from grader.sandbox.backends import cgroups, ids
from grader.sandbox.backends.process import ProcessStream

if TYPE_CHECKING:
    from grader.sandbox.backends.bubblewrap import BubblewrapSandbox

UNREADABLE = SAMPLES / "34_ilegible.ipynb"
GRADE = (sys.executable, "-m", "grader", "grade", UNREADABLE, "--out")
NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}
HOLDS_A_LANE = """
import sys
from grader.core.limits import Limits
from grader.sandbox.backends.bubblewrap import BubblewrapSandbox
lane = BubblewrapSandbox(Limits(), run=sys.argv[1]).lane()
print(lane.stream.process.pid, flush=True)
sys.stdin.read()
"""


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def groups(name: str) -> list[Path]:
    """The control groups of a run, or of all (`*`)."""
    return [path for path in Path("/sys/fs/cgroup").rglob(f"rnn-grader-{name}-*") if path.is_dir()]


def test_a_closed_lane_leaves_no_process_and_no_group(
    bubblewrap_sandbox: BubblewrapSandbox,
) -> None:
    lane = bubblewrap_sandbox.lane()
    stream = lane.stream
    assert isinstance(stream, ProcessStream)
    assert bool(groups(bubblewrap_sandbox.run)) == bubblewrap_sandbox.bounded
    lane.close()
    assert stream.process.returncode is not None
    assert not groups(bubblewrap_sandbox.run)


def test_a_lane_dies_with_who_started_it(bubblewrap_sandbox: BubblewrapSandbox) -> None:
    name = f"killed{os.getpid()}"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS_A_LANE, name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        bwrap = int(holder.stdout.readline())
        (worker,) = Path(f"/proc/{bwrap}/task/{bwrap}/children").read_text().split()
        descriptor = os.pidfd_open(int(worker))
        holder.send_signal(signal.SIGKILL)
    ended = select.poll()
    ended.register(descriptor, select.POLLIN)
    assert ended.poll(60_000)
    os.close(descriptor)
    if bubblewrap_sandbox.bounded:
        assert groups(name)
        cgroups.reap(name)
    assert not groups(name)


def test_where_the_kernel_forbids_it_the_way_out_is_told(
    bubblewrap_sandbox: BubblewrapSandbox,  # noqa: ARG001 - skips where there is no bwrap
) -> None:
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    within = ["unshare", "--user", "--map-root-user", "sh", "-c", forbid, "sh"]
    ran = run(*within, sys.executable, "-m", "grader.sandbox.backends.bubblewrap")
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "bwrap: " in ran.stderr
    assert "sysctl user.max_user_namespaces=10000" in ran.stderr
    assert ran.stderr.count("sysctl") == 1


def test_a_missing_program_is_told_with_its_package() -> None:
    ran = run(sys.executable, "-m", "grader.sandbox.backends.bubblewrap", PATH="/nonexistent")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "bwrap is not installed: as root, run apt-get install bubblewrap\n"


def test_a_user_without_ids_to_give_is_told_how_to_get_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1)
    monkeypatch.setenv("LOGNAME", "nobody-of-this-name")
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    with pytest.raises(SandboxFault, match=r"usermod --add-subuids .* nobody-of-this-name"):
        ids.ranges()


def test_auto_takes_it_where_no_engine_answers_and_says_so(
    bubblewrap_sandbox: BubblewrapSandbox,  # noqa: ARG001 - skips where there is no bwrap
    tmp_path: Path,
) -> None:
    ran = run(*GRADE, tmp_path, "--json", **NO_ENGINE)
    assert ran.returncode == 0, ran.stderr
    assert '"sandbox": "bubblewrap"' in ran.stdout
    assert "bubblewrap" in ran.stderr.splitlines()[0]


def test_auto_refuses_rather_than_protect_from_nothing(tmp_path: Path) -> None:
    pytest.importorskip("docker")
    ran = run(*GRADE, tmp_path, **NO_ENGINE, PATH="/nonexistent")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.count("\n") == 1
    assert ran.stderr.index("apt-get install bubblewrap") < ran.stderr.index("DOCKER_HOST")
    assert "engine.sh" not in ran.stderr


def test_replay_repeats_a_grade_in_it_and_neither_leaves_a_group(
    bubblewrap_sandbox: BubblewrapSandbox,  # noqa: ARG001 - skips where there is no bwrap
    tmp_path: Path,
) -> None:
    before = groups("*")
    sample = SAMPLES / "20_sin_olvido.ipynb"
    grade_samples(tmp_path, "--sandbox", "bubblewrap", sample, seed="replayed")
    ran = run(sys.executable, "-m", "grader", "replay", tmp_path, "20_sin_olvido")
    assert (ran.returncode, "Idéntico" in ran.stdout) == (0, True), ran.stderr
    assert set(groups("*")) <= set(before)
