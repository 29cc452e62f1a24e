# /// attack
# title = "Integers beyond 64 bits"
# group = "Protocol"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error"]
# says = "cannot be sent"
# helper = "frames"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        return 10**5000, -(2**70)
