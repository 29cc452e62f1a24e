# /// attack
# title = "SIGSTOP to oneself"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["timeout"]
# ///
import os
import signal


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        os.kill(os.getpid(), signal.SIGSTOP)
