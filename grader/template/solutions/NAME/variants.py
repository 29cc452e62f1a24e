"""The reference, written otherwise; see `grader.solutions.Variant`. These get full marks."""

from __future__ import annotations

from grader.solutions import Variant

VARIANTS = (
    Variant(
        "matrices by hand",
        {
            "celdaRNN.forward()": """
                total = x_t @ self.x_fc.weight.T + self.x_fc.bias
                total = total + h_t_1 @ self.h_fc.weight.T + self.h_fc.bias
                return total.tanh()
            """
        },
    ),
)
