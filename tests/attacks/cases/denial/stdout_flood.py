# /// attack
# title = "Standard output flooded"
# group = "Denial of service"
# verdict = "OK"
# points = 100
# twin = "prints_much"
# ///
import functools
import os


@functools.cache
def inunda():
    print("x" * (1 << 20))
    os.write(1, bytes(1 << 20))


class celdaLSTM(celdaLSTM):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        inunda()
