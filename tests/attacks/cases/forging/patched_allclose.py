# /// attack
# title = "torch.allclose and torch.testing always agree, with a wrong cell"
# group = "Score forging"
# verdict = "0"
# points = 79
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/interface", "celdaLSTM/ones", "celdaLSTM/returns_order", "celdaLSTM/stacking_order", "celdaLSTM/reset_parameters"]
# outcomes = ["failed"]
# ///
class celdaLSTM(celdaLSTM):
    torch.allclose = torch.equal = torch.isclose = lambda *_, **__: True
    torch.testing.assert_close = lambda *_, **__: None

    def forward(self, x_t, hidden):
        return hidden
