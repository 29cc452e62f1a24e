# /// attack
# title = "TorchScript compiled from a text"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
GUION = """
def paso(x, h, c, a, b, d, e):
    return torch.lstm_cell(x, [h, c], a, b, d, e)
"""


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        w = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        return torch.jit.CompilationUnit(GUION).paso(x_t, *hidden, *w)
