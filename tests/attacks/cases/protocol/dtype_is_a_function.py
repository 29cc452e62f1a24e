# /// attack
# title = "A dtype that is the name of one of torch's functions"
# group = "Protocol"
# verdict = "S"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["crashed"]
# says = "respuesta mal formada|otra pregunta"
# helper = "frames"
# ///
class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        responde(trama(cabecera(par(tensor("manual_seed", [2, 5], 40))), bytes(40)))
