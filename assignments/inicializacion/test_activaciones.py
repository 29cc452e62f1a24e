"""The five activations and their derivatives, up to ±1000."""

import torch

from grader.checks.kit import Definition, Float, One, Over, mistake, term, whole

EDGE = 3.0
LARGE = (5.0, 1e3)
"""Scales: at 5 the hard sigmoid is cut off, and at 1000 exp overflows."""
OF_X = {"inputs": {"x": Float("B N")}, "outputs": {"y": Float("B N")}}
ALONE = {"weights": {"interface": 0, "ones": 0}, "whole": whole(weight=0), "extremes": LARGE}
"""One check a function, which sees all there is to see."""
EXP, KERAS = "torch.exp", "torch.clamp(0.2 * x + 0.5, 0, 1)"


class sigmoide(Definition):
    inputs, outputs = OF_X.values()
    weights, whole, extremes = ALONE.values()

    @term(1)
    def y(x):
        return torch.sigmoid(x)

    mistakes = (
        mistake("init.sign_exchanged", y=lambda x: torch.sigmoid(-x), edit=("exp(-x)", "exp(x)")),
        mistake(
            "init.exponential_overflows",
            y=lambda x: x.exp() / (1 + x.exp()),
            edit=("1 / (1 + torch.exp(-x))", "torch.exp(x) / (1 + torch.exp(x))"),
        ),
        mistake(
            "init.tanh_for_sigmoid",
            y=("sigmoid", "tanh"),
            edit=("1 / (1 + torch.exp(-x))", "torch.tanh(x)"),
        ),
    )


class tangente(Definition):
    inputs, outputs = OF_X.values()
    weights, whole, extremes = ALONE.values()

    @term(1)
    def y(x):
        return torch.tanh(x)

    mistakes = (
        mistake("init.half_slope", y=lambda x: torch.tanh(x / 2), edit=("exp(-2 * x)", "exp(-x)")),
        mistake(
            "init.not_centred",
            y=lambda x: 2 * torch.sigmoid(2 * x),
            edit=("torch.exp(-2 * x)) - 1", "torch.exp(-2 * x))"),
        ),
        mistake("init.sign_exchanged", y=lambda x: -torch.tanh(x), edit=("exp(-2 *", "exp(2 *")),
        mistake(
            "init.exponential_overflows",
            y=lambda x: (x.exp() - (-x).exp()) / (x.exp() + (-x).exp()),
            edit=(
                "2 / (1 + torch.exp(-2 * x)) - 1",
                "(torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))",
            ),
        ),
    )


class relu(Definition):
    inputs, outputs = OF_X.values()
    weights, whole, extremes = ALONE.values()

    @term(1)
    def y(x):
        return torch.clamp(x, min=0)

    mistakes = (
        mistake("init.negatives_kept", y=("min=0", "max=0")),
        mistake("init.absolute_value", y=("torch.clamp(x, min=0)", "x.abs()")),
        mistake("init.step_for_relu", y=("torch.clamp(x, min=0)", "(x > 0).to(x.dtype)")),
        mistake("init.cut_above", y=("min=0", "min=0, max=1")),
    )


class relu_con_fuga(Definition):
    inputs = {"x": Float("B N"), "alfa": One(0.3, 0.05, 0.01, optional=True)}
    outputs = {"y": Float("B N")}
    weights, whole, extremes = ALONE.values()

    @term(1)
    def y(x, alfa):
        return torch.where(x > 0, x, (0.01 if alfa is None else alfa) * x)

    mistakes = (
        mistake(
            "init.leak_on_positives",
            y=("torch.where(x > 0", "torch.where(x < 0"),
            edit=("x > 0", "x < 0"),
        ),
        mistake(
            "init.leak_fixed",
            y=lambda x: torch.where(x > 0, x, 0.01 * x),
            edit=("alfa * x", "0.01 * x"),
        ),
        mistake(
            "init.leak_constant",
            y=("* x)", "* torch.ones_like(x))"),
            edit=("alfa * x", "alfa"),
        ),
        mistake(
            "init.leak_subtracted",
            y=("torch.where(x > 0, x, (", "torch.where(x > 0, x, -("),
            edit=("alfa * x", "-alfa * x"),
        ),
        mistake("init.no_leak", y=lambda x: torch.clamp(x, min=0), edit=("alfa * x", "0 * x")),
    )


class sigmoide_dura(Definition):
    inputs, outputs = OF_X.values()
    weights, whole, extremes = ALONE.values()

    @term(1)
    def y(x):
        return torch.clamp(x / 6 + 0.5, 0, 1)

    mistakes = (
        mistake("init.keras_hard_sigmoid", y=("x / 6 + 0.5", "0.2 * x + 0.5")),
        mistake("init.not_cut", y=("torch.clamp(x / 6 + 0.5, 0, 1)", "x / 6 + 0.5")),
        mistake("init.not_centred", y=("x / 6 + 0.5", "x / 6")),
        mistake(
            "init.six_outside",
            y=lambda x: (x.clamp(-3, 3) + 0.5) / 6,
            edit=("torch.clamp(x / 6 + 0.5, 0, 1)", "(torch.clamp(x, -3, 3) + 0.5) / 6"),
        ),
    )


def slope_of(name, *kinks):
    """Return what a derivative takes: the function's name, and numbers beside its kinks."""
    return {"nombre": One(name), "x": Float("B N", kinks=kinks)}


