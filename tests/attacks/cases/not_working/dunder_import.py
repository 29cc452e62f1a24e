# /// attack
# title = "__import__"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        w = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        return __import__("torch").__dict__["lstm_cell"](x_t, hidden, *w)
