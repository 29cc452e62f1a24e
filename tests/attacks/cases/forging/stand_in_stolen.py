# /// attack
# title = "The stand-in's source, caught on its way, handed in as modeloLSTM"
# group = "Score forging"
# verdict = "0"
# points = 93
# loses = ["modeloLSTM/*", "gradientes/lstm_model"]
# keeps = ["modeloLSTM/interface"]
# twin = "reference"
# ///
import gc


class modeloLSTM(modeloLSTM):
    def forward(self, x):
        for objeto in gc.get_objects():
            if isinstance(objeto, type) and objeto.__name__ == "Model":
                return objeto("lstm", self.lstm, 2, self.hidden_size, 1)(x)
        return x.sum(1) @ x.new_ones(x.shape[2], self.fc.out_features)
