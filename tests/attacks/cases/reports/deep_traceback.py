# /// attack
# title = "A traceback of fifty thousand frames"
# group = "Reports"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error", "crashed"]
# ///
import sys


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        sys.setrecursionlimit(50_000)
        return self.forward(x_t, hidden)
