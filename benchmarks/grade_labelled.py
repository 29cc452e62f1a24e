"""`grader grade` as it is, but for two things that let it be watched from outside.

    python -m benchmarks.grade_labelled LABEL FILE grade …

The label of the run's containers, which is drawn at random, is LABEL here; and the CPU seconds
that the pages took are written to FILE.
"""

from __future__ import annotations

import secrets
import sys
import time
from pathlib import Path
from typing import Any

from grader.cli import main as cli
from grader.storage.results_folder import ResultsFolder


def main() -> None:
    """Run the command."""
    label, told = sys.argv[1:3]
    del sys.argv[1:3]
    vars(secrets)["token_hex"] = lambda _=None: label
    write = ResultsFolder.write_pages

    def timed(*args: Any) -> Path | None:
        started = time.process_time()
        page = write(*args)
        Path(told).write_text(str(time.process_time() - started), encoding="utf-8")
        return page

    ResultsFolder.write_pages = timed  # type: ignore[method-assign, assignment]
    cli.main()


if __name__ == "__main__":  # and not in the processes that it starts
    main()
