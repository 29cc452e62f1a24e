# /// attack
# title = "SIGTERM, SIGXCPU and the others ignored, in an endless loop"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["timeout"]
# ///
import signal


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        for numero in (signal.SIGTERM, signal.SIGXCPU, signal.SIGHUP, signal.SIGINT, signal.SIGALRM):
            signal.signal(numero, signal.SIG_IGN)
        while True:
            pass
