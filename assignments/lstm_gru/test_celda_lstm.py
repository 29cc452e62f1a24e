"""celdaLSTM, equation by equation (SEED 2.2): its gates lie stacked in two layers."""

import pytest
import torch

from grader.checks import parameters
from grader.checks.kit import (
    OPEN,
    SHUT,
    Definition,
    Float,
    Order,
    fixed,
    mistake,
    silent,
    term,
    whole,
)

ROWS = ("x_fc.weight", "x_fc.bias", "h_fc.weight", "h_fc.bias")
SUM = "puertas = self.x_fc(x_t) + self.h_fc(h_t_1)"
UPDATE = "c_t = f_t * c_t_1 + i_t * candidato_c_t"
HIDDEN = "h_t = o_t * torch.tanh(c_t)"


def gate(letter, bias):
    """Return the isolation that fixes a gate."""
    return fixed(bias, "x_fc", "h_fc", piece="ifco".index(letter), of=4)


def weighted(made, x_fc, h_fc, suffix=""):
    """Return one of torch's layers with a cell's weights."""
    names = (f"{kind}_{of}{suffix}" for of in ("ih", "hh") for kind in ("weight", "bias"))
    values = (x_fc.weight, x_fc.bias, h_fc.weight, h_fc.bias)
    made.load_state_dict(dict(zip(names, values, strict=True)))
    return made


def torch_lstm_cell(x_fc, h_fc, x_t, h, c):
    cell = torch.nn.LSTMCell(x_t.shape[1], h.shape[1], dtype=torch.float64)
    return weighted(cell, x_fc, h_fc)(x_t, (h, c))


def torch_lstm(x_fc, h_fc, x_t, h, c):
    layer = torch.nn.LSTM(x_t.shape[2], h.shape[1], dtype=torch.float64)
    states = weighted(layer, x_fc, h_fc, "_l0")(x_t, (h[None], c[None]))[1]
    return [state[0] for state in states]


