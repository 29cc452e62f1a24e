# /// attack
# title = "Abstract sockets, for another submission or check"
# group = "Leaks"
# verdict = "OK"
# points = 100
# copies = 3
# ///
import socket

GUARDADO = []


def deja_y_busca():
    try:
        with socket.socket(socket.AF_UNIX) as cliente:
            cliente.connect("\0huella-ataque")
        raise RuntimeError("hallado")
    except OSError:
        pass
    try:
        servidor = socket.socket(socket.AF_UNIX)
        servidor.bind("\0huella-ataque")
        servidor.listen()
        GUARDADO.append(servidor)
    except OSError:
        pass


class celdaLSTM(celdaLSTM):
    deja_y_busca()
