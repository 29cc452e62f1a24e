# /// attack
# title = "More and more memory on the heap"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["out_of_memory"]
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        guardado = []
        while True:
            guardado.append(bytearray(1 << 24))
