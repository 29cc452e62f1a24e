# /// attack
# title = "Threads that compute between questions"
# group = "Denial of service"
# verdict = "S"
# points = 0
# loses = ["*"]
# outcomes = ["crashed", "timeout"]
# ///
import threading


def gira():
    while True:
        pass


class celdaLSTM(celdaLSTM):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        threading.Thread(target=gira, daemon=True).start()
