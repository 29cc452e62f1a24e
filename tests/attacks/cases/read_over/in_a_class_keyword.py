# /// attack
# title = "torch's cell is a keyword of a class statement"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
class Guarda:
    def __init_subclass__(cls, paso):
        cls.paso = staticmethod(paso)


class celdaLSTM(celdaLSTM):
    class red(Guarda, paso=torch.lstm_cell): ...

    def forward(self, x_t, hidden):
        w = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        return self.red.paso(x_t, hidden, *w)
