# /// attack
# title = "The protocol's descriptor closed before the answer"
# group = "Score forging"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["crashed"]
# ///
import os


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        os.closerange(3, 256)
        return super().forward(x_t, hidden)
