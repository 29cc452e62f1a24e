"""`python -m grader.integrations.gradescope [/autograder]`: grade the submission that is there."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Grade; return 0 where results.json was written, else 1 with the reason in one sentence."""
    from grader.core.console import tell
    from grader.core.errors import GraderError
    from grader.integrations.gradescope.run import run

    try:
        run(Path(sys.argv[1] if sys.argv[1:] else "/autograder"))
    except GraderError as error:
        tell(f"{error} (no results were written, so Gradescope shows no score)")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
