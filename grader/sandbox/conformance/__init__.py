"""What every sandbox promises, as one ordered list of plain functions.

Each case opens a lane, hands it a few lines of student code and raises AssertionError when the
promise in its docstring is broken. `needs_protection` marks what a plain process cannot hold,
`needs_group` what also bubblewrap cannot where it may not make a control group.

    for case in CASES:
        case.check(sandbox)
"""

from grader.sandbox.conformance import answers, endings, frames, protection, traces
from grader.sandbox.conformance.case import SMALL, Case

__all__ = ["CASES", "SMALL", "Case"]

CASES: tuple[Case, ...] = (
    *answers.PROMISES,
    *endings.PROMISES,
    *frames.PROMISES,
    *traces.PROMISES,
    *protection.PROMISES,
)
"""The list, in the order in which it is best read and run."""
