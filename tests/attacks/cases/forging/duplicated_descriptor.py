# /// attack
# title = "dup2 of something else over the protocol's descriptor"
# group = "Score forging"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["crashed"]
# helper = "frames"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        lectura, escritura = os.pipe()
        os.write(escritura, trama(msgpack.packb({"nonce": nonce(), "value": 1.0})))
        for descriptor in enchufes():
            os.dup2(lectura, descriptor)
        return super().forward(x_t, hidden)
