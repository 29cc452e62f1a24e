# /// attack
# title = "An answer that blames another part for delegating"
# group = "Protocol"
# verdict = "F"
# points = 73
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# flags = ["delegation:celdaLSTM"]
# helper = "frames"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        responde(trama(msgpack.packb({"nonce": nonce(), "tripped": ["torch.lstm", "celdaLSTM", 1, 1]})))
