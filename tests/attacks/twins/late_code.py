# Code that runs late, as libraries have it.
import atexit
import signal


class Cierra:
    def __del__(self):
        print("adiós")


class celdaLSTM(celdaLSTM):
    guardado = Cierra()
    atexit.register(print, "fin")
    signal.signal(signal.SIGUSR1, lambda *_: print("aviso"))
