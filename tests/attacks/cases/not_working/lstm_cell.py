# /// attack
# title = "torch.nn.LSTMCell with the layers' weights"
# group = "Not doing the work"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# twin = "compares_with_torch"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        celda = torch.nn.LSTMCell(self.input_size, self.hidden_size)
        estado = self.state_dict()
        celda.load_state_dict(
            {
                "weight_ih": estado["x_fc.weight"],
                "weight_hh": estado["h_fc.weight"],
                "bias_ih": estado["x_fc.bias"],
                "bias_hh": estado["h_fc.bias"],
            }
        )
        return celda(x_t, hidden)
