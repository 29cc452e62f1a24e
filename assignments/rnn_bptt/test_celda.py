"""Parts 1 and 2: a step of the cell, and the way back through it, under the student's own step."""

import pytest
import torch

from grader.checks import answers, assert_close
from grader.checks.case import Case
from grader.checks.kit import Definition, Float, Over, mistake, silent, term, times, whole

from . import probes

SIZES = "input_size=I hidden_size=H output_size=O"
WEIGHTS = {"U": "H I", "V": "H H", "W": "O H"}
BEFORE = {
    "U_antes": Float("H I"),
    "V_antes": Float("H H"),
    "W_antes": Float("O H"),
}
GRADIENTS = {"U_grad": Float("H I"), "V_grad": Float("H H"), "W_grad": Float("O H")}
LETTERS = {"I": "I", "H": "H", "O": "O"}


def torchs(U, V, W, x, hp):
    """Return what torch's own cell gives."""
    h = torch.rnn_tanh_cell(x, hp, U, V)
    return h @ W.T, h


class celdaRNN(Definition):
    init = SIZES
    layers = WEIGHTS
    inputs = {"x": Float("B I"), "hp": Float("B H", state=True)}
    outputs = {"y": Float("B O"), "h": Float("B H")}
    whole = whole(like=torchs)
    called = {"h": "activation", "y": "output"}
    fresh_sizes = {"H": 5, "O": 2}
    extremes = (1e3,)
    weights = {"interface": 2}
    symbols = {"input_term": "U x", "recurrent_term": "V h′", "hp": "h′"}

    @term(2, silent("V"))
    def input_term(U, x):
        return x @ U.T

    @term(3, silent("U"))
    def recurrent_term(V, hp):
        return hp @ V.T

    @term(3)
    def h(input_term, recurrent_term):
        return torch.tanh(input_term + recurrent_term)

    @term(2)
    def y(W, h):
        return h @ W.T

    mistakes = (
        mistake(
            "bptt.sigmoid",
            h=("tanh", "sigmoid"),
            edit=(("torch.tanh", "torch.sigmoid"), ("(1 - h ** 2)", "h * (1 - h)")),
        ),
        mistake("bptt.relu", h=("tanh", "relu")),
        mistake(
            "bptt.linear",
            h=("torch.tanh", ""),
            edit=(("torch.tanh(r)", "r"), ("(1 - h ** 2)", "1")),
        ),
        mistake("bptt.state_ignored", recurrent_term=("hp @", "0 * hp @")),
        mistake("bptt.input_ignored", input_term=("x @", "0 * x @")),
        mistake(
            "bptt.transposed_state",
            recurrent_term=("V.T", "V"),
            edit=("hp @ self.V.T", "hp @ self.V"),
        ),
        mistake(
            "bptt.output_of_previous",
            y=("h @", "hp @"),
            edit=("y = h @", "y = hp @"),
        ),
        mistake(
            "bptt.output_squashed",
            y=lambda W, h: torch.tanh(h @ W.T),
            edit=("y = h @ self.W.T", "y = torch.tanh(h @ self.W.T)"),
        ),
    )


SLOPES = (
    (torch.tanh, lambda h: 1 - h**2),
    (torch.sigmoid, lambda h: h * (1 - h)),
    (lambda r: r, torch.ones_like),
)
"""Activations that a student may have in the place of tanh, each with its slope by what it gives."""


