"""The limit: the four checks of each submission in one process, with no sandbox and no report.

    python -m benchmarks.limit NOTEBOOK…

Writes, for each, the CPU seconds of its definitions and of each check as JSON. Imports and all
that comes only once are not counted: the first submission is checked before, for nothing.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from pathlib import Path

from benchmarks import checks, notebooks


def seconds(content: bytes) -> dict[str, float]:
    """Check a submission; return the CPU seconds by stage."""
    taken = {}
    started = time.process_time()
    here = checks.Here(notebooks.definitions(content))
    taken["load"] = time.process_time() - started
    for check in checks.CHECKS:
        started = time.process_time()
        check(here)
        taken[check.__name__] = time.process_time() - started
    return taken


if __name__ == "__main__":
    contents = [Path(name).read_bytes() for name in sys.argv[1:]]
    with contextlib.redirect_stdout(io.StringIO()):  # loops tell how they are getting on
        seconds(contents[0])
        taken = [seconds(content) for content in contents]
    json.dump(taken, sys.stdout)
