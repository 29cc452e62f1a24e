# /// attack
# title = "multiprocessing starts a fresh interpreter"
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
        import multiprocessing

        proceso = multiprocessing.get_context("spawn").Process(target=print)
        proceso.start()
        proceso.join()
        if proceso.exitcode:
            raise RuntimeError("no hay otro intérprete")
        return super().forward(x_t, hidden)
