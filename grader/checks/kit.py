"""The kit: what an author imports to declare a part of an assignment.

from grader.checks.kit import Bool, Definition, Float, mistake, term
"""

from grader.checks.bank import Bank
from grader.checks.case import OPEN, SHUT, absent, even, fixed, full, given, plus, silent, times
from grader.checks.declared import Order, whole
from grader.checks.definition import Definition
from grader.checks.equations import mistake, term
from grader.checks.layers import Over
from grader.checks.values import Bool, Flag, Float, Int, Lengths, Many, One, Padded, Size, Worked

__all__ = [
    "OPEN",
    "SHUT",
    "Bank",
    "Bool",
    "Definition",
    "Flag",
    "Float",
    "Int",
    "Lengths",
    "Many",
    "One",
    "Order",
    "Over",
    "Padded",
    "Size",
    "Worked",
    "absent",
    "even",
    "fixed",
    "full",
    "given",
    "mistake",
    "plus",
    "silent",
    "term",
    "times",
    "whole",
]
