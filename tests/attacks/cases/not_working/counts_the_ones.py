# /// attack
# title = "modeloLSTM counts the ones"
# group = "Not doing the work"
# verdict = "0"
# points = 93
# loses = ["modeloLSTM/*", "gradientes/lstm_model"]
# keeps = ["modeloLSTM/interface"]
# outcomes = ["failed"]
# ///
class modeloLSTM(modeloLSTM):
    def forward(self, x):
        return x.sum(dim=(1, 2))[:, None].expand(-1, self.output_size)
