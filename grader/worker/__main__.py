"""`python -m grader.worker`: one lane, speaking frames on standard input and output."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.worker import zygote


def main() -> None:
    """Read the options and serve until standard input closes."""
    parser = argparse.ArgumentParser(prog="grader.worker", description=__doc__)
    parser.add_argument("--separate-users", action="store_true", help="needs SETUID and SETGID")
    parser.add_argument("--scratch", type=Path, default=Path("/work"), help="where students write")
    options = parser.parse_args()
    zygote.serve(options.scratch, separate_users=options.separate_users)


if __name__ == "__main__":
    main()
