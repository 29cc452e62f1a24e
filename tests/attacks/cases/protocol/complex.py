# /// attack
# title = "Complex tensors"
# group = "Protocol"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error"]
# says = "complex64"
# helper = "frames"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        return tuple(state.to(torch.complex64) for state in hidden)
