"""`otter run` over a class, one notebook after another.

    python otter_loop.py AUTOGRADER_ZIP SCORES_JSON NOTEBOOK…

Runs in Otter's virtual environment.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def main(autograder: str, scores: str, *notebooks: str) -> None:
    """Grade the notebooks and write their scores by name."""
    program = Path(sys.executable).with_name("otter")
    graded = {}
    for one in map(Path, notebooks):
        out = one.with_suffix("")
        out.mkdir()
        run: list[str | Path] = [program, "run", "--no-logo", "-a", autograder, "-o", out, one]
        subprocess.run(run, check=True)
        tests = json.loads((out / "results.json").read_bytes())["tests"]
        graded[one.stem] = sum(test.get("score", 0) for test in tests)
    Path(scores).write_text(json.dumps(graded), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
