# /// attack
# title = "All that can be seen, told back through the messages"
# group = "Leaks"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error"]
# says = "ValueError"
# ///
import os
import sys


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        raise ValueError(f"{torch.initial_seed()} {x_t} {hidden} {dict(os.environ)} {sys.argv}")
