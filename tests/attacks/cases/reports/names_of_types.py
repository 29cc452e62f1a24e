# /// attack
# title = "Markup, formulas and escapes as the names of types"
# group = "Reports"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error"]
# ///
Raro = type("<script>alert(1)</script>[bold]=cmd|' /C calc'!A0\x1b[31m", (Exception,), {})


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        raise Raro("[link=http://x]{{7*7}}</td>")
