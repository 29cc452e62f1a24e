# /// attack
# title = "posix_spawn"
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
        os.waitpid(os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {}), 0)
        return super().forward(x_t, hidden)
