# /// attack
# title = "Another dtype than was asked for"
# group = "Protocol"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["failed"]
# helper = "frames"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        return tuple(torch.zeros_like(state, dtype=torch.int64) for state in hidden)
