# /// attack
# title = "A header nested a hundred thousand times"
# group = "Protocol"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["crashed"]
# says = "respuesta mal formada|otra pregunta"
# helper = "frames"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        responde(trama(b"\x82\xa5nonce\xc4\x10" + nonce() + b"\xa5value" + b"\x91" * 100_000 + b"\xc0"))
