# /// attack
# title = "Infinity, under which every tolerance vanishes"
# group = "Score forging"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["failed"]
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        return tuple(torch.full_like(state, float("inf")) for state in hidden)
