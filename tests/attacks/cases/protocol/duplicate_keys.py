# /// attack
# title = "The same key twice, the second time without a nonce"
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
        responde(trama(b"\x83\xa5nonce\xc4\x10" + nonce() + b"\xa5value\x01\xa5nonce\xc0"))
