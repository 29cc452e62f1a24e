# /// attack
# title = "torch's cell is the default value of an argument"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden, paso=torch.lstm_cell):
        return paso(x_t, hidden, self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias)
