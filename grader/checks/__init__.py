"""For those who write checks: references, cases, comparisons and the misconceptions behind them.

from grader.checks import agree, lstm
"""

from grader.checks.cells import construct
from grader.checks.compare import Disagreement, agree, require_shape, tolerance

__all__ = ["Disagreement", "agree", "construct", "require_shape", "tolerance"]
