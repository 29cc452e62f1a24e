# /// attack
# title = "A child that closes all it has runs the operator, and its parent does the work"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
import os


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        hijo = os.fork()
        if hijo == 0:
            for numero in range(3, 64):
                try:
                    os.close(numero)
                except OSError:
                    pass
            w = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
            vars(torch)[max((n for n in dir(torch) if len(n) == 9 and n[4:] == "_cell"), key=len)](x_t, hidden, *w)
        os.waitpid(hijo, 0)
        return super().forward(x_t, hidden)
