# /// attack
# title = "The source of torch's cell, read and run as text"
# group = "Not doing the work"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error", "failed"]
# ///
import inspect
import torch._decomp.decompositions as modulo

texto = inspect.getsource(vars(modulo)["".join(sorted("mslt", key="lstm".index)) + "_cell"])
espacio = dict(vars(modulo))
exec(texto, espacio)
paso = espacio["".join(sorted("mslt", key="lstm".index)) + "_cell"]


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        h, c = hidden
        cuantas = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        sumas = torch.nn.functional.linear(x_t, cuantas[0], cuantas[2])
        h, c = paso(sumas, h, c, cuantas[1], cuantas[3], None, 1)[:2]
        return h, c
