# /// attack
# title = "An exception whose text never ends"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["timeout"]
# ///
class SinFin(Exception):
    def __str__(self):
        while True:
            pass


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        raise SinFin
