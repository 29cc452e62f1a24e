"""celdaGRU, equation by equation (SEED 3.2): the reset before the product (Cho et al. 2014)."""

import torch

from grader.checks.kit import (
    OPEN,
    SHUT,
    Definition,
    Float,
    fixed,
    mistake,
    silent,
    term,
    whole,
)

CANDIDATE = "torch.tanh(self.x_h_fc(x_t) + self.hr_h_fc(r_t * h_t_1))"
UPDATE = "h_t = z_t * h_t_1 + (1 - z_t) * candidato_h_t"
Z = "z_t = torch.sigmoid(self.x_z_fc(x_t) + self.h_z_fc(h_t_1))"
R = "r_t = torch.sigmoid(self.x_r_fc(x_t) + self.h_r_fc(h_t_1))"
WHERE = {"": "rzh", "_in_gates": "rz", "_in_reset_gate": "r", "_in_update_gate": "z"}
WHERE |= {"_in_candidate": "h"}
Z_SHUT = (fixed(SHUT, "x_z_fc", "h_z_fc"),)
EDITS = {
    "gru.x_ignored": ("_fc(x_t)", "_fc(0 * x_t)"),
    "gru.x_ignored_in_update_gate": ("self.x_z_fc(x_t)", "self.x_z_fc(0 * x_t)"),
    "gru.h_ignored": (("_fc(h_t_1)", "_fc(0 * h_t_1)"), ("r_t * h_t_1", "0 * h_t_1")),
    "gru.h_ignored_in_reset_gate": ("self.h_r_fc(h_t_1)", "self.h_r_fc(0 * h_t_1)"),
    "gru.h_ignored_in_gates": ("_fc(h_t_1)", "_fc(0 * h_t_1)"),
    "gru.h_biases_missing": (
        "torch.nn.Linear(hidden_size, hidden_size)",
        "torch.nn.Linear(hidden_size, hidden_size, bias=False)",
    ),
    "gru.bias_of_h_r_fc_missing": ("self.h_r_fc(h_t_1)", "h_t_1 @ self.h_r_fc.weight.T"),
}


def weighted(made, of_x, of_h, suffix=""):
    """Return one of torch's layers with a cell's weights."""
    for name, layers in (("ih", of_x), ("hh", of_h)):
        for kind in ("weight", "bias"):
            rows = torch.cat([getattr(layer, kind) for layer in layers])
            setattr(made, f"{kind}_{name}{suffix}", torch.nn.Parameter(rows))
    return made


def torch_gru_cell(x_r_fc, x_z_fc, x_h_fc, h_r_fc, h_z_fc, hr_h_fc, x_t, h):
    cell = torch.nn.GRUCell(x_t.shape[1], h.shape[1], dtype=torch.float64)
    return weighted(cell, (x_r_fc, x_z_fc, x_h_fc), (h_r_fc, h_z_fc, hr_h_fc))(x_t, h)


def torch_gru(x_r_fc, x_z_fc, x_h_fc, h_r_fc, h_z_fc, hr_h_fc, x_t, h):
    layer = torch.nn.GRU(x_t.shape[2], h.shape[1], dtype=torch.float64)
    layer = weighted(layer, (x_r_fc, x_z_fc, x_h_fc), (h_r_fc, h_z_fc, hr_h_fc), "_l0")
    return layer(x_t, h[None])[1][0]


def x_terms(gates, bias):
    """Return the products of x but those of some gates; `bias` 1 takes away their layer's too."""

    def of(x_r_fc, x_z_fc, x_h_fc, x_t):
        pairs = zip("rzh", (x_r_fc, x_z_fc, x_h_fc), strict=True)
        return [-bias * fc.bias if gate in gates else x_t @ fc.weight.T for gate, fc in pairs]

    return {"input_terms": of}


def h_terms(gates, bias):
    """Return the products of h but those of some gates; `bias` 1 takes away their layer's too."""

    def of(h_r_fc, h_z_fc, hr_h_fc, h):
        pairs = zip("rz", (h_r_fc, h_z_fc), strict=True)
        found = [-bias * fc.bias if gate in gates else h @ fc.weight.T for gate, fc in pairs]
        return [*found, hr_h_fc.weight.T * ("h" not in gates)]

    def without(input_terms, biases, hr_h_fc):
        return input_terms[2] + biases[2] - hr_h_fc.bias

    more = {"reset_before_product": without} if bias and "h" in gates else {}
    return {"recurrent_terms": of} | more


def ignored(of, terms, check):
    """Yield the mistakes without some products, each with the layer's bias or without."""
    for suffix, gates in WHERE.items():
        name = f"gru.{of}_ignored{suffix}"
        also, edit = (terms(gates, 1),), EDITS.get(name, ())
        yield mistake(name, edit=edit, loses=(check,), also=also, **terms(gates, 0))


