# /// attack
# title = "torch.nn.LSTM in the place of the loop over the cell"
# group = "Not doing the work"
# verdict = "F"
# points = 92
# loses = ["modeloLSTM/*", "gradientes/lstm_model"]
# flags = ["delegation:modeloLSTM"]
# twin = "compares_with_torch"
# ///
class modeloLSTM(modeloLSTM):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__(input_size, hidden_size, output_size)
        self.red = torch.nn.LSTM(input_size, hidden_size, batch_first=True)

    def forward(self, x):
        return self.fc(self.red(x)[1][0][0])
