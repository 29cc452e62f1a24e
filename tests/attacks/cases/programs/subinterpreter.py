# /// attack
# title = "Another interpreter in the same process"
# group = "Not doing the work"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["crashed"]
# says = "inicia otro intérprete|biblioteca de código nativo"
# twin = "honest_programs"
# ///
import importlib


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        importlib.import_module("_xxsub" + "interpreters").create()
        return super().forward(x_t, hidden)
