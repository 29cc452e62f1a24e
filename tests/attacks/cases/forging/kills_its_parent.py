# /// attack
# title = "SIGKILL to the process that forks for each check"
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
        os.kill(os.getppid(), signal.SIGKILL)
        signal.pause()
