"""Part 2: a cell with layer norms, over the student's own layer norm."""

import torch

from grader.checks.kit import (
    OPEN,
    SHUT,
    Definition,
    Float,
    Order,
    Over,
    fixed,
    mistake,
    silent,
    term,
    times,
)

from .test_capa import CapaNorm

ROWS = (
    *("x_fc.weight", "h_fc.weight", "b"),
    *("ln_x.ganancia", "ln_x.sesgo", "ln_h.ganancia", "ln_h.sesgo"),
)
LN_X, LN_H = "self.ln_x(self.x_fc(x_t))", "self.ln_h(self.h_fc(h_t_1))"
SUM = f"{LN_X} + {LN_H} + self.b"
UPDATE, HIDDEN = "c_t = f_t * c_t_1 + i_t * candidato", "h_t = o_t * torch.tanh(self.ln_c(c_t))"
GATES = "i_t, f_t, candidato, o_t = "
LATER = f"{GATES}self.ln_x(torch.cat([i_t, f_t, candidato, o_t], dim=-1)).chunk(4, dim=-1)"
BY_GATE = "self.ln_{0}(torch.cat([CapaNorm(p.size(-1)).to(p)(p) for p in {1}.chunk(4, -1)], -1))"
OUT = (*(fixed(bias, "b", piece=piece, of=4) for piece, bias in ((1, SHUT), (3, OPEN))),)
"""Nothing of c is kept and all goes out: c_t is i ⊙ c̃."""


def by_gate(sums):
    """Return the four pieces of a sum (B, 4H), each normalised by itself."""
    pieces = sums.unflatten(-1, (4, -1))
    centred = pieces - pieces.mean(-1, keepdim=True)
    return (centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()).flatten(-2)


def opened(pieces):
    """Return the three gates and the candidate of four pieces."""
    i, f, c, o = pieces
    return i.sigmoid(), f.sigmoid(), c.tanh(), o.sigmoid()


def renewed(gates, c):
    """Return the memory."""
    return gates[1] * c + gates[0] * gates[2]


