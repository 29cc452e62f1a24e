# /// attack
# title = "Where the container's layers lie, in an error"
# group = "Reports"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error"]
# hides = "/var/lib|overlay2|containerd|/proc/|/opt/worker|[0-9a-f]{32}"
# ///
import os
import platform
import sys


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        raise RuntimeError(open("/proc/self/mountinfo").read()[:1500])
