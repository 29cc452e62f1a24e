# /// attack
# title = "Shared memory by name, for another submission"
# group = "Leaks"
# verdict = "OK"
# points = 100
# copies = 3
# ///
from multiprocessing import shared_memory


def deja_y_busca():
    for crea in (False, True):
        try:
            memoria = shared_memory.SharedMemory("huella-ataque", create=crea, size=4096)
        except (OSError, FileNotFoundError):
            continue
        if not crea:
            raise RuntimeError("hallado")
        memoria.buf[0] = 1


class celdaLSTM(celdaLSTM):
    deja_y_busca()
