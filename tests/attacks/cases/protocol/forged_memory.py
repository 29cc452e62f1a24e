# /// attack
# title = "An exception whose fields are of other types"
# group = "Protocol"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error", "crashed"]
# helper = "frames"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        responde(trama(msgpack.packb({"nonce": nonce(), "raised": [[], {}, "uno", -1, "si"]})))
