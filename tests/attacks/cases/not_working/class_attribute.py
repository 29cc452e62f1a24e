# /// attack
# title = "A class attribute of another class"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
class Caja:
    paso = torch.lstm_cell


class celdaLSTM(celdaLSTM):
    caja = Caja

    def forward(self, x_t, hidden):
        w = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        return self.caja.paso(x_t, hidden, *w)
