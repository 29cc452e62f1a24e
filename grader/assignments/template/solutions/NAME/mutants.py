"""The reference, wrong on purpose, beside the mistakes that the checks know by name.

See `grader.validation.solutions.Mutant`.
"""

from __future__ import annotations

from grader.validation.solutions import Mutant

MUTANTS = (
    # No mistake says so: it must lose its checks all the same, and nothing be named.
    Mutant(
        "bias of x_fc missing",
        "celdaRNN",
        (("self.x_fc(x_t)", "x_t @ self.x_fc.weight.T"),),
        ("celdaRNN/input", "celdaRNN/whole"),
    ),
    # What needs the interface is skipped, which counts as lost.
    Mutant(
        "returns a tuple",
        "celdaRNN",
        (("return h_t", "return (h_t,)"),),
        tuple(
            f"celdaRNN/{check}"
            for check in ("interface", "ones", "input", "recurrent", "h_t", "whole")
        ),
    ),
)
