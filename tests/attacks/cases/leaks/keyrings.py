# /// attack
# title = "A key in the kernel's keyrings, for another submission"
# group = "Leaks"
# verdict = "OK"
# points = 100
# copies = 3
# ///
import ctypes


def deja_y_busca():
    llama = ctypes.CDLL(None, use_errno=True).syscall
    for anillo in (-1, -2, -3, -4, -5):
        if llama(248, b"user", b"huella-ataque", b"1", 1, anillo) >= 0:
            raise RuntimeError("add_key está permitido")
    if llama(249, b"user", b"huella-ataque", None, -4) >= 0 or llama(250, 0, -4, 1) >= 0:
        raise RuntimeError("hallado")


class celdaLSTM(celdaLSTM):
    deja_y_busca()
