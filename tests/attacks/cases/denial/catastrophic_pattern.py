# /// attack
# title = "A regular expression that never ends"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["timeout"]
# ///
import re


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        return re.match(r"(a|a|a?)+$", "a" * 80 + "b")
