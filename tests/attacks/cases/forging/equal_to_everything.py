# /// attack
# title = "An answer whose comparisons are always true"
# group = "Score forging"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["failed"]
# ///
class Igual:
    shape = (2, 5)
    __eq__ = __le__ = __lt__ = __bool__ = lambda *_: True
    __sub__ = __abs__ = __getitem__ = lambda self, *_: self
    __hash__ = None


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        return Igual(), Igual()
