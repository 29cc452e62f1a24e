"""Otter's single runner over a class, in one process: its imports come once.

    python otter_loop.py AUTOGRADER_ZIP SCORES_JSON NOTEBOOK…

Runs in Otter's virtual environment; `otter run` does the same for one notebook a process.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import otter.api


def main(autograder: str, scores: str, *notebooks: str) -> None:
    """Grade the notebooks, one after another, and write their scores by name."""
    graded = {
        Path(one).stem: otter.api.grade_submission(one, autograder, quiet=True).total
        for one in notebooks
    }
    Path(scores).write_text(json.dumps(graded), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
