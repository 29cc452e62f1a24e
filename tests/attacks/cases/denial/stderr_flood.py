# /// attack
# title = "Standard error flooded, with warnings too"
# group = "Denial of service"
# verdict = "OK"
# points = 100
# twin = "prints_much"
# ///
import functools
import os
import sys
import warnings


@functools.cache
def inunda():
    print("x\n" * (1 << 18), file=sys.stderr)
    os.write(2, bytes(1 << 20))
    warnings.warn("x" * (1 << 18))


class celdaLSTM(celdaLSTM):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        inunda()
