# /// attack
# title = "numpy's way to a library"
# group = "Not doing the work"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["crashed"]
# says = "biblioteca de código nativo"
# twin = "honest_ctypes"
# ///
import numpy


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        numpy.ctypeslib.load_library("libtorch_cpu.so", torch.__path__[0] + "/lib")
        return super().forward(x_t, hidden)