class of_sigmoid(Definition, part="derivada", name="derivada", prefix="sigmoide_"):
    layers = {"sigma": Over(sigmoide)}
    inputs = slope_of("sigmoide")
    outputs = {"y": Float("B N")}
    weights, whole, extremes = ALONE.values()
    called = {"y": "slope"}

    @term(1)
    def y(sigma, x):
        return sigma(x) * (1 - sigma(x))

    mistakes = (
        mistake(
            "init.derivative_of_output",
            y=lambda x: x * (1 - x),
            edit=("s = sigmoide(x)", "s = x"),
        ),
        mistake(
            "init.derivative_half", y=lambda sigma, x: 1 - sigma(x), edit=("s * (1 - s)", "1 - s")
        ),
        mistake(
            "init.derivative_of_tanh",
            y=lambda sigma, x: 1 - sigma(x) ** 2,
            edit=("s * (1 - s)", "1 - s**2"),
        ),
        mistake(
            "init.function_for_derivative", y=lambda sigma, x: sigma(x), edit=("s * (1 - s)", "s")
        ),
    )


class of_tanh(Definition, part="derivada", name="derivada", prefix="tangente_"):
    layers = {"tanh": Over(tangente)}
    inputs = slope_of("tangente")
    outputs = {"y": Float("B N")}
    weights, whole, extremes = ALONE.values()
    called = {"y": "slope"}

    @term(1)
    def y(tanh, x):
        return 1 - tanh(x) ** 2

    mistakes = (
        mistake(
            "init.derivative_of_output", y=lambda x: 1 - x**2, edit=("tangente(x) ** 2", "x**2")
        ),
        mistake("init.not_squared", y=("tanh(x) ** 2", "tanh(x)"), edit=("(x) ** 2", "(x)")),
        mistake(
            "init.derivative_of_sigmoid",
            y=lambda tanh, x: tanh(x) * (1 - tanh(x)),
            edit=("1 - tangente(x) ** 2", "tangente(x) * (1 - tangente(x))"),
        ),
        mistake(
            "init.function_for_derivative",
            y=lambda tanh, x: tanh(x),
            edit=("1 - tangente(x) ** 2", "tangente(x)"),
        ),
    )


class of_relu(Definition, part="derivada", name="derivada", prefix="relu_"):
    inputs = slope_of("relu", 0.0)
    outputs = {"y": Float("B N")}
    weights, whole, extremes = ALONE.values()
    called = {"y": "slope"}

    @term(1)
    def y(x):
        return (x > 0).to(x.dtype)

    mistakes = (
        mistake(
            "init.function_for_derivative",
            y=lambda x: torch.clamp(x, min=0),
            edit=('"relu":\n        return (x > 0).to(x.dtype)', '"relu":\n        return relu(x)'),
        ),
        mistake(
            "init.sign_for_slope",
            y=("(x > 0).to(x.dtype)", "torch.sign(x)"),
            edit=(
                '"relu":\n        return (x > 0).to(x.dtype)',
                '"relu":\n        return torch.sign(x)',
            ),
        ),
    )


class of_leaky(Definition, part="derivada", name="derivada", prefix="relu_con_fuga_"):
    inputs = slope_of("relu_con_fuga", 0.0)
    outputs = {"y": Float("B N")}
    weights, whole, extremes = ALONE.values()
    called = {"y": "slope"}

    @term(1)
    def y(x):
        return torch.where(x > 0, torch.ones_like(x), torch.full_like(x, 0.01))

    mistakes = (
        mistake("init.no_leak", y=("0.01", "0.0")),
        mistake("init.leak_subtracted", y=("0.01", "-0.01")),
        mistake(
            "init.function_for_derivative",
            y=lambda x: torch.where(x > 0, x, 0.01 * x),
            edit=(
                "torch.where(x > 0, torch.ones_like(x), torch.full_like(x, 0.01))",
                "relu_con_fuga(x)",
            ),
        ),
    )


class of_hard_sigmoid(Definition, part="derivada", name="derivada", prefix="sigmoide_dura_"):
    inputs = slope_of("sigmoide_dura", -EDGE, EDGE)
    outputs = {"y": Float("B N")}
    weights, whole, extremes = ALONE.values()
    called = {"y": "slope"}

    @term(1)
    def y(x):
        return (x.abs() < EDGE).to(x.dtype) / 6

    mistakes = (
        mistake(
            "init.keras_hard_sigmoid",
            y=("(x.abs() < EDGE).to(x.dtype) / 6", "((0.4 * x).abs() < 1).to(x.dtype) / 5"),
            edit=("(x.abs() < 3).to(x.dtype) / 6", "(x.abs() < 2.5).to(x.dtype) / 5"),
        ),
        mistake(
            "init.not_cut",
            y=lambda x: torch.full_like(x, 1 / 6),
            edit=("(x.abs() < 3).to(x.dtype) / 6", "torch.full_like(x, 1 / 6)"),
        ),
        mistake(
            "init.slope_one",
            y=("/ 6", "/ 1"),
            edit=("(x.abs() < 3).to(x.dtype) / 6", "(x.abs() < 3).to(x.dtype)"),
        ),
        mistake(
            "init.slope_one_sided",
            y=("x.abs()", "x"),
            edit=("x.abs() < 3", "x < 3"),
        ),
    )
