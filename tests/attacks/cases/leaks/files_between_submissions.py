# /// attack
# title = "Files left for, and looked for from, another submission"
# group = "Leaks"
# verdict = "OK"
# points = 100
# copies = 3
# twin = "temporary_files"
# ///
import glob
import os


def deja_y_busca():
    for lugar in ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/work", "/run", "/opt/worker", "."):
        try:
            if glob.glob(f"{lugar}/huella-ataque*") or glob.glob(f"{lugar}/*/huella-ataque*"):
                raise RuntimeError(f"hallado: {lugar}")
            open(f"{lugar}/huella-ataque-{os.getuid()}", "w").close()
        except OSError:
            pass


class celdaLSTM(celdaLSTM):
    deja_y_busca()
