# /// attack
# title = "Answers remembered by the form of the question"
# group = "Not doing the work"
# verdict = "0"
# points = 79
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/interface", "celdaLSTM/ones", "celdaLSTM/returns_order", "celdaLSTM/stacking_order", "celdaLSTM/reset_parameters"]
# outcomes = ["failed"]
# ///
TABLA = {}


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        clave = tuple(x_t.shape), tuple(hidden[0].shape)
        if clave not in TABLA:
            TABLA[clave] = tuple(torch.tanh(torch.randn_like(state)) for state in hidden)
        return TABLA[clave]
