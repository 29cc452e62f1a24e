"""`python -m grader.worker`: one lane, speaking frames on standard input and output."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def main() -> None:
    """Read the options and serve until standard input closes."""
    parser = argparse.ArgumentParser(prog="grader.worker", description=__doc__)
    parser.add_argument("--separate-users", action="store_true", help="needs SETUID and SETGID")
    parser.add_argument("--shared", action="store_true", help="others run in this container too")
    parser.add_argument("--scratch", type=Path, default=Path("/work"), help="where students write")
    options = parser.parse_args()
    _leave_out_addresses()
    from grader.worker import zygote

    zygote.serve(options.scratch, separate_users=options.separate_users, shared=options.shared)
    os._exit(0)  # Python would take torch's two thousand modules apart first, for 0.7 s


def _leave_out_addresses() -> None:
    """Spare a second: jsonschema, with which nbformat reads notebooks, would build a grammar of
    internationalized addresses where it finds this package, and no notebook is checked for them.
    """  # noqa: D205 - one sentence
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]


if __name__ == "__main__":
    main()
