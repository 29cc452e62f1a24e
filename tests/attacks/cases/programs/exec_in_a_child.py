# /// attack
# title = "A child that becomes another program"
# group = "Not doing the work"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error", "failed"]
# twin = "honest_programs"
# ///
import os
import subprocess
import sys


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        pid = os.fork()
        if pid == 0:
            try:
                os.execv(sys.executable, [sys.executable, "-c", ""])
            finally:
                os._exit(9)
        if os.waitpid(pid, 0)[1]:
            raise RuntimeError("no hay otro programa")
        return super().forward(x_t, hidden)
