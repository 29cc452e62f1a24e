"""The smallest assignment: whoever hands in a function `f` is asked for it by one check or more."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from grader.assignments import assignment as assignments

if TYPE_CHECKING:
    from pathlib import Path

    from grader.assignments.assignment import Assignment

_CONFIG = """
name = "tiny"
title = { es = "Mínima", en = "Tiny" }
[points]
f = 100
[names]
f = []
"""


def assignment(folder: Path, checks: str, limits: str = "") -> Assignment:
    """Make the assignment in a folder; `limits` are lines of its `[limits]`."""
    (folder / "assignment.toml").write_text(f"{_CONFIG}[limits]\n{limits}")
    # pytest imports modules once a process, by name: other checks need another.
    name = hashlib.sha256(checks.encode()).hexdigest()[:8]
    (folder / f"test_{name}.py").write_text(checks)
    return assignments.load(folder)