def layers_multiplied():
    """Yield the mistake of who multiplies the layers of r, of z, or of both."""

    def of(which):
        def gates(x_r_fc, x_z_fc, h_r_fc, h_z_fc, x_t, h):
            pairs = zip("rz", (x_r_fc, x_z_fc), (h_r_fc, h_z_fc), strict=True)
            return [x(x_t) * u(h) if gate in which else x(x_t) + u(h) for gate, x, u in pairs]

        return gates

    also = ({"gates": of("r")}, {"gates": of("z")})
    edits = tuple((gate, gate.replace(") + self", ") * self")) for gate in (R, Z))
    yield mistake("gru.layers_multiplied", edit=edits, gates=of("rz"), also=also)


def biases_missing():
    """Yield the mistakes without the biases of some layers."""
    names = ("x_r_fc", "h_r_fc", "x_z_fc", "h_z_fc", "x_h_fc", "hr_h_fc")
    missing = {"x_biases": names[::2], "h_biases": names[1::2], "biases": names}
    missing |= {f"bias_of_{name}": (name,) for name in names}
    for what, gone in missing.items():
        name = f"gru.{what}_missing"
        yield mistake(name, edit=EDITS.get(name, ()), biases=biases_but(gone, names))


def biases_but(gone, names):
    """Return the sums of biases, some left out."""

    def of(x_r_fc, h_r_fc, x_z_fc, h_z_fc, x_h_fc, hr_h_fc):
        layers = (x_r_fc, h_r_fc, x_z_fc, h_z_fc, x_h_fc, hr_h_fc)
        left = [fc.bias * (name not in gone) for name, fc in zip(names, layers, strict=True)]
        return left[0] + left[1], left[2] + left[3], left[4] + left[5]

    return of


