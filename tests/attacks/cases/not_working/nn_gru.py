# /// attack
# title = "torch.nn.GRU in the place of the loop over the cell"
# group = "Not doing the work"
# verdict = "F"
# points = 92
# loses = ["modeloGRU/*", "gradientes/gru_model"]
# flags = ["delegation:modeloGRU"]
# twin = "compares_with_torch"
# ///
class modeloGRU(modeloGRU):
    def forward(self, x):
        red = torch.nn.GRU(self.input_size, self.hidden_size, batch_first=True)
        return self.fc(red(x)[1][0])
