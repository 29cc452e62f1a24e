# /// attack
# title = "Invalid UTF-8 in a frame"
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
        responde(trama(msgpack.packb({"nonce": nonce()})[:-18].replace(b"\x81", b"\x82") + b"" if False
                       else b"\x82\xa5nonce\xc4\x10" + nonce() + b"\xa5value\xa4\xff\xfe\xfd\xfc"))
