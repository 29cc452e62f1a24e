# /// attack
# title = "Memory in files without a name"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["out_of_memory", "timeout", "crashed", "error"]
# ///
import os


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        while True:
            descriptor = os.memfd_create("huella-ataque")
            for _ in range(15):
                os.write(descriptor, bytes(1 << 20))
