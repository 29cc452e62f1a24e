# /// attack
# title = "A tensor of more bytes than an answer may have"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["crashed"]
# says = "demasiado grande"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        return torch.zeros(4 << 20), hidden[1]
