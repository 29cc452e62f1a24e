"""The reference, wrong on purpose; see `grader.validation.solutions.Mutant`."""

from __future__ import annotations

from grader.validation.solutions import Mutant

MUTANTS = (
    Mutant(
        "x ignored",
        "celdaRNN",
        (("self.x_fc(x_t) + ", ""),),
        ("celdaRNN/input",),
        "rnn.x_ignored",
    ),
    Mutant(
        "h ignored",
        "celdaRNN",
        ((" + self.h_fc(h_t_1)", ""),),
        ("celdaRNN/recurrent",),
        "rnn.h_ignored",
    ),
    Mutant(
        "sigmoid",
        "celdaRNN",
        (("torch.tanh", "torch.sigmoid"),),
        ("celdaRNN/activation",),
        "rnn.activation_with_sigmoid",
    ),
    # No misconception says so: it must lose one check all the same, and nothing be named.
    Mutant(
        "bias of x_fc missing",
        "celdaRNN",
        (("self.x_fc(x_t)", "x_t @ self.x_fc.weight.T"),),
        ("celdaRNN/input",),
    ),
    # What needs the interface is skipped, which counts as lost.
    Mutant(
        "returns a tuple",
        "celdaRNN",
        (("return h_t", "return (h_t,)"),),
        tuple(f"celdaRNN/{check}" for check in ("interface", "input", "recurrent", "activation")),
    ),
)
