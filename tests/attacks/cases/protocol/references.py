# /// attack
# title = "References to objects that were never kept"
# group = "Protocol"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["failed", "crashed"]
# helper = "frames"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        responde(trama(cabecera(msgpack.ExtType(3, msgpack.packb([2**60, "celdaLSTM"])))))
