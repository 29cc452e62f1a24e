# /// attack
# title = "sys.exit(0) inside forward"
# group = "Score forging"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error"]
# says = "SystemExit"
# ///
import sys


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        sys.exit(0)
