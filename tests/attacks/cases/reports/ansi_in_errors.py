# /// attack
# title = "ANSI and OSC escapes in an exception's text"
# group = "Reports"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error"]
# says = "borrado"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        raise ValueError("\x1b[2J\x1b]0;titulo\x07\x9b31m\u202eodarrob\r\b borrado \x1b]8;;http://x\x07")