class celdaLSTMNorm(Definition):
    init = "input_size=I hidden_size=H"
    tolerance = 1e-10  # who takes E[x²] − μ² loses digits, and is right as well
    layers = {
        "x_fc": "I -> 4*H, no bias",
        "h_fc": "H -> 4*H, no bias",
        "b": "4*H",
        "ln_x": Over(CapaNorm, {"N": "4*H"}),
        "ln_h": Over(CapaNorm, {"N": "4*H"}),
        "ln_c": Over(CapaNorm, {"N": "H"}),
    }
    inputs = {"x_t": Float("B I"), "h": Float("B H", state=True), "c": Float("B H", state=True)}
    together = ("h", "c")
    outputs = {"h_t": Float("B H"), "c_t": Float("B H")}
    orders = {"stacking_order": Order("H H H H", ROWS)}
    called = {
        "x_term": "x_normalised",
        "h_term": "h_normalised",
        "a_t": "apart",
        "c_t": "carried_c",
        "h_t": "cell_out",
    }
    weights = {"parameters": 2, "interface": 2}
    symbols = {
        "x_term": "LN_x(W_x x_t)",
        "h_term": "LN_h(W_h h_{t-1})",
        "h": "h_{t-1}",
        "c": "c_{t-1}",
        "gates[0]": "i_t",
        "gates[1]": "f_t",
        "gates[2]": "c̃_t",
        "gates[3]": "o_t",
    }

    @term(5, silent("h", "c"), *OUT)
    def x_term(ln_x, x_fc, x_t):
        return ln_x(x_fc(x_t))

    @term(5, silent("x_t", "c"), *OUT)
    def h_term(ln_h, h_fc, h):
        return ln_h(h_fc(h))

    @term(4, times(0.1, "h_fc"), silent("c"), *OUT)
    def a_t(x_term, h_term, b):
        return x_term + h_term + b

    @term(0)
    def pieces(a_t):
        return a_t.chunk(4, -1)

    @term(4)
    def gates(pieces):
        return pieces[0].sigmoid(), pieces[1].sigmoid(), pieces[2].tanh(), pieces[3].sigmoid()

    @term(4)
    def c_t(gates, c):
        return gates[1] * c + gates[0] * gates[2]

    @term(5)
    def h_t(gates, ln_c, c_t):
        return gates[3] * torch.tanh(ln_c(c_t))

    mistakes = (
        mistake(
            "norm.returns_cell_first",
            returned=("c_t", "h_t"),
            edit=("return h_t, c_t", "return c_t, h_t"),
        ),
        mistake(
            "norm.per_gate",
            x_term=lambda ln_x, x_fc, x_t: ln_x(by_gate(x_fc(x_t))),
            h_term=lambda ln_h, h_fc, h: ln_h(by_gate(h_fc(h))),
            edit=(
                (LN_X, BY_GATE.format("x", "self.x_fc(x_t)")),
                (LN_H, BY_GATE.format("h", "self.h_fc(h_t_1)")),
            ),
        ),
        mistake(
            "norm.x_not_normalised",
            x_term=lambda x_fc, x_t: x_fc(x_t),
            edit=(LN_X, "self.x_fc(x_t)"),
        ),
        mistake(
            "norm.h_not_normalised",
            h_term=lambda h_fc, h: h_fc(h),
            edit=(LN_H, "self.h_fc(h_t_1)"),
        ),
        mistake(
            "norm.one_norm_for_both",
            h_term=lambda ln_x, h_fc, h: ln_x(h_fc(h)),
            also=({"x_term": lambda ln_h, x_fc, x_t: ln_h(x_fc(x_t))},),
            edit=("self.ln_h(", "self.ln_x("),
        ),
        mistake(
            "norm.sum_normalised",
            a_t=lambda ln_x, x_fc, x_t, h_fc, h, b: ln_x(x_fc(x_t) + h_fc(h)) + b,
            also=(
                {"a_t": lambda ln_h, x_fc, x_t, h_fc, h, b: ln_h(x_fc(x_t) + h_fc(h)) + b},
                {"a_t": lambda ln_x, x_fc, x_t, h_fc, h, b: ln_x(x_fc(x_t) + h_fc(h) + b)},
            ),
            edit=(SUM, "self.ln_x(self.x_fc(x_t) + self.h_fc(h_t_1)) + self.b"),
        ),
        mistake(
            "norm.b_forgotten",
            a_t=lambda x_term, h_term: x_term + h_term,
            edit=(" + self.b ", " "),
        ),
        mistake(
            "norm.gates_normalised",
            gates=lambda ln_x, x_fc, x_t, h_fc, h, b: ln_x(
                torch.cat(opened((x_fc(x_t) + h_fc(h) + b).chunk(4, -1)), -1)
            ).chunk(4, -1),
            edit=(
                (SUM, "self.x_fc(x_t) + self.h_fc(h_t_1) + self.b"),
                (UPDATE, f"{LATER}\n        {UPDATE}"),
            ),
        ),
        mistake(
            "norm.candidate_with_sigmoid",
            gates=lambda pieces: tuple(torch.sigmoid(one) for one in pieces),
            edit=("torch.tanh(candidato)", "torch.sigmoid(candidato)"),
        ),
        mistake(
            "norm.gates_with_tanh",
            gates=lambda pieces: tuple(torch.tanh(one) for one in pieces),
            edit=("torch.sigmoid", "torch.tanh"),
        ),
        mistake(
            "norm.c_replaced",
            c_t=lambda gates, c, ln_c: ln_c(renewed(gates, c)),
            h_t=lambda gates, c_t: gates[3] * torch.tanh(c_t),
            also=({"c_t": lambda gates, c, ln_c: ln_c(renewed(gates, c))},),
            loses=("c_t",),
            edit=(HIDDEN, "c_t = self.ln_c(c_t)\n        h_t = o_t * torch.tanh(c_t)"),
        ),
        mistake(
            "norm.old_c_normalised",
            c_t=lambda gates, ln_c, c: renewed(gates, ln_c(c)),
            edit=("f_t * c_t_1", "f_t * self.ln_c(c_t_1)"),
        ),
        mistake("norm.forget_missing", c_t=("gates[1] * c", "c"), edit=("f_t * c_t_1", "c_t_1")),
        mistake("norm.c_not_normalised", h_t=("ln_c(c_t)", "c_t"), edit=("self.ln_c(c_t)", "c_t")),
        mistake(
            "norm.old_c_out",
            h_t=("ln_c(c_t)", "ln_c(c)"),
            edit=("self.ln_c(c_t)", "self.ln_c(c_t_1)"),
        ),
        mistake("norm.no_tanh_out", h_t=("torch.tanh(", "("), edit=("torch.tanh(self", "(self")),
        mistake(
            "norm.activation_first",
            h_t=lambda gates, ln_c, c_t: gates[3] * ln_c(torch.tanh(c_t)),
            edit=("torch.tanh(self.ln_c(c_t))", "self.ln_c(torch.tanh(c_t))"),
        ),
        mistake(
            "norm.output_normalised",
            h_t=lambda gates, ln_c, c_t: ln_c(gates[3] * torch.tanh(c_t)),
            edit=("o_t * torch.tanh(self.ln_c(c_t))", "self.ln_c(o_t * torch.tanh(c_t))"),
        ),
    )
