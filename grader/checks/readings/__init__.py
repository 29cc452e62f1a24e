"""Machine readings: what an equation gives with one small change that nobody had to foresee.

for reading in readings_of(candidate, scope):     # candidate: a function, an equation in Python
    reading.function(**values)                    # what somebody computes who wrote it so
    reading.expression                            # what a person reads: "tanh(x + z ⊙ h)"
"""

from grader.checks.readings.made import Reading, readings_of
from grader.checks.readings.notation import Shown, write
from grader.checks.readings.operators import Role

__all__ = ["Reading", "Role", "Shown", "readings_of", "write"]
