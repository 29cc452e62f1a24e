# /// attack
# title = "A second Python, in which nothing is watched"
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
        subprocess.run([sys.executable, "-c", "import torch"], check=True)
        return super().forward(x_t, hidden)
