"""Large pages change no byte."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from grader.worker import hugepages

_PROGRAM = """
import hashlib, os
from pathlib import Path
from grader.worker import hugepages

data = bytearray(os.urandom(1 << 24))
before = hashlib.sha256(data).digest()
done = hugepages.collapse()
if pid := os.fork():
    assert os.waitpid(pid, 0)[1] == 0
    assert hashlib.sha256(data).digest() == before
else:
    data[::4096] = bytes(len(data[::4096]))
    os._exit(0)
rollup = Path("/proc/self/smaps_rollup").read_text()
print(done, 1024 * int(rollup.split("AnonHugePages:")[1].split()[0]))
"""


def _collapse() -> tuple[int, int]:
    """Return the bytes said to be in large pages, and those that the kernel counts."""
    run = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True
    )
    done, counted = run.stdout.split()
    return int(done), int(counted)


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="no Linux")
def test_memory_keeps_its_bytes_and_a_childs_writes_are_its_own() -> None:
    """Only a kernel that knows how takes large pages."""
    done, counted = _collapse()
    major, minor = map(int, platform.release().split(".")[:2])
    if (major, minor) >= (6, 1) and counted:
        assert done > 0
    assert counted <= done


def test_nothing_happens_where_there_is_no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a student's own machine."""
    monkeypatch.setattr(Path, "read_text", lambda _: (_ for _ in ()).throw(OSError))
    assert hugepages.collapse() == 0
