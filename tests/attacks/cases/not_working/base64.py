# /// attack
# title = "The code in base64"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
import base64


class celdaLSTM(celdaLSTM):
    exec(base64.b64decode("dHJhbXBhID0gdG9yY2gubHN0bV9jZWxs"))

    def forward(self, x_t, hidden):
        w = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        return type(self).trampa(x_t, hidden, *w)
