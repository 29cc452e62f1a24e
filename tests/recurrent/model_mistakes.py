"""Models with one mistake each, the rule that it breaks, and what it is named."""

from __future__ import annotations

CELLS = """
import torch
class celdaLSTM(torch.nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.x_fc = torch.nn.Linear(input_size, 4 * hidden_size)
        self.h_fc = torch.nn.Linear(hidden_size, 4 * hidden_size)
    def forward(self, x_t, hidden):
        h, c = hidden
        i, f, g, o = (self.x_fc(x_t) + self.h_fc(h)).chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c
"""
LSTM = """
class modeloLSTM(torch.nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.lstm = celdaLSTM(input_size, hidden_size)
        self.fc = torch.nn.Linear(hidden_size, output_size)
    def forward(self, x):
        h = torch.zeros(x.size(0), self.hidden_size)
        c = torch.zeros(x.size(0), self.hidden_size)
        for t in range(x.size(1)):
            h, c = self.lstm(x[:, t], (h, c))
        return self.fc(h)
"""
_END = "return self.fc(h)"
_STEP = "h, c = self.lstm(x[:, t], (h, c))"
_FOR = "for t in range(x.size(1)):"
_H = "h = torch.zeros(x.size(0), self.hidden_size)"

_KEPT = """\
        n = (x.size(0), self.fc.in_features)
        if self.estado is None or self.estado[0].shape != n:
            self.estado = torch.zeros(n), torch.zeros(n)
        h, c = self.estado
"""

MODEL_MISTAKES: tuple[tuple[str, tuple[tuple[str, str], ...], str, str], ...] = (
    ("relu around fc", ((_END, "return self.fc(h).relu()"),), "output", "changed_after_fc"),
    (
        "sigmoid around fc",
        ((_END, "return torch.sigmoid(self.fc(h))"),),
        "output",
        "changed_after_fc",
    ),
    ("softmax around fc", ((_END, "return self.fc(h).softmax(-1)"),), "output", "changed_after_fc"),
    ("output rounded", ((_END, "return self.fc(h).round()"),), "output", "changed_after_fc"),
    ("output doubled", ((_END, "return 2 * self.fc(h)"),), "output", "changed_after_fc"),
    (
        "tanh before fc",
        ((_END, "return self.fc(torch.tanh(h))"),),
        "output",
        "output_of_changed_state",
    ),
    ("relu before fc", ((_END, "return self.fc(h.relu())"),), "output", "output_of_changed_state"),
    (
        "dropout before fc",
        ((_END, "return self.fc(torch.nn.functional.dropout(h, 0.5))"),),
        "output",
        "output_of_changed_state",
    ),
    (
        "normalised before fc",
        ((_END, "return self.fc(torch.nn.functional.layer_norm(h, h.shape[-1:]))"),),
        "output",
        "output_of_changed_state",
    ),
    (
        "sum of all states",
        (
            (_FOR, "s = 0\n        " + _FOR),
            (_STEP, f"{_STEP}\n            s = s + h"),
            (_END, "return self.fc(s)"),
        ),
        "output",
        "output_of_changed_state",
    ),
    (
        "largest of all states",
        (
            (_FOR, "s = []\n        " + _FOR),
            (_STEP, f"{_STEP}\n            s.append(h)"),
            (_END, "return self.fc(torch.stack(s).max(0).values)"),
        ),
        "output",
        "output_of_changed_state",
    ),
    ("h + c", ((_END, "return self.fc(h + c)"),), "output", "output_of_changed_state"),
    (
        "the first state",
        (
            (_FOR, "s = None\n        " + _FOR),
            (_STEP, f"{_STEP}\n            s = h if s is None else s"),
            (_END, "return self.fc(s)"),
        ),
        "output",
        "output_of_another_step",
    ),
    (
        "random h at first",
        ((_H, _H.replace("zeros", "randn")),),
        "initial_state",
        "initial_state_not_zero",
    ),
    ("random states", (("torch.zeros", "torch.rand"),), "initial_state", "initial_state_not_zero"),
    (
        "h begins at a tenth",
        ((_H, _H.replace("zeros", "ones") + " / 10"),),
        "initial_state",
        "initial_state_not_zero",
    ),
    (
        "the last step twice",
        ((_END, f"h, c = self.lstm(x[:, -1], (h, c))\n        {_END}"),),
        "every_step",
        "last_step_twice",
    ),
    (
        "the sequence twice",
        ((_FOR, "for t in [*range(x.size(1))] * 2:"),),
        "every_step",
        "read_again",
    ),
    ("each step twice", ((_STEP, f"{_STEP}\n            {_STEP}"),), "every_step", "read_again"),
    (
        "every second step",
        ((_FOR, "for t in range(0, x.size(1), 2):"),),
        "every_step",
        "some_steps_skipped",
    ),
    (
        "without first and last step",
        ((_FOR, "for t in range(min(1, x.size(1) - 1), max(1, x.size(1) - 1)):"),),
        "every_step",
        "some_steps_skipped",
    ),
    (
        "c lost at each step",
        ((_STEP, "h, c = self.lstm(x[:, t], (h, torch.zeros_like(c)))"),),
        "every_step",
        "state_lost",
    ),
    (
        "h lost at each step",
        ((_STEP, "h, c = self.lstm(x[:, t], (torch.zeros_like(h), c))"),),
        "every_step",
        "state_lost",
    ),
    (
        "h and c exchanged",
        ((_STEP, "h, c = self.lstm(x[:, t], (c, h))"),),
        "every_step",
        "states_exchanged",
    ),
    (
        "relu between steps",
        ((_STEP, "h, c = self.lstm(x[:, t], (h.relu(), c))"),),
        "every_step",
        "state_changed_between_steps",
    ),
    (
        "half the state between steps",
        ((_STEP, "h, c = self.lstm(x[:, t], (h / 2, c))"),),
        "every_step",
        "state_changed_between_steps",
    ),
    (
        "x halved",
        ((_STEP, "h, c = self.lstm(x[:, t] / 2, (h, c))"),),
        "every_step",
        "another_input",
    ),
    (
        "even steps first",
        ((_FOR, "for t in sorted(range(x.size(1)), key=lambda t: t % 2):"),),
        "step_order",
        "steps_in_another_order",
    ),
    (
        "samples turned round",
        ((_STEP, "h, c = self.lstm(x[:, t].flip(0), (h, c))"),),
        "batch_first",
        "samples_exchanged",
    ),
    (
        "the state of the call before",
        (
            ("self.hidden_size = hidden_size", "self.estado = None"),
            (f"        {_H}\n", ""),
            ("        c = torch.zeros(x.size(0), self.hidden_size)\n", _KEPT),
            (_END, f"self.estado = h.detach(), c.detach()\n        {_END}"),
        ),
        "initial_state",
        "state_kept",
    ),
)
