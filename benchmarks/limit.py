"""The limit: the four checks of each submission with no sandbox and no report.

    python -m benchmarks.limit JOBS NOTEBOOK…

Writes, for each, the CPU seconds of its definitions and of each check as JSON. Imports and all
that comes only once are not counted: each process checks the first submission before, for nothing.
As many run at once as a grader would let: two cores share more than they seem to.
"""

from __future__ import annotations

import io
import json
import multiprocessing
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


def warm_up(content: bytes) -> None:
    """Pay for what comes only once; let loops tell nobody how they are getting on."""
    sys.stdout = io.StringIO()
    seconds(content)


def main(jobs: str, *names: str) -> None:
    """Check the submissions, so many at once as a grader would."""
    contents = [Path(name).read_bytes() for name in names]
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(int(jobs), warm_up, contents[:1]) as pool:
        json.dump(pool.map(seconds, contents, chunksize=1), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
