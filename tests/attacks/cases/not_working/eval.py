# /// attack
# title = "eval of a text that is put together"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        w = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        return eval("torch." + "llec_mtsl"[::-1])(x_t, hidden, *w)
