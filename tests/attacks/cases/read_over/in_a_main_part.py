# /// attack
# title = "torch's cell is put in its place by the part that runs as a program"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
__name__ = "__main__"


class celdaLSTM(celdaLSTM):
    if __name__ == "__main__":
        paso = staticmethod(torch.lstm_cell)

    def forward(self, x_t, hidden):
        w = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        return self.paso(x_t, hidden, *w)
