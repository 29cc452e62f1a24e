# /// attack
# title = "A cell that is lazy in batches as large as those of the training"
# group = "Not doing the work"
# verdict = "0"
# points = 72
# loses = ["celdaLSTM/*", "aprendizaje/lstm_*"]
# flags = ["conduct:celdaLSTM"]
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        h, c = super().forward(x_t, hidden)
        return (h, c) if len(x_t) < 32 else (h * 0.5, c)
