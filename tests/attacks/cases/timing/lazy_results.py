# /// attack
# title = "Results that compute themselves when they are looked at"
# group = "Timing"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["failed"]
# ///
class Perezoso:
    def __init__(self, calcula):
        self.calcula = calcula

    def __getattr__(self, nombre):
        return getattr(self.calcula(), nombre)


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        paso = super().forward
        return Perezoso(lambda: paso(x_t, hidden)[0]), Perezoso(lambda: paso(x_t, hidden)[1])
