# /// attack
# title = "Markup in what a failed check shows"
# group = "Reports"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["failed"]
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        return "<img src=x onerror=alert(1)>[red]", "=HYPERLINK(0)\x1b[2J"
