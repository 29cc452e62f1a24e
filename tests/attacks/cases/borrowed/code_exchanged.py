# /// attack
# title = "The code of one of torch's functions is exchanged for the student's"
# group = "Not doing the work"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["crashed"]
# says = "copia o cambia código"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        torch.nn.Linear.forward.__code__ = (lambda self, input: input).__code__
        return super().forward(x_t, hidden)
