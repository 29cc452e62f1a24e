# /// attack
# title = "importlib"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
import importlib


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        w = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        modulo = importlib.import_module("to" + "rch")
        return getattr(modulo, "lstm_ce" + "ll")(x_t, hidden, *w)
