# /// attack
# title = "A traceback of 100 MB"
# group = "Reports"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error"]
# says = "^.{1,3000}$"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        raise ValueError("x" * 100_000_000)
