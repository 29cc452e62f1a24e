# /// attack
# title = "Recursion until the C stack ends"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["crashed"]
# says = "SIGSEGV"
# ///
import sys


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        sys.setrecursionlimit(1 << 30)

        class Hondo:
            def __repr__(self):
                return repr([self])

        return repr(Hondo())
