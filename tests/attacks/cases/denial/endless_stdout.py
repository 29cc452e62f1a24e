# /// attack
# title = "Standard output without end"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["timeout"]
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        while True:
            print("sin fin " * 1000)
