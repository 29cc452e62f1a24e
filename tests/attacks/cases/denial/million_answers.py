# /// attack
# title = "A list of half a million answers"
# group = "Denial of service"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["failed", "crashed"]
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        return [0] * 500_000
