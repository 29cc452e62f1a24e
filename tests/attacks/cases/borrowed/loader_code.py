# /// attack
# title = "get_code of torch's loader, and a function made of it"
# group = "Not doing the work"
# verdict = "0"
# points = 75
# loses = ["celdaLSTM/*", "gradientes/lstm_cell", "gradientes/lstm_long"]
# keeps = ["celdaLSTM/parameters", "celdaLSTM/reset_parameters"]
# outcomes = ["error", "failed", "crashed"]
# ///
import types
import torch._decomp.decompositions as modulo

codigo = modulo.__loader__.get_code(modulo.__name__)
dentro = [uno for uno in codigo.co_consts if isinstance(uno, types.CodeType)]
(uno,) = [uno for uno in dentro if len(uno.co_name) == 9 and uno.co_name.startswith("l")]
paso = types.FunctionType(uno, vars(modulo))


class celdaLSTM(celdaLSTM):
    def forward(self, x_t, hidden):
        h, c = hidden
        cuantas = self.x_fc.weight, self.h_fc.weight, self.x_fc.bias, self.h_fc.bias
        sumas = torch.nn.functional.linear(x_t, cuantas[0], cuantas[2])
        h, c = paso(sumas, h, c, cuantas[1], cuantas[3], None, 1)[:2]
        return h, c
