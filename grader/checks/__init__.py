"""For those who write checks: cases, comparisons and the misconceptions behind them.

from grader.checks import assert_close, construct
"""

from grader.checks.asserts import Mismatch, Unlike, assert_close, require_shape, tolerance
from grader.checks.parameters import construct
from grader.checks.skipping import Skipped, skip

__all__ = [
    "Mismatch",
    "Skipped",
    "Unlike",
    "assert_close",
    "construct",
    "require_shape",
    "skip",
    "tolerance",
]
