# /// attack
# title = "os._exit(0) inside forward"
# group = "Score forging"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["crashed"]
# says = "terminó por su cuenta"
# ///
import os


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        os._exit(0)