class backward(Definition, part="backward", name="celdaRNN"):
    init = SIZES
    probe = probes.celda_atras
    # The activation of the student's own step; and the one whose slope is taken, which is either
    # that one or, as the statement has it, tanh.
    layers = {**WEIGHTS, "step": Over(celdaRNN, LETTERS, ""), "form": Over(celdaRNN, LETTERS, "")}
    inputs = {
        "y_grad": Float("B O"),
        "rn_grad": Float("B H", state=True),
        "x": Float("B I"),
        "hp": Float("B H", state=True),
        **BEFORE,
    }
    outputs = {"r_grad": Float("B H"), **GRADIENTS}
    called = {"r_grad": "derivative"}
    fresh_sizes = {"H": 5, "O": 2}
    extremes = (1e3,)
    weights = {"parameters": 0, "returned": 0}
    symbols = {
        "r_grad": "r̄",
        "rn_grad": "r̄′",
        "y_grad": "ȳ",
        "hp": "h′",
        "slope": "(1 − h²)",
        "from_output": "Wᵀȳ",
        "from_next": "Vᵀr̄′",
        "batch_sum": "Σ",
        "U_grad": "Ū",
        "V_grad": "V̄",
        "W_grad": "W̄",
        **{f"accumulates[{n}]": name for n, name in enumerate(("Ū", "V̄", "W̄"))},
    }

    @term(4, silent("rn_grad", "x", "hp"))
    def from_output(y_grad, W):
        return y_grad @ W

    @term(5, silent("y_grad", "x", "hp"))
    def from_next(rn_grad, V):
        return rn_grad @ V

    @term(0)
    def h(step, x, hp):
        return step(x, hp)[1]

    @term(0)
    def slope(form, h, U, V, x, hp):
        # Where r is neither 0 nor large no activation is like another.
        x, hp = (
            torch.linspace(0.31, 0.83, one.shape[1]).expand_as(one) / w.abs().sum(1).amax().clamp(1)
            for one, w in ((x, U), (hp, V))
        )
        x, hp = x.double(), 0.7 * hp.double()
        own, r = form(x, hp)[1], x @ U.T + hp @ V.T
        return min(SLOPES, key=lambda one: float((own - one[0](r)).abs().max()))[1](h)

    @term(5, times(3, "x"))
    def r_grad(from_output, from_next, slope):
        return (from_output + from_next) * slope

    @term(2, silent("y_grad", "rn_grad"))
    def accumulates(U_antes, V_antes, W_antes):
        return U_antes, V_antes, W_antes

    @term(3, silent("U_antes", "V_antes", "W_antes"))
    def U_grad(accumulates, batch_sum, r_grad, x):
        return accumulates[0] + batch_sum * r_grad.T @ x

    @term(4, silent("U_antes", "V_antes", "W_antes"))
    def V_grad(accumulates, batch_sum, r_grad, hp):
        return accumulates[1] + batch_sum * r_grad.T @ hp

    @term(3, silent("U_antes", "V_antes", "W_antes"))
    def W_grad(accumulates, batch_sum, y_grad, h):
        return accumulates[2] + batch_sum * y_grad.T @ h

    # After the three: a slip is read in these first.
    @term(2, silent("U_antes", "V_antes", "W_antes"))
    def batch_sum():
        return 1.0

    mistakes = (
        mistake(
            "bptt.transposed_next",
            from_next=("@ V", "@ V.T"),
            edit=("rn_grad @ self.V", "rn_grad @ self.V.T"),
        ),
        mistake("bptt.no_next", from_next=("rn_grad @", "0 * rn_grad @")),
        mistake("bptt.no_output", from_output=("y_grad @", "0 * y_grad @")),
        mistake(
            "bptt.no_derivative", r_grad=(" * slope", ""), edit=("h_grad * (1 - h ** 2)", "h_grad")
        ),
        mistake(
            "bptt.derivative_of_r",
            r_grad=lambda from_output, from_next, U, V, x, hp: (
                (from_output + from_next) * (1 - (x @ U.T + hp @ V.T) ** 2)
            ),
            edit=("(1 - h ** 2)", "(1 - (x @ self.U.T + hp @ self.V.T) ** 2)"),
        ),
        mistake(
            "bptt.slope_of_previous",
            r_grad=lambda from_output, from_next, hp: (from_output + from_next) * (1 - hp**2),
            edit=("(1 - h ** 2)", "(1 - hp ** 2)"),
        ),
        mistake(
            "bptt.derivative_not_squared",
            r_grad=lambda from_output, from_next, h: (from_output + from_next) * (1 - h),
            edit=("(1 - h ** 2)", "(1 - h)"),
        ),
        mistake(
            "bptt.slope_of_sigmoid",
            r_grad=lambda from_output, from_next, h: (from_output + from_next) * h * (1 - h),
            edit=("(1 - h ** 2)", "h * (1 - h)"),
        ),
        mistake(
            "bptt.output_not_sloped",
            r_grad=lambda from_output, from_next, slope: from_output + from_next * slope,
            edit=(
                ("y_grad @ self.W + rn_grad @ self.V", "rn_grad @ self.V"),
                ("h_grad * (1 - h ** 2)", "h_grad * (1 - h ** 2) + y_grad @ self.W"),
            ),
        ),
        mistake(
            "bptt.state_after",
            V_grad=("hp", "h"),
            edit=("r_grad.T @ hp", "r_grad.T @ h"),
        ),
        mistake(
            "bptt.state_before",
            W_grad=("@ h", "@ hp"),
            edit=("y_grad.T @ h", "y_grad.T @ hp"),
        ),
        mistake(
            "bptt.overwrites",
            accumulates=lambda: (0.0, 0.0, 0.0),
            edit=("_grad +=", "_grad ="),
        ),
        mistake(
            "bptt.mean_over_batch",
            batch_sum=lambda B: 1 / B,
            edit=(
                ("r_grad.T @ x", "r_grad.T @ x / len(x)"),
                ("r_grad.T @ hp", "r_grad.T @ hp / len(x)"),
                ("y_grad.T @ h", "y_grad.T @ h / len(x)"),
            ),
        ),
        mistake(
            "bptt.returns_h_grad",
            r_grad=lambda from_output, from_next: from_output + from_next,
            U_grad=lambda accumulates, from_output, from_next, slope, x: (
                accumulates[0] + ((from_output + from_next) * slope).T @ x
            ),
            V_grad=lambda accumulates, from_output, from_next, slope, hp: (
                accumulates[1] + ((from_output + from_next) * slope).T @ hp
            ),
            edit=("return r_grad", "return h_grad"),
            loses=("r_grad",),
        ),
        mistake(
            "bptt.gradient_before_slope",
            U_grad=lambda accumulates, batch_sum, from_output, from_next, x: (
                accumulates[0] + batch_sum * (from_output + from_next).T @ x
            ),
            V_grad=lambda accumulates, batch_sum, from_output, from_next, hp: (
                accumulates[1] + batch_sum * (from_output + from_next).T @ hp
            ),
            edit=(("r_grad.T @ x", "h_grad.T @ x"), ("r_grad.T @ hp", "h_grad.T @ hp")),
        ),
    )


@pytest.mark.part("backward")
@pytest.mark.points(1)
def test_zero_grad(student, case_seed):
    """Zero_grad deja en cero los tres gradientes, de la forma de sus pesos.

    zero_grad leaves the three gradients at zero, of the shapes of their weights.
    """
    student.precision(torch.float64)
    student.require("celdaRNN")
    drawn = torch.Generator().manual_seed(case_seed % 2**31)
    shapes = ((3, 2), (3, 3), (4, 3))
    before = [torch.randn(shape, generator=drawn, dtype=torch.float64) for shape in shapes]
    after = student.run(probes.celda_a_cero, answers.of(list, 3), sizes=[2, 3, 4], antes=before)
    case = Case({}, dict(zip(BEFORE, before, strict=True)), {})
    for name, got, one in zip(GRADIENTS, after, before, strict=True):
        assert_close(got, torch.zeros_like(one), quantity=name, case=case)
