# /// attack
# title = "A symbol of what is loaded already is looked up"
# group = "Not doing the work"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error", "failed"]
# twin = "honest_ctypes"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        getattr(torch, "cty" + "pes").pythonapi.PyObject_Repr
        return super().forward(x_t, hidden)
