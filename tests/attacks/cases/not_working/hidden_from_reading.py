# /// attack
# title = "A name that no reading finds, with a fallback: the operator itself gives it away"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        w = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        nombre = max((n for n in dir(torch) if len(n) == 9 and n[4:] == "_cell"), key=len)
        try:
            return vars(torch)[nombre](x_t, hidden, *w)
        except BaseException:
            return super().forward(x_t, hidden)
