# /// attack
# title = "An answer that comes a byte at a time"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["timeout"]
# helper = "frames"
# ///
import time


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        for byte in trama(cabecera("x" * 100_000)):
            escribe(bytes([byte]))
            time.sleep(0.05)