class celdaLSTM(Definition):
    init = "input_size=I hidden_size=H"
    layers = {"x_fc": "I -> 4*H", "h_fc": "H -> 4*H"}
    inputs = {"x_t": Float("B I"), "h": Float("B H", state=True), "c": Float("B H", state=True)}
    together = ("h", "c")
    carried = {"h": "h_t", "c": "c_t"}
    outputs = {"h_t": Float("B H"), "c_t": Float("B H")}
    orders = {
        "stacking_order": Order(
            "H H H H", ROWS, id="lstm", names=("input", "forget", "candidate", "output")
        )
    }
    called = {
        "returned": "returns_order",
        "c_t": "cell_update",
        "h_t": "hidden_state",
        "whole": "torch_lstm_cell",
    }
    extremes = (1e1, 1e2)
    symbols = {
        "x_fc.weight": "W_x",
        "h_fc.weight": "W_h",
        "x_fc.bias": "b_x",
        "h_fc.bias": "b_h",
        "h": "h_{t-1}",
        "c": "c_{t-1}",
        "preactivation": "a_t",
        "recurrent": "W_h h_{t-1}",
        "biases": "b",
        "gates[0]": "W_xi x_t + W_hi h_{t-1} + b_i",
        "gates[1]": "W_xf x_t + W_hf h_{t-1} + b_f",
        "gates[2]": "W_xc x_t + W_hc h_{t-1} + b_c",
        "gates[3]": "W_xo x_t + W_ho h_{t-1} + b_o",
        "input_gate": "i_t",
        "forget_gate": "f_t",
        "candidate": "c̃_t",
        "output_gate": "o_t",
    }

    @term(1, silent("h_fc", "c"), gate("f", SHUT), gate("o", OPEN))
    def preactivation(x_fc, x_t, recurrent, biases):
        return x_t @ x_fc.weight.T + recurrent + biases

    @term(2, silent("x_t", "h_fc.bias", "c"), gate("f", SHUT), gate("o", OPEN))
    def recurrent(h_fc, h):
        return h @ h_fc.weight.T

    @term(1, silent("x_t", "h", "c"), gate("f", SHUT), gate("o", OPEN))
    def biases(x_fc, h_fc):
        return x_fc.bias + h_fc.bias

    @term(0)
    def gates(preactivation):
        return preactivation.chunk(4, 1)

    @term(2, silent("c"), gate("c", OPEN), gate("f", SHUT), gate("o", OPEN))
    def input_gate(gates):
        return torch.sigmoid(gates[0])

    @term(2, gate("i", SHUT), gate("c", 0), gate("o", OPEN))
    def forget_gate(gates):
        return torch.sigmoid(gates[1])

    @term(2, silent("c"), gate("i", OPEN), gate("f", SHUT), gate("o", OPEN))
    def candidate(gates):
        return torch.tanh(gates[2])

    @term(2)
    def output_gate(gates):
        return torch.sigmoid(gates[3])

    @term(2, gate("o", OPEN))
    def c_t(forget_gate, c, input_gate, candidate):
        return forget_gate * c + input_gate * candidate

    @term(2, gate("o", 0))
    def h_t(output_gate, c_t):
        return output_gate * torch.tanh(c_t)

    whole = whole(like=torch_lstm_cell, steps=torch_lstm)
    mistakes = (
        mistake(
            "lstm.returns_cell_first",
            returned=("c_t", "h_t"),
            edit=("return h_t, c_t", "return c_t, h_t"),
        ),
        mistake(
            "lstm.x_ignored",
            preactivation=lambda recurrent, biases, x_t, x_fc: recurrent + biases + 0 * x_fc(x_t),
            also=({"preactivation": lambda recurrent, h_fc: recurrent + h_fc.bias},),
            edit=(SUM, "puertas = self.x_fc(0 * x_t) + self.h_fc(h_t_1)"),
        ),
        mistake(
            "lstm.x_and_h_weights_exchanged",
            preactivation=lambda x_fc, h_fc, x_t, h: x_fc(h) + h_fc(x_t),
            edit=("self.x_fc(x_t) + self.h_fc(h_t_1)", "self.x_fc(h_t_1) + self.h_fc(x_t)"),
        ),
        mistake(
            "lstm.tanh_before_split",
            preactivation=lambda x_fc, x_t, recurrent, biases: torch.tanh(
                x_t @ x_fc.weight.T + recurrent + biases
            ),
            edit=(SUM, "puertas = torch.tanh(self.x_fc(x_t) + self.h_fc(h_t_1))"),
        ),
        mistake(
            "lstm.layers_multiplied",
            preactivation=lambda x_fc, h_fc, x_t, h: x_fc(x_t) * h_fc(h),
            edit=(SUM, "puertas = self.x_fc(x_t) * self.h_fc(h_t_1)"),
        ),
        mistake(
            "lstm.h_ignored",
            recurrent=lambda h_fc, h: 0 * h_fc(h),
            also=({"recurrent": lambda h_fc: -h_fc.bias},),
            edit=(SUM, "puertas = self.x_fc(x_t) + self.h_fc(0 * h_t_1)"),
        ),
        mistake(
            "lstm.x_bias_missing",
            biases=lambda h_fc: h_fc.bias,
            edit=(SUM, "puertas = x_t @ self.x_fc.weight.T + self.h_fc(h_t_1)"),
        ),
        mistake(
            "lstm.h_bias_missing",
            biases=lambda x_fc: x_fc.bias,
            edit=(
                "torch.nn.Linear(hidden_size, 4 * hidden_size)",
                "torch.nn.Linear(hidden_size, 4 * hidden_size, bias=False)",
            ),
        ),
        mistake(
            "lstm.biases_missing",
            biases=lambda x_fc: 0 * x_fc.bias,
            edit=(SUM, "puertas = x_t @ self.x_fc.weight.T + h_t_1 @ self.h_fc.weight.T"),
        ),
        mistake(
            "lstm.input_gate_with_tanh",
            input_gate=lambda gates: torch.tanh(gates[0]),
            edit=("torch.sigmoid(i_t)", "torch.tanh(i_t)"),
        ),
        mistake(
            "lstm.forget_gate_with_tanh",
            forget_gate=lambda gates: torch.tanh(gates[1]),
            edit=("torch.sigmoid(f_t)", "torch.tanh(f_t)"),
        ),
        mistake(
            "lstm.output_gate_with_tanh",
            output_gate=lambda gates: torch.tanh(gates[3]),
            edit=("torch.sigmoid(o_t)", "torch.tanh(o_t)"),
        ),
        mistake(
            "lstm.forget_gate_complemented",
            forget_gate=lambda gates: 1 - torch.sigmoid(gates[1]),
            edit=("torch.sigmoid(f_t)", "1 - torch.sigmoid(f_t)"),
        ),
        mistake(
            "lstm.candidate_with_sigmoid",
            candidate=lambda gates: torch.sigmoid(gates[2]),
            edit=("torch.tanh(candidato_c_t)", "torch.sigmoid(candidato_c_t)"),
        ),
        mistake(
            "lstm.candidate_without_activation",
            candidate=lambda gates: gates[2],
            edit=("torch.tanh(candidato_c_t)", "candidato_c_t"),
        ),
        mistake(
            "lstm.no_forget_term",
            c_t=lambda input_gate, candidate: input_gate * candidate,
            edit=(UPDATE, "c_t = i_t * candidato_c_t"),
        ),
        mistake(
            "lstm.candidate_not_gated",
            c_t=lambda forget_gate, c, candidate: forget_gate * c + candidate,
            edit=(UPDATE, "c_t = f_t * c_t_1 + candidato_c_t"),
        ),
        mistake(
            "lstm.cell_not_gated",
            c_t=lambda c, input_gate, candidate: c + input_gate * candidate,
            edit=(UPDATE, "c_t = c_t_1 + i_t * candidato_c_t"),
        ),
        mistake(
            "lstm.hidden_without_tanh",
            h_t=lambda output_gate, c_t: output_gate * c_t,
            edit=(HIDDEN, "h_t = o_t * c_t"),
        ),
        mistake(
            "lstm.hidden_without_output_gate",
            h_t=lambda c_t: c_t.tanh(),
            edit=(HIDDEN, "h_t = torch.tanh(c_t)"),
        ),
    )


pytestmark = [pytest.mark.part("celdaLSTM")]


@pytest.mark.needs("parameters")
@pytest.mark.kind("form")
@pytest.mark.points(2)
def test_reset_parameters(student):
    """reset_parameters: cada parámetro uniforme entre −√(3/hidden_size) y +√(3/hidden_size).

    reset_parameters: every parameter uniform from −√(3/hidden_size) to +√(3/hidden_size).
    """
    bound, model = (3 / 64) ** 0.5, ("modeloLSTM", "lstm")
    parameters.require_drawn(student, "celdaLSTM", (32, 64), bound, within=model)
