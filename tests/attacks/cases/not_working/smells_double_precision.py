# /// attack
# title = "Right in the precision that checks use, lazy in the one that students use"
# group = "Not doing the work"
# verdict = "0"
# points = 79
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/interface", "celdaLSTM/ones", "celdaLSTM/returns_order", "celdaLSTM/stacking_order", "celdaLSTM/reset_parameters"]
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        if x_t.dtype == torch.float64:
            return super().forward(x_t, hidden)
        return hidden
