"""A gated cell whose three gates lie stacked in two layers, with the reset after the product."""

import torch

from grader.checks.kit import (
    Definition,
    Float,
    Order,
    mistake,
    term,
    whole,
)

ROWS = ("x_fc.weight", "x_fc.bias", "h_fc.weight", "h_fc.bias")


def torch_gru_cell(x_fc, h_fc, x, h):
    cell = torch.nn.GRUCell(x.shape[1], h.shape[1], dtype=torch.float64)
    cell.load_state_dict(
        {
            "weight_ih": x_fc.weight,
            "weight_hh": h_fc.weight,
            "bias_ih": x_fc.bias,
            "bias_hh": h_fc.bias,
        }
    )
    return cell(x, h)


class Cell(Definition):
    init = "inputs=I hidden=H"
    layers = {"x_fc": "I -> 3*H", "h_fc": "H -> 3*H"}
    inputs = {"x": Float("B I"), "h": Float("B H", state=True)}
    outputs = {"h_t": Float("B H")}
    orders = {"rows": Order("H H H", ROWS)}
    weights = {"gradient": 1, "precision": 1}
    extremes = (1e2,)

    @term(0)
    def pieces(x_fc, h_fc, x, h):
        return *x_fc(x).chunk(3, 1), *h_fc(h).chunk(3, 1)

    @term(2)
    def reset(pieces):
        return torch.sigmoid(pieces[0] + pieces[3])

    @term(2)
    def update(pieces):
        return torch.sigmoid(pieces[1] + pieces[4])

    @term(2)
    def candidate(pieces, reset):
        return torch.tanh(pieces[2] + reset * pieces[5])

    @term(2)
    def h_t(update, candidate, h):
        return (1 - update) * candidate + update * h

    whole = whole(like=torch_gru_cell)
    mistakes = (
        mistake("gru.reset_tanh", reset=lambda pieces: torch.tanh(pieces[0] + pieces[3])),
        mistake("gru.update_exchanged", h_t=lambda update, candidate, h: (
            update * candidate + (1 - update) * h
        )),
        mistake("gru.no_reset", candidate=lambda pieces: torch.tanh(pieces[2] + pieces[5])),
        mistake("gru.candidate_sigmoid", candidate=lambda pieces, reset: (
            torch.sigmoid(pieces[2] + reset * pieces[5])
        )),
    )  # fmt: skip
