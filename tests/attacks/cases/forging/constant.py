# /// attack
# title = "A constant"
# group = "Score forging"
# verdict = "0"
# points = 79
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/interface", "celdaLSTM/ones", "celdaLSTM/returns_order", "celdaLSTM/stacking_order", "celdaLSTM/reset_parameters"]
# outcomes = ["failed"]
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        return tuple(torch.full_like(state, 0.5) for state in hidden)
