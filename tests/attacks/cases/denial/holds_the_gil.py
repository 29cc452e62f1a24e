# /// attack
# title = "A loop in C that holds the GIL"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["timeout"]
# ///
import itertools


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        return sum(itertools.repeat(1))
