# /// attack
# title = "Every answer is the first answer again"
# group = "Score forging"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["crashed"]
# says = "otra pregunta|respuesta mal formada"
# helper = "frames"
# ///
from grader.worker import channel

PRIMERA = []


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        enviar = channel.Channel.send

        def repite(self, frame, deadline):
            PRIMERA.append(frame)
            enviar(self, PRIMERA[0], deadline)

        channel.Channel.send = repite
        return super().forward(x_t, hidden)
