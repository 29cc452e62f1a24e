"""A disk that is full while a run writes: told in a sentence, and the next run goes on."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from course import FULL, Course, assert_one_sentence, outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

DISK = 1 << 20
LEFT = (0, 16, 40, 64, 96, 128, 160) if FULL else (64,)  # KiB, of the 200 that it takes


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    mounted = subprocess.run(command, check=False, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)  # noqa: S607 - as mount


@pytest.mark.parametrize("left", LEFT)
def test_a_full_disk_is_told_and_the_run_goes_on_with_room(
    disk: Path, tmp_path: Path, left: int
) -> None:
    course = Course(tmp_path)
    whole = course.whole(tmp_path / "whole")
    out, ballast = disk, disk / "ballast"  # what a run says lies beside `out`: not on this disk
    ballast.write_bytes(bytes(DISK - left * 1024))
    status, words = course.run(out, "--seed", "faults")
    assert status in (1, 2)
    assert_one_sentence(words, "cannot be")
    ballast.unlink()
    status, words = course.run(out, "--seed", "faults")
    assert status == 0, words
    assert outcome(out) == whole
