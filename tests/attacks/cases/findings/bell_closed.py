# /// attack
# title = "What rings the bell is closed before an operator runs"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
import os


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        for numero in range(4, 64):
            try:
                os.close(numero)
            except OSError:
                pass
        w = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        return torch.lstm_cell(x_t, hidden, *w)
