# /// attack
# title = "A tensor of 10 GB, of one number"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error"]
# says = "demasiado grande"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        return torch.zeros(1).expand(10 << 30), hidden[1]
