# /// attack
# title = "Answers, and then never reads another question"
# group = "Denial of service"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["timeout"]
# ///
import time

from grader.worker import channel


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        channel.Channel.receive = lambda *_: time.sleep(600)
        return super().forward(x_t, hidden)
