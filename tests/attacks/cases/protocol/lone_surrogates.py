# /// attack
# title = "Lone surrogates in texts"
# group = "Protocol"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error"]
# helper = "frames"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        return "\ud800", {"\udfff": hidden[0]}
