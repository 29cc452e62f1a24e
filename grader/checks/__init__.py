"""For those who write checks: references, cases, comparisons and the misconceptions behind them.

from grader.checks import agree, lstm
"""

from grader.checks.cells import construct
from grader.checks.compare import Disagreement, agree, require_shape, tolerance
from grader.checks.skipping import Skipped, skip

__all__ = [
    "Disagreement",
    "Skipped",
    "agree",
    "construct",
    "require_shape",
    "skip",
    "tolerance",
]
