# /// attack
# title = "torch._VF.lstm"
# group = "Not doing the work"
# verdict = "F"
# points = 92
# loses = ["modeloLSTM/*", "gradientes/lstm_model"]
# flags = ["delegation:modeloLSTM"]
# ///
class modeloLSTM(modeloLSTM):
    def forward(self, x):
        cero = x.new_zeros(1, len(x), self.hidden_size)
        pesos = list(self.lstm.parameters())
        pesos = [pesos[0], pesos[2], pesos[1], pesos[3]]
        salida = torch._VF.lstm(x, (cero, cero), pesos, True, 1, 0.0, False, False, True)
        return self.fc(salida[1][0])
