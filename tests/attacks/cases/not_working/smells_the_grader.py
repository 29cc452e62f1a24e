# /// attack
# title = "Right only where the grader's modules are imported"
# group = "Not doing the work"
# verdict = "F"
# points = 100
# flags = ["conduct:celdaLSTM"]
# ///
import sys


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        if "grader.worker.objects" in sys.modules:
            return super().forward(x_t, hidden)
        return hidden
