"""celdaRNN, the cell of Elman (1990): h_t = tanh(W_x x_t + b_x + W_h h_{t-1} + b_h).

An example to change into checks of your own: what students define, its equations one by one, and
what people get wrong. From it come the checks of the form, of each equation and of the whole, and
the mutants. Titles and words stand in words.toml. Try it with

    pytest assignments/NAME --submission solutions/NAME/NAME.ipynb
"""

import torch

from grader.checks.kit import Definition, Float, mistake, silent, term, whole


def torch_rnn_cell(x_fc, h_fc, x_t, h_t_1):
    """Return what torch.nn.RNNCell gives with the same weights, (B, H)."""
    cell = torch.nn.RNNCell(x_t.shape[1], h_t_1.shape[1], dtype=torch.float64)
    cell.weight_ih.copy_(x_fc.weight)
    cell.weight_hh.copy_(h_fc.weight)
    cell.bias_ih.copy_(x_fc.bias)
    cell.bias_hh.copy_(h_fc.bias)
    return cell(x_t, h_t_1)


class celdaRNN(Definition):
    init = "input_size=I hidden_size=H"
    layers = {"x_fc": "I -> H", "h_fc": "H -> H"}
    inputs = {"x_t": Float("B I"), "h_t_1": Float("B H", state=True)}
    outputs = {"h_t": Float("B H")}

    # A term's parameters name the inputs, layers, sizes and terms that it uses. It weighs 2 among
    # the checks; what would hide it, or be hidden, is silent there.
    @term(2, silent("h_fc"))
    def input(x_fc, x_t):
        return x_fc(x_t)

    @term(2, silent("x_fc"))
    def recurrent(h_fc, h_t_1):
        return h_fc(h_t_1)

    # What bears an output's name is that output.
    @term(3, silent("h_fc", "x_fc.bias"))
    def h_t(input, recurrent):
        return torch.tanh(input + recurrent)

    whole = whole(like=torch_rnn_cell)

    # What people get wrong: the term that it replaces, and the edit of the reference that makes it.
    mistakes = (
        mistake(
            "rnn.x_ignored",
            input=lambda x_fc, x_t: 0 * x_fc(x_t),
            edit=("self.x_fc(x_t) + ", ""),
        ),
        mistake(
            "rnn.h_ignored",
            recurrent=lambda h_t_1: 0 * h_t_1,
            edit=(" + self.h_fc(h_t_1)", ""),
        ),
        mistake(
            "rnn.activation_with_sigmoid",
            h_t=lambda input, recurrent: torch.sigmoid(input + recurrent),
            edit=("torch.tanh", "torch.sigmoid"),
        ),
    )