class celdaGRU(Definition):
    init = "input_size=I hidden_size=H"
    layers = dict.fromkeys(("x_r_fc", "x_z_fc", "x_h_fc"), "I -> H") | dict.fromkeys(
        ("h_r_fc", "h_z_fc", "hr_h_fc"), "H -> H"
    )
    inputs = {"x_t": Float("B I"), "h": Float("B H", state=True)}
    carried = {"h": "h_t"}
    outputs = {"h_t": Float("B H")}
    called = {"gates": "layers", "h_t": "state_update", "whole": "torch_gru_cell"}
    extremes = (1e1, 1e2)
    symbols = {
        "h": "h_{t-1}",
        "x_r_fc.weight": "W_r",
        "x_z_fc.weight": "W_z",
        "x_h_fc.weight": "W",
        "h_r_fc.weight": "U_r",
        "h_z_fc.weight": "U_z",
        "hr_h_fc.weight": "U",
        "input_terms": "(W_r x_t, W_z x_t, W x_t)",
        "recurrent_terms": "(U_r h_{t-1}, U_z h_{t-1}, U)",
        "biases": "(b_r, b_z, b)",
        "input_terms[0]": "W_r x_t",
        "input_terms[1]": "W_z x_t",
        "input_terms[2]": "W x_t",
        "recurrent_terms[0]": "U_r h_{t-1}",
        "recurrent_terms[1]": "U_z h_{t-1}",
        "recurrent_terms[2]": "U",
        "biases[0]": "b_r",
        "biases[1]": "b_z",
        "biases[2]": "b",
        "gates[0]": "W_r x_t + U_r h_{t-1} + b_r",
        "gates[1]": "W_z x_t + U_z h_{t-1} + b_z",
        "gates": "r_t, z_t",
        "reset_gate": "r_t",
        "update_gate": "z_t",
        "reset_before_product": "W x_t + U (r_t ⊙ h_{t-1}) + b",
        "candidate": "h̃_t",
    }

    @term(1, *(silent(f"{name}.bias") for name in layers))
    def input_terms(x_r_fc, x_z_fc, x_h_fc, x_t):
        return x_t @ x_r_fc.weight.T, x_t @ x_z_fc.weight.T, x_t @ x_h_fc.weight.T

    @term(2, silent("x_t"), *(silent(f"{name}.bias") for name in layers))
    def recurrent_terms(h_r_fc, h_z_fc, hr_h_fc, h):
        return h @ h_r_fc.weight.T, h @ h_z_fc.weight.T, hr_h_fc.weight.T

    @term(1, silent("x_t", "h_r_fc.weight", "h_z_fc.weight"))
    def biases(x_r_fc, x_z_fc, x_h_fc, h_r_fc, h_z_fc, hr_h_fc):
        return x_r_fc.bias + h_r_fc.bias, x_z_fc.bias + h_z_fc.bias, x_h_fc.bias + hr_h_fc.bias

    @term(1)
    def gates(input_terms, recurrent_terms, biases):
        return (
            input_terms[0] + recurrent_terms[0] + biases[0],
            input_terms[1] + recurrent_terms[1] + biases[1],
        )

    @term(2, fixed(0, "x_h_fc", "hr_h_fc"))
    def update_gate(gates):
        return torch.sigmoid(gates[1])

    @term(2, *Z_SHUT, silent("x_h_fc"))
    def reset_gate(gates):
        return torch.sigmoid(gates[0])

    @term(3, *Z_SHUT)
    def reset_before_product(input_terms, reset_gate, h, recurrent_terms, biases):
        return input_terms[2] + (reset_gate * h) @ recurrent_terms[2] + biases[2]

    @term(2, *Z_SHUT, silent("hr_h_fc"))
    def candidate(reset_before_product):
        return torch.tanh(reset_before_product)

    @term(2, fixed(OPEN, "x_h_fc", "hr_h_fc"), silent("x_z_fc.weight", "h_z_fc.weight"))
    def h_t(update_gate, h, candidate):
        return update_gate * h + (1 - update_gate) * candidate

    whole = whole(fixed(OPEN, "x_r_fc"), silent("h_r_fc"), like=torch_gru_cell, steps=torch_gru)
    mistakes = (
        mistake(
            "gru.reset_and_update_exchanged",
            gates=lambda input_terms, recurrent_terms, biases: (
                input_terms[1] + recurrent_terms[1] + biases[1],
                input_terms[0] + recurrent_terms[0] + biases[0],
            ),
            edit=(UPDATE, f"h_t = r_t * h_t_1 + (1 - r_t) * {CANDIDATE.replace('r_t', 'z_t')}"),
        ),
        mistake(
            "gru.reset_after_product",
            reset_before_product=lambda hr_h_fc, input_terms, reset_gate, h, recurrent_terms, biases: (
                input_terms[2]
                + reset_gate * (h @ recurrent_terms[2] + hr_h_fc.bias)
                + biases[2]
                - hr_h_fc.bias
            ),
            edit=(CANDIDATE, "torch.tanh(self.x_h_fc(x_t) + r_t * self.hr_h_fc(h_t_1))"),
        ),
        mistake(
            "gru.reset_after_product_without_bias",
            reset_before_product=lambda input_terms, reset_gate, h, recurrent_terms, biases: (
                input_terms[2] + reset_gate * (h @ recurrent_terms[2]) + biases[2]
            ),
        ),
        mistake(
            "gru.reset_on_input",
            reset_before_product=lambda hr_h_fc, input_terms, reset_gate, h, recurrent_terms, biases: (
                reset_gate * (input_terms[2] + biases[2] - hr_h_fc.bias)
                + h @ recurrent_terms[2]
                + hr_h_fc.bias
            ),
            edit=(CANDIDATE, "torch.tanh(r_t * self.x_h_fc(x_t) + self.hr_h_fc(h_t_1))"),
        ),
        mistake(
            "gru.reset_on_everything",
            reset_before_product=lambda input_terms, reset_gate, h, recurrent_terms, biases: (
                reset_gate * (input_terms[2] + h @ recurrent_terms[2] + biases[2])
            ),
            edit=(CANDIDATE, "torch.tanh(r_t * (self.x_h_fc(x_t) + self.hr_h_fc(h_t_1)))"),
        ),
        mistake(
            "gru.reset_unused",
            reset_gate=lambda gates: torch.ones_like(gates[0]),
            edit=("r_t * h_t_1", "h_t_1"),
        ),
        mistake(
            "gru.reset_complemented",
            reset_gate=lambda gates: 1 - torch.sigmoid(gates[0]),
            edit=("r_t * h_t_1", "(1 - r_t) * h_t_1"),
        ),
        mistake(
            "gru.reset_gate_with_tanh",
            reset_gate=lambda gates: torch.tanh(gates[0]),
            edit=(R, R.replace("sigmoid", "tanh")),
        ),
        mistake(
            "gru.update_gate_with_tanh",
            update_gate=lambda gates: torch.tanh(gates[1]),
            edit=(Z, Z.replace("sigmoid", "tanh")),
        ),
        mistake(
            "gru.candidate_with_sigmoid",
            candidate=lambda reset_before_product: reset_before_product.sigmoid(),
            edit=(CANDIDATE, CANDIDATE.replace("tanh", "sigmoid")),
        ),
        mistake(
            "gru.candidate_without_activation",
            candidate=lambda reset_before_product: reset_before_product,
            edit=(CANDIDATE, CANDIDATE.replace("torch.tanh", "")),
        ),
        mistake(
            "gru.update_exchanged",
            h_t=lambda update_gate, h, candidate: (1 - update_gate) * h + update_gate * candidate,
            edit=(UPDATE, "h_t = (1 - z_t) * h_t_1 + z_t * candidato_h_t"),
        ),
        mistake(
            "gru.update_on_candidate_only",
            h_t=lambda update_gate, h, candidate: h + (1 - update_gate) * candidate,
            edit=(UPDATE, "h_t = h_t_1 + (1 - z_t) * candidato_h_t"),
        ),
        mistake(
            "gru.update_on_candidate_only_by_z",
            h_t=lambda update_gate, h, candidate: h + update_gate * candidate,
        ),
        mistake(
            "gru.update_on_state_only",
            h_t=lambda update_gate, h, candidate: update_gate * h + candidate,
            edit=(UPDATE, "h_t = z_t * h_t_1 + candidato_h_t"),
        ),
        mistake(
            "gru.state_not_kept",
            h_t=lambda update_gate, candidate: (1 - update_gate) * candidate,
            edit=(UPDATE, "h_t = (1 - z_t) * candidato_h_t"),
        ),
        *ignored("x", x_terms, "input_terms"),
        *ignored("h", h_terms, "recurrent_terms"),
        *biases_missing(),
        *layers_multiplied(),
    )
